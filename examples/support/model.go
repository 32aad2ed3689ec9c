package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
)

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type chunk struct {
	Choices []choice `json:"choices"`
}

type choice struct {
	Index int     `json:"index"`
	Delta message `json:"delta"`
}

// model is the other side. It understands little, and repeats the placeholders it was sent, as models do; the last one in lower
// case, as models do too.
type model struct{ sent chan<- string }

var (
	placeholder = regexp.MustCompile(`<[A-Z_]+_\d+>`)
	order       = regexp.MustCompile(`order \d+`)
)

// ServeHTTP answers a chat request, four bytes an event.
func (m model) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var ask struct {
		Messages []message `json:"messages"`
	}
	if err := json.NewDecoder(req.Body).Decode(&ask); err != nil || len(ask.Messages) == 0 {
		http.Error(w, "no question", http.StatusBadRequest)
		return
	}
	text := ask.Messages[len(ask.Messages)-1].Content
	m.sent <- text

	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	for rest := answer(text); rest != ""; {
		n := min(4, len(rest))
		event, err := json.Marshal(chunk{Choices: []choice{{Delta: message{"assistant", rest[:n]}}}})
		if err != nil {
			return
		}
		rest = rest[n:]
		if _, err := w.Write([]byte("data: " + string(event) + "\n\n")); err != nil || flush.Flush() != nil {
			return // the client has gone
		}
	}
	_, _ = w.Write([]byte("data: [DONE]\n\n")) // the client may have gone
}

func answer(text string) string {
	found := placeholder.FindAllString(text, -1)
	if len(found) == 0 {
		return "From nine to five, every day but Sunday."
	}
	found[len(found)-1] = strings.ToLower(found[len(found)-1])
	what := "Thank you"
	if o := order.FindString(text); o != "" {
		what = "I refunded " + o
	}
	return what + ". I noted " + strings.Join(found, " and ") + "."
}
