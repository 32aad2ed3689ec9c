// Package ollama guards github.com/ollama/ollama/api: the client's HTTP client.
package ollama

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ollama/ollama/api"

	"github.com/fairlead-go/fairlead/examples/sdk/internal/fake"
	"github.com/fairlead-go/fairlead/privacy"
)

func Example() {
	server := fake.Start() // speaks as ollama serve does
	defer server.Close()
	base, err := url.Parse(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	client := api.NewClient(base, &http.Client{Transport: privacy.Transport(nil, &privacy.Redactor{}, nil)})

	err = client.Chat(context.Background(), &api.ChatRequest{
		Model:    "llama3.2",
		Messages: []api.Message{{Role: "user", Content: "I am ines.rocha@example.org, where is my order?"}},
	}, func(piece api.ChatResponse) error {
		fmt.Print(piece.Message.Content)
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println("\nthe server saw her address:", server.Leaked())
	// Output:
	// Dear ines.rocha@example.org, herzliche Grüße 😀!
	// the server saw her address: false
}

// with dials and lets use ask.
func with(use func(context.Context, *api.Client) (string, error)) fake.Call {
	return func(ctx context.Context, client *http.Client, base string) (string, error) {
		u, err := url.Parse(base)
		if err != nil {
			return "", err
		}
		return use(ctx, api.NewClient(u, client))
	}
}

func question(stream bool) *api.ChatRequest {
	return &api.ChatRequest{Model: "m", Stream: &stream, Messages: []api.Message{{Role: "user", Content: fake.Ask}}}
}

func chat(ctx context.Context, c *api.Client, ask *api.ChatRequest) (string, error) {
	var b strings.Builder
	err := c.Chat(ctx, ask, func(piece api.ChatResponse) error {
		for _, call := range piece.Message.ToolCalls {
			b.Reset()
			b.WriteString(call.Function.Arguments.String())
			return nil
		}
		b.WriteString(piece.Message.Content)
		return nil
	})
	return b.String(), err
}

func TestChat(t *testing.T) {
	fake.Row{
		Module: "github.com/ollama/ollama", Hook: "`api.NewClient`",
		Plain:  with(func(ctx context.Context, c *api.Client) (string, error) { return chat(ctx, c, question(false)) }),
		Stream: with(func(ctx context.Context, c *api.Client) (string, error) { return chat(ctx, c, question(true)) }),
		Tool: with(func(ctx context.Context, c *api.Client) (string, error) {
			ask := question(false)
			ask.Tools = api.Tools{{Type: "function", Function: api.ToolFunction{Name: "send"}}}
			args, err := chat(ctx, c, ask)
			return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(args), err
		}),
		Embeddings: with(func(ctx context.Context, c *api.Client) (string, error) {
			got, err := c.Embed(ctx, &api.EmbedRequest{Model: "m", Input: fake.Ask})
			if err != nil {
				return "", err
			}
			return fmt.Sprint(got.Embeddings[0]), nil
		}),
		Unknown: with(func(ctx context.Context, c *api.Client) (string, error) {
			ask := question(false)
			ask.Messages[0].Images = []api.ImageData{[]byte("a picture")}
			return chat(ctx, c, ask)
		}),
	}.Test(t)
}
