// Package openai guards openai-go: one option on the client.
package openai

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"

	"github.com/fairlead-go/fairlead/examples/sdk/internal/fake"
	"github.com/fairlead-go/fairlead/privacy"
)

func Example() {
	server := fake.Start() // speaks as api.openai.com does
	defer server.Close()

	guarded := &http.Client{Transport: privacy.Transport(nil, &privacy.Redactor{}, nil)}
	client := openai.NewClient(option.WithHTTPClient(guarded), option.WithBaseURL(server.URL+"/v1"), option.WithAPIKey("none"))

	answer, err := client.Chat.Completions.New(context.Background(), openai.ChatCompletionNewParams{
		Model:    "gpt-5.4",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("I am ines.rocha@example.org, where is my order?")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Choices[0].Message.Content)
	fmt.Println("the server saw her address:", server.Leaked())
	// Output:
	// Dear ines.rocha@example.org, herzliche Grüße 😀!
	// the server saw her address: false
}

func dial(client *http.Client, base string) openai.Client {
	if m, ok := client.Transport.(perAttempt); ok {
		return openai.NewClient(option.WithMiddleware(option.Middleware(m)), option.WithBaseURL(base+"/v1"), option.WithAPIKey("none"))
	}
	return openai.NewClient(option.WithHTTPClient(client), option.WithBaseURL(base+"/v1"), option.WithAPIKey("none"))
}

func question() openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{Model: "m", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(fake.Ask)}}
}

func plain(ctx context.Context, client *http.Client, base string) (string, error) {
	c := dial(client, base)
	got, err := c.Chat.Completions.New(ctx, question())
	if err != nil {
		return "", err
	}
	return got.Choices[0].Message.Content, nil
}

func stream(ctx context.Context, client *http.Client, base string) (string, error) {
	c := dial(client, base)
	pieces := c.Chat.Completions.NewStreaming(ctx, question())
	var b strings.Builder
	for pieces.Next() {
		for _, choice := range pieces.Current().Choices {
			b.WriteString(choice.Delta.Content)
		}
	}
	return b.String(), pieces.Err()
}

func tool(ctx context.Context, client *http.Client, base string) (string, error) {
	c := dial(client, base)
	ask := question()
	ask.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{Name: "send"})}
	got, err := c.Chat.Completions.New(ctx, ask)
	if err != nil {
		return "", err
	}
	return got.Choices[0].Message.ToolCalls[0].Function.Arguments, nil
}

func embeddings(ctx context.Context, client *http.Client, base string) (string, error) {
	c := dial(client, base)
	got, err := c.Embeddings.New(ctx, openai.EmbeddingNewParams{Model: "m", Input: openai.EmbeddingNewParamsInputUnion{OfString: openai.String(fake.Ask)}})
	if err != nil {
		return "", err
	}
	return fmt.Sprint(got.Data[0].Embedding), nil
}

// tokens cannot be inspected: a number says nothing.
func tokens(ctx context.Context, client *http.Client, base string) (string, error) {
	c := dial(client, base)
	_, err := c.Embeddings.New(ctx, openai.EmbeddingNewParams{Model: "m", Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfTokens: []int64{9906, 1917}}})
	return "", err
}

const module = "github.com/openai/openai-go/v3"

func TestChat(t *testing.T) {
	fake.Row{
		Module: module, Hook: "chat, `option.WithHTTPClient`",
		Plain: plain, Stream: stream, Tool: tool, Embeddings: embeddings, Unknown: tokens,
	}.Test(t)
}

func TestMiddleware(t *testing.T) {
	fake.Row{
		Module: module, Hook: "chat, `option.WithMiddleware`",
		Plain: plain, Stream: stream, Tool: tool, Embeddings: embeddings, Unknown: tokens,
		Client: func(r *privacy.Redactor, o *privacy.TransportOptions, _ http.RoundTripper) *http.Client {
			return &http.Client{Transport: perAttempt(privacy.Middleware(r, o))} //nolint:bodyclose // the SDK closes it
		},
	}.Test(t)
}

// perAttempt is for option.WithMiddleware; the client it stands in is only its way to dial.
type perAttempt option.Middleware

func (m perAttempt) RoundTrip(req *http.Request) (*http.Response, error) {
	return m(req, http.DefaultTransport.RoundTrip)
}

func TestResponses(t *testing.T) {
	ask := responses.ResponseNewParams{Model: "m", Instructions: openai.String("help " + fake.Canary), Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(fake.Ask)}}
	fake.Row{
		Module: module, Hook: "responses, `option.WithHTTPClient`",
		Plain: func(ctx context.Context, client *http.Client, base string) (string, error) {
			c := dial(client, base)
			got, err := c.Responses.New(ctx, ask)
			if err != nil {
				return "", err
			}
			return got.OutputText(), nil
		},
		Stream: func(ctx context.Context, client *http.Client, base string) (string, error) {
			c := dial(client, base)
			events := c.Responses.NewStreaming(ctx, ask)
			var pieces strings.Builder
			whole := ""
			for events.Next() {
				switch e := events.Current().AsAny().(type) {
				case responses.ResponseTextDeltaEvent:
					pieces.WriteString(e.Delta)
				case responses.ResponseCompletedEvent:
					whole = e.Response.OutputText()
				}
			}
			if whole != pieces.String() {
				return "", fmt.Errorf("the pieces and the whole differ")
			}
			return whole, events.Err()
		},
		Tool: func(ctx context.Context, client *http.Client, base string) (string, error) {
			c := dial(client, base)
			withTool := ask
			withTool.Tools = []responses.ToolUnionParam{responses.ToolParamOfFunction("send", map[string]any{"type": "object"}, false)}
			got, err := c.Responses.New(ctx, withTool)
			if err != nil {
				return "", err
			}
			return got.Output[0].AsFunctionCall().Arguments, nil
		},
		Unknown: func(ctx context.Context, client *http.Client, base string) (string, error) {
			c := dial(client, base)
			_, err := c.Files.New(ctx, openai.FileNewParams{File: strings.NewReader(fake.Ask), Purpose: openai.FilePurposeUserData})
			return "", err
		},
		Without: map[string]string{"embeddings": "as chat"},
	}.Test(t)
}
