package explain

import (
	"context"
	"math"
	"math/bits"
	"testing"

	"github.com/stretchr/testify/require"
)

// kernelSHAP computes Shapley values in the other known way, as the weighted least squares of Lundberg and Lee 2017, theorem 2, over all
// coalitions, with the efficiency constraint eliminated. It shares no code with what it checks.
func kernelSHAP(t *testing.T, f func(context.Context, vec) (float64, error), in vec, background []vec, n int) []float64 {
	t.Helper()
	value := func(mask int) float64 {
		sum := 0.0
		for _, row := range background {
			z := row
			for j := range n {
				if mask>>j&1 == 1 {
					z[j] = in[j]
				}
			}
			for j := n; j < len(z); j++ {
				z[j] = in[j]
			}
			y, err := f(t.Context(), z)
			require.NoError(t, err)
			sum += y
		}
		return sum / float64(len(background))
	}
	full := 1<<n - 1
	v0, v1 := value(0), value(full)
	// phi[n-1] = (v1 - v0) - sum of the others: regress y - v0 - z[n-1](v1-v0) on z[j] - z[n-1].
	k := n - 1
	lhs, rhs := make([][]float64, k), make([]float64, k)
	for i := range lhs {
		lhs[i] = make([]float64, k)
	}
	choose := func(a, b int) float64 {
		return math.Round(math.Exp(lg(a) - lg(b) - lg(a-b)))
	}
	for mask := 1; mask < full; mask++ {
		s := bits.OnesCount(uint(mask))
		w := float64(n-1) / (choose(n, s) * float64(s) * float64(n-s))
		last := float64(mask >> k & 1)
		y := value(mask) - v0 - last*(v1-v0)
		for i := range k {
			xi := float64(mask>>i&1) - last
			rhs[i] += w * xi * y
			for j := range k {
				lhs[i][j] += w * xi * (float64(mask>>j&1) - last)
			}
		}
	}
	phi := solve(lhs, rhs)
	rest := v1 - v0
	for _, p := range phi {
		rest -= p
	}
	return append(phi, rest)
}

func lg(n int) float64 { y, _ := math.Lgamma(float64(n + 1)); return y }

// solve is Gaussian elimination with partial pivoting.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for c := range n {
		p := c
		for r := c + 1; r < n; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[p][c]) {
				p = r
			}
		}
		a[c], a[p] = a[p], a[c]
		b[c], b[p] = b[p], b[c]
		for r := c + 1; r < n; r++ {
			m := a[r][c] / a[c][c]
			for j := c; j < n; j++ {
				a[r][j] -= m * a[c][j]
			}
			b[r] -= m * b[c]
		}
	}
	x := make([]float64, n)
	for c := n - 1; c >= 0; c-- {
		x[c] = b[c]
		for j := c + 1; j < n; j++ {
			x[c] -= a[c][j] * x[j]
		}
		x[c] /= a[c][c]
	}
	return x
}
