// Package langchaingo guards github.com/tmc/langchaingo: the HTTP client of its model.
package langchaingo

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"

	"github.com/fairlead-go/fairlead/examples/sdk/internal/fake"
	"github.com/fairlead-go/fairlead/privacy"
)

func Example() {
	server := fake.Start() // speaks as api.openai.com does
	defer server.Close()

	guarded := &http.Client{Transport: privacy.Transport(nil, &privacy.Redactor{}, nil)}
	model, err := openai.New(openai.WithHTTPClient(guarded), openai.WithBaseURL(server.URL), openai.WithToken("none"))
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := llms.GenerateFromSinglePrompt(context.Background(), model, "I am ines.rocha@example.org, where is my order?")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer)
	fmt.Println("the server saw her address:", server.Leaked())
	// Output:
	// Dear ines.rocha@example.org, herzliche Grüße 😀!
	// the server saw her address: false
}

// with dials and lets use ask.
func with(use func(context.Context, *openai.LLM) (string, error)) fake.Call {
	return func(ctx context.Context, client *http.Client, base string) (string, error) {
		model, err := openai.New(openai.WithHTTPClient(client), openai.WithBaseURL(base), openai.WithToken("none"), openai.WithModel("m"))
		if err != nil {
			return "", err
		}
		return use(ctx, model)
	}
}

var question = []llms.MessageContent{
	llms.TextParts(llms.ChatMessageTypeSystem, "help "+fake.Canary),
	llms.TextParts(llms.ChatMessageTypeHuman, fake.Ask),
}

func TestModel(t *testing.T) {
	fake.Row{
		Module: "github.com/tmc/langchaingo", Hook: "`openai.WithHTTPClient`",
		Plain: with(func(ctx context.Context, m *openai.LLM) (string, error) {
			got, err := m.GenerateContent(ctx, question)
			if err != nil {
				return "", err
			}
			return got.Choices[0].Content, nil
		}),
		Stream: with(func(ctx context.Context, m *openai.LLM) (string, error) {
			var b strings.Builder
			got, err := m.GenerateContent(ctx, question, llms.WithStreamingFunc(func(_ context.Context, piece []byte) error {
				b.Write(piece)
				return nil
			}))
			if err == nil && got.Choices[0].Content != b.String() {
				return "", fmt.Errorf("the pieces and the whole differ")
			}
			return b.String(), err
		}),
		Tool: with(func(ctx context.Context, m *openai.LLM) (string, error) {
			send := llms.Tool{Type: "function", Function: &llms.FunctionDefinition{Name: "send"}}
			got, err := m.GenerateContent(ctx, question, llms.WithTools([]llms.Tool{send}))
			if err != nil {
				return "", err
			}
			return got.Choices[0].ToolCalls[0].FunctionCall.Arguments, nil
		}),
		Embeddings: with(func(ctx context.Context, m *openai.LLM) (string, error) {
			got, err := m.CreateEmbedding(ctx, []string{fake.Ask})
			if err != nil {
				return "", err
			}
			return fmt.Sprint(got[0]), nil
		}),
		Unknown: with(func(ctx context.Context, m *openai.LLM) (string, error) {
			picture := llms.MessageContent{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{llms.ImageURLPart("data:image/png;base64,iVBORw0KGgo=")}}
			_, err := m.GenerateContent(ctx, []llms.MessageContent{picture})
			return "", err
		}),
	}.Test(t)
}
