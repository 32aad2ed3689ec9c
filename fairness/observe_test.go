package fairness

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkObserve walks the cells in random order, and beside it an array of as many
// plain counters in the same order, each step of which waits for the one before: what one
// access to a counter costs on this machine, with nothing else done.
func BenchmarkObserve(b *testing.B) {
	for _, side := range []int{3, 32, 317} { // 9, 1,024 and 100,489 cells
		walk := rand.New(rand.NewPCG(1, 1)).Perm(side * side)
		b.Run(fmt.Sprint(side*side, "/monitor"), func(b *testing.B) { walkMonitor(b, side, walk) })
		b.Run(fmt.Sprint(side*side, "/array"), func(b *testing.B) { walkArray(b, walk) })
	}
}

func walkMonitor(b *testing.B, side int, walk []int) {
	m := newMonitor(b, &Options{MaxCells: 1 << 20}, "sex", "age")
	ctx := context.Background()
	values := make([]string, side)
	for i := range values {
		values[i] = fmt.Sprint("group ", i)
	}
	order := make([][2]uint16, len(walk)) // small, so that the walk itself leaves the caches alone
	for i, at := range walk {
		order[i] = [2]uint16{uint16(at / side), uint16(at % side)}
		observe(b, m, 1, true, values[at/side], values[at%side])
	}
	rand.New(rand.NewPCG(2, 2)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		_ = m.Observe(ctx, Observation{Groups: Of(values[order[i][0]], values[order[i][1]]), Favourable: true})
		if i++; i == len(order) {
			i = 0
		}
	}
}

func walkArray(b *testing.B, walk []int) {
	counters := make([]counts, len(walk))
	order := make([]uint32, len(walk))
	for i, at := range walk {
		order[i] = uint32(at)
	}
	i, at := 0, uint32(0)
	for b.Loop() {
		at = order[i] + uint32(counters[at].yes.Load()>>63) // always 0, but only once it is read
		counters[at].yes.Add(1)
		if i++; i == len(walk) {
			i = 0
		}
	}
}

func BenchmarkObserveWatched(b *testing.B) {
	m := newMonitor(b, &Options{OnBreach: func(Verdict) {}}, "sex", "age")
	ctx := context.Background()
	b.ReportAllocs()
	sex, age := [2]string{"f", "m"}, [2]string{"<=25", ">25"}
	i := 0
	for b.Loop() {
		i++
		_ = m.Observe(ctx, Observation{Groups: Of(sex[i&1], age[i>>1&1]), Favourable: i&4 > 0})
	}
}

func BenchmarkObserveBetting(b *testing.B) {
	m := newMonitor(b, &Options{Bets: []Bet{{"sex", "f", "m"}}}, "sex", "age")
	ctx := context.Background()
	b.ReportAllocs()
	sex, age := [2]string{"f", "m"}, [2]string{"<=25", ">25"}
	i := 0
	for b.Loop() {
		i++
		_ = m.Observe(ctx, Observation{Groups: Of(sex[i&1], age[i>>1&1]), Favourable: i&4 > 0})
	}
}

func BenchmarkStatus(b *testing.B) {
	m := newMonitor(b, nil, "sex", "age")
	for i := range 1000 {
		observe(b, m, 1, i%3 > 0, []string{"f", "m"}[i&1], []string{"<=25", ">25"}[i>>1&1])
	}
	for b.Loop() {
		m.Status()
	}
}

func BenchmarkObserveParallel(b *testing.B) {
	m := newMonitor(b, nil, "sex", "age")
	b.RunParallel(func(p *testing.PB) {
		ctx := context.Background()
		for p.Next() {
			_ = m.Observe(ctx, Observation{Groups: Of("female", "25 and under"), Favourable: true})
		}
	})
}
