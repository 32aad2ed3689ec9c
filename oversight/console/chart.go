package console

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/fairlead-go/fairlead/internal/web"
	"github.com/fairlead-go/fairlead/oversight"
)

// chart is a time line of rates with their intervals, in the units of its view box.
type chart struct {
	Width, Height int
	Points        []point
	Line          string // through the points
	Grid          []tick
	Words         string // the whole in words, for those who do not see it
}

type point struct {
	X, Y, Low, High float64
	Label           string
	Tip             string
}

type tick struct {
	Y    float64
	Text string
}

// The drawing, in units.
const (
	chartWidth  = 720
	chartHeight = 220
	left        = 52.0
	bottom      = 190.0
	upper       = 14.0
)

// timeLine draws the weeks that have a rate; nil if none has.
func timeLine(v *web.Visit, all []week) *chart {
	most := 0.0
	n := 0
	for _, w := range all {
		if w.Defined {
			n++
			most = max(most, w.High)
		}
	}
	if n == 0 {
		return nil
	}
	most = nice(most)
	c := &chart{Width: chartWidth, Height: chartHeight}
	y := func(rate float64) float64 { return round(bottom - (bottom-upper)*min(max(rate, 0), most)/most) }
	for i := range 5 {
		rate := most * float64(i) / 4
		c.Grid = append(c.Grid, tick{y(rate), v.Percent(rate)})
	}
	step := (chartWidth - left - 16) / float64(len(all))
	var line, words []string
	for i, w := range all {
		x := round(left + step*(float64(i)+0.5))
		p := point{X: x, Label: w.From.In(time.UTC).Format("2 Jan")}
		if w.Defined {
			p.Y, p.Low, p.High = y(w.Value), y(w.Low), y(w.High)
			p.Tip = v.T("Week from %s: %s, between %s and %s, from %s cases", v.Day(w.From), v.Percent(w.Value), v.Percent(w.Low), v.Percent(w.High), v.Number(w.Reviewed))
			command := "L"
			if len(line) == 0 {
				command = "M"
			}
			line = append(line, fmt.Sprintf("%s%g %g", command, p.X, p.Y))
			words = append(words, p.Tip)
		}
		c.Points = append(c.Points, p)
	}
	c.Line, c.Words = strings.Join(line, ""), strings.Join(words, ". ")
	return c
}

// nice is a round end of an axis, at or above the largest value.
func nice(most float64) float64 {
	for _, end := range []float64{0.01, 0.02, 0.04, 0.1, 0.2, 0.4, 0.6, 0.8} {
		if most <= end {
			return end
		}
	}
	return 1
}

func round(x float64) float64 { return math.Round(x*10) / 10 }

// bar is the rate of one stratum, in percent of the width.
type bar struct {
	Name                    string
	Value, Low, High, Width float64
	Rate                    oversight.Rate
}

func bars(strata []oversight.Stratum) []bar {
	var all []bar
	for _, s := range strata {
		b := bar{Name: s.Name, Rate: s.Rate}
		if s.Defined {
			b.Value, b.Low, b.High = round(100*s.Value), round(100*s.Low), round(100*s.High)
			b.Width = round(b.High - b.Low)
		}
		all = append(all, b)
	}
	slices.SortStableFunc(all, func(a, b bar) int { return strings.Compare(a.Name, b.Name) })
	return all
}
