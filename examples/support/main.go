// Command support is a support chat with a guard around its model: for each message it prints what the customer typed, what left this
// process, and what the customer was shown, as it came. The model is a small server on this machine that speaks OpenAI's chat
// interface, so it needs no key and no network.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/fairlead-go/fairlead/privacy"
)

// typed is what the customer writes. The people and their card are made up.
var typed = []string{
	"Refund order 8841 to maria.silva@example.pt, card 4111 1111 1111 1111",
	"No, please write to pedro.silva@example.pt and not to maria.silva@example.pt",
	"What are your opening hours?",
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "support:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	sent := make(chan string, 1)
	url, stop, err := serve(ctx, model{sent: sent})
	if err != nil {
		return err
	}
	defer stop()

	redactor := &privacy.Redactor{}
	client := &http.Client{Transport: privacy.Transport(nil, redactor, nil)} // the one changed line

	// One session for the whole conversation: she has the same placeholder in every turn.
	session, err := redactor.Session(ctx, nil, "")
	if err != nil {
		return err
	}
	ctx = privacy.WithSession(ctx, session)

	for _, text := range typed {
		fmt.Fprintf(out, "typed  %s\n", text)
		pieces, err := ask(ctx, client, url, text)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "sent   %s\nshown  ", <-sent)
		n := 0
		for piece, err := range pieces {
			if err != nil {
				return err
			}
			n++
			fmt.Fprint(out, piece)
		}
		fmt.Fprintf(out, "\n       (streamed in %d pieces)\n\n", n)
	}
	return nil
}

// ask sends one message and gives the answer as it comes.
func ask(ctx context.Context, client *http.Client, url, text string) (func(func(string, error) bool), error) {
	body, err := json.Marshal(map[string]any{"model": "local", "stream": true, "messages": []message{{"user", text}}})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req) //nolint:bodyclose // closed below, or by whoever ranges over the answer
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close() // nothing in it is wanted
		return nil, fmt.Errorf("the model answered %s", res.Status)
	}
	return func(yield func(string, error) bool) {
		defer res.Body.Close()
		lines := bufio.NewScanner(res.Body)
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok || data == "[DONE]" {
				continue
			}
			var event chunk
			if err := json.Unmarshal([]byte(data), &event); err != nil {
				yield("", err)
				return
			}
			for _, c := range event.Choices {
				if c.Delta.Content != "" && !yield(c.Delta.Content, nil) {
					return
				}
			}
		}
		if err := lines.Err(); err != nil {
			yield("", err)
		}
	}, nil
}

// serve listens on this machine until stop is called.
func serve(ctx context.Context, h http.Handler) (url string, stop func(), err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	return "http://" + l.Addr().String(), func() {
		if err := errors.Join(s.Close(), <-ended); err != nil && !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "support: the model's server:", err)
		}
	}, nil
}
