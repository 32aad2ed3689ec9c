package explain_test

import (
	"context"
	"fmt"

	"github.com/fairlead-go/fairlead/transparency/explain"
)

type loan struct {
	Income float64 `explain:"income"`
	Debts  float64 `explain:"debts"`
	Years  float64 `explain:"years in the job"`
}

// points is the function to explain.
func points(_ context.Context, l loan) (float64, error) {
	p := l.Income/100 - l.Debts/50
	if l.Years >= 2 {
		p += 10
	}
	return p, nil
}

func ExampleShapley() {
	applicant := loan{Income: 2000, Debts: 500, Years: 1}
	approved := []loan{{Income: 3000, Debts: 100, Years: 4}, {Income: 2600, Debts: 300, Years: 8}}
	a, err := explain.Shapley(context.Background(), points, applicant, approved, explain.StructFields[loan](),
		&explain.Options{Reference: "approved applicants"})
	fmt.Println(a.Method, a.Output, "instead of", a.Base, "for", a.Reference, err)
	for _, f := range a.Factors(0) {
		fmt.Println(f.Name, f.Value, f.Weight, f.Way())
	}
	// Output:
	// exact Shapley 10 instead of 34 for approved applicants <nil>
	// years in the job 1 -10 against
	// income 2000 -8 against
	// debts 500 -6 against
}

func ExampleInfluence() {
	type viewer struct{ Watched []string }
	likes := func(_ context.Context, v viewer) (float64, error) {
		score := 0.1
		for _, film := range v.Watched {
			score += map[string]float64{"Heat": 0.5, "Ronin": 0.25}[film]
		}
		return score, nil
	}
	a, _ := explain.Influence(context.Background(), likes, viewer{Watched: []string{"Heat", "Up", "Ronin"}},
		func(v *viewer) *[]string { return &v.Watched }, func(film string) string { return film }, nil)
	for _, f := range a.Factors(2) {
		fmt.Printf("%s %.2f\n", f.Name, f.Weight)
	}
	// Output:
	// Heat 0.50
	// Ronin 0.25
}

func ExampleCounterfactual() {
	applicant := loan{Income: 2000, Debts: 500, Years: 1}
	approved := []loan{{Income: 3000, Debts: 100, Years: 4}}
	changes := explain.Alternatives(explain.StructFields[loan](), approved)
	flip, err := explain.Counterfactual(context.Background(), points, applicant, changes, 27, nil)
	fmt.Println(flip.From, "would be", flip.To, flip.Smallest, err)
	for _, f := range flip.Factors() {
		fmt.Println(f.Name, f.Value)
	}
	// Output:
	// 10 would be 28 true <nil>
	// income 3000
	// debts 100
}
