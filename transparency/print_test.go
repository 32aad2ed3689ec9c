package transparency_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fairlead-go/fairlead/transparency"
	"github.com/fairlead-go/fairlead/transparency/explain"
)

func TestNoTypeShowsWhatItHolds(t *testing.T) {
	part := explain.Part{Name: "income", Value: canary}
	x := transparency.Explanation{
		Subject: canary, Summary: canary, Factors: []transparency.Factor{{Name: "income", Value: canary}},
		Attribution: &explain.Attribution{Parts: []explain.Part{part}},
	}
	content := transparency.Content{Payload: json.RawMessage(`"` + canary + `"`)}
	r := transparency.Record{Subject: canary, Explanation: x, Input: content, Notes: x.Factors}
	event := transparency.Event{Details: json.RawMessage(`"` + canary + `"`)}
	exchange := transparency.Exchange{Sent: []byte(canary), Received: []byte(canary), Request: httptest.NewRequest(http.MethodGet, "/"+canary, nil)}
	for _, v := range []any{
		r, &r,
		[]transparency.Record{r},
		[]*transparency.Record{&r},
		map[string]transparency.Record{"r": r},
		struct{ R transparency.Record }{r},
		x, &x,
		[]transparency.Explanation{x},
		struct{ X *transparency.Explanation }{&x},
		content,
		[]transparency.Content{content},
		x.Factors,
		struct{ F []transparency.Factor }{x.Factors},
		part,
		[]explain.Part{part},
		transparency.Score{Value: 1, Source: canary},
		[]transparency.Score{{Source: canary}},
		*x.Attribution, x.Attribution,
		[]explain.Attribution{*x.Attribution},
		event,
		[]transparency.Event{event},
		transparency.Decision{Why: canary, Record: r},
		[]transparency.Decision{{Why: canary, Record: r}},
		transparency.SubjectReport{Subject: canary, Consents: []transparency.Event{event}},
		&transparency.SubjectReport{Subject: canary},
		[]transparency.SubjectReport{{Subject: canary}},
		[]transparency.Citation{{Title: canary}},
		transparency.Replayed[string]{Record: r, Output: canary},
		[]transparency.Replayed[string]{{Output: canary}},
		exchange,
		[]transparency.Exchange{exchange},
		&exchange,
		explain.Change[int]{Field: "income", Value: canary},
		explain.Flip[int]{Changes: []explain.Change[int]{{Field: "income", Value: canary}}},
		[]explain.Flip[string]{{Changes: []explain.Change[string]{{Field: "income", Value: canary}}}},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			assert.NotContains(t, fmt.Sprintf(verb, v), canary, "%s %T", verb, v)
			assert.NotContains(t, fmt.Sprintf(verb, v), fmt.Sprintf("%x", canary), "%s %T", verb, v)
		}
		var out bytes.Buffer
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		assert.NotContains(t, out.String(), canary, "slog %T", v)
		assert.NotContains(t, out.String(), "Y2FuYXJ5", "slog %T, base64", v)
		assert.NotContains(t, out.String(), "!ERROR", "slog %T", v)
	}
}
