// Package anthropic guards anthropic-sdk-go: one option on the client.
package anthropic

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"github.com/fairlead-go/fairlead/examples/sdk/internal/fake"
	"github.com/fairlead-go/fairlead/privacy"
)

func Example() {
	server := fake.Start() // speaks as api.anthropic.com does
	defer server.Close()

	guard := privacy.Middleware(&privacy.Redactor{}, nil) //nolint:bodyclose // the SDK closes it
	client := anthropic.NewClient(option.WithMiddleware(guard), option.WithBaseURL(server.URL), option.WithAPIKey("none"))

	answer, err := client.Messages.New(context.Background(), anthropic.MessageNewParams{
		Model:     anthropic.ModelClaudeOpus4_5,
		MaxTokens: 100,
		Messages:  []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("I am ines.rocha@example.org, where is my order?"))},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Content[0].Text)
	fmt.Println("the server saw her address:", server.Leaked())
	// Output:
	// Dear ines.rocha@example.org, herzliche Grüße 😀!
	// the server saw her address: false
}

func dial(client *http.Client, base string) anthropic.Client {
	return anthropic.NewClient(option.WithHTTPClient(client), option.WithBaseURL(base), option.WithAPIKey("none"))
}

func question(blocks ...anthropic.ContentBlockParamUnion) anthropic.MessageNewParams {
	return anthropic.MessageNewParams{
		Model: "m", MaxTokens: 9, System: []anthropic.TextBlockParam{{Text: "help " + fake.Canary}},
		Messages: []anthropic.MessageParam{anthropic.NewUserMessage(append(blocks, anthropic.NewTextBlock(fake.Ask))...)},
	}
}

func TestMessages(t *testing.T) {
	fake.Row{
		Module: "github.com/anthropics/anthropic-sdk-go", Hook: "`option.WithHTTPClient`",
		Plain: func(ctx context.Context, client *http.Client, base string) (string, error) {
			c := dial(client, base)
			got, err := c.Messages.New(ctx, question())
			if err != nil {
				return "", err
			}
			return got.Content[0].Text, nil
		},
		Stream: func(ctx context.Context, client *http.Client, base string) (string, error) {
			c := dial(client, base)
			events := c.Messages.NewStreaming(ctx, question())
			var b strings.Builder
			var whole anthropic.Message
			for events.Next() {
				if err := whole.Accumulate(events.Current()); err != nil {
					return "", err
				}
				b.WriteString(events.Current().Delta.Text)
			}
			if events.Err() == nil && whole.Content[0].Text != b.String() {
				return "", fmt.Errorf("the pieces and the whole differ")
			}
			return b.String(), events.Err()
		},
		Tool: func(ctx context.Context, client *http.Client, base string) (string, error) {
			c := dial(client, base)
			ask := question()
			ask.Tools = []anthropic.ToolUnionParam{anthropic.ToolUnionParamOfTool(anthropic.ToolInputSchemaParam{}, "send")}
			got, err := c.Messages.New(ctx, ask)
			if err != nil {
				return "", err
			}
			return string(got.Content[0].Input), nil
		},
		Unknown: func(ctx context.Context, client *http.Client, base string) (string, error) {
			c := dial(client, base)
			_, err := c.Messages.New(ctx, question(anthropic.NewImageBlockBase64("image/png", "iVBORw0KGgo=")))
			return "", err
		},
		Without: map[string]string{"embeddings": "has none"},
	}.Test(t)
}
