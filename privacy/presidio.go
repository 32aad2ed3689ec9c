package privacy

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/fairlead-go/fairlead/privacy/pii"
)

// Presidio is a Recognizer that asks the analyzer of Microsoft Presidio over its REST interface (POST /analyze). The text goes
// there in full: run it where personal data may be.
type Presidio struct {
	// URL of the analyzer, without /analyze. Required.
	URL string
	// Language of the texts, as ISO 639-1. Default: "en".
	Language string
	// Entities to ask for. Default: all that the analyzer knows.
	Entities []string
	// Client does the calls. Default: one that follows no redirects, since they would send the text elsewhere.
	Client *http.Client
}

var stayClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

const (
	errPresidioURL    = advice("Presidio.URL is empty or no URL")
	errPresidioDown   = advice("the Presidio analyzer could not be reached")
	errPresidioStatus = advice("the Presidio analyzer did not answer with 200")
	errPresidioAnswer = advice("the Presidio analyzer's answer is not what its interface describes")
	errPresidioOffset = advice("the Presidio analyzer named a piece that is not in the text")
)

const maxAnalysis = 16 << 20

// Recognize implements Recognizer. Its errors hold no part of the text.
func (p Presidio) Recognize(ctx context.Context, text string) ([]pii.Finding, error) {
	language := p.Language
	if language == "" {
		language = "en"
	}
	body, err := json.Marshal(struct {
		Text     string   `json:"text"`
		Language string   `json:"language"`
		Entities []string `json:"entities,omitempty"`
	}{text, language, p.Entities})
	if err != nil {
		return nil, errPresidioAnswer
	}
	if p.URL == "" {
		return nil, errPresidioURL
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(p.URL, "/")+"/analyze", bytes.NewReader(body))
	if err != nil {
		return nil, errPresidioURL
	}
	req.Header.Set("Content-Type", "application/json")
	client := p.Client
	if client == nil {
		client = stayClient
	}
	res, err := client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, errPresidioDown
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, errPresidioStatus
	}
	var found []struct {
		Kind  pii.Kind `json:"entity_type"`
		Start *int     `json:"start"`
		End   *int     `json:"end"`
		Score float64  `json:"score"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnalysis)).Decode(&found); err != nil || found == nil {
		return nil, errPresidioAnswer
	}
	offsets := byteOffsets(text)
	out := make([]pii.Finding, 0, len(found))
	for _, f := range found {
		if f.Kind == "" || f.Start == nil || f.End == nil {
			return nil, errPresidioAnswer
		}
		if *f.Start < 0 || *f.Start >= *f.End || *f.End >= len(offsets) {
			return nil, errPresidioOffset
		}
		out = append(out, pii.Finding{Start: offsets[*f.Start], End: offsets[*f.End], Kind: f.Kind, Score: f.Score})
	}
	return out, nil
}

// byteOffsets gives the byte offset of every code point, and of the end. A byte that is not UTF-8 goes over the wire as one
// replacement character, and counts as one here too.
func byteOffsets(text string) []int {
	out := make([]int, 0, len(text)+1)
	for i := range text {
		out = append(out, i)
	}
	return append(out, len(text))
}
