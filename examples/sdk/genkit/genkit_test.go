// Package genkit guards github.com/firebase/genkit/go: the HTTP client of its plugin for OpenAI's interface.
package genkit

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/firebase/genkit/go/ai"
	"github.com/firebase/genkit/go/genkit"
	"github.com/firebase/genkit/go/plugins/compat_oai"
	"github.com/openai/openai-go/option"

	"github.com/fairlead-go/fairlead/examples/sdk/internal/fake"
	"github.com/fairlead-go/fairlead/privacy"
)

func Example() {
	server := fake.Start() // speaks as api.openai.com does
	defer server.Close()
	ctx := context.Background()

	guarded := &http.Client{Transport: privacy.Transport(nil, &privacy.Redactor{}, nil)}
	plugin := &compat_oai.OpenAICompatible{Provider: "shop", APIKey: "none", BaseURL: server.URL, Opts: []option.RequestOption{option.WithHTTPClient(guarded)}}
	g := genkit.Init(ctx, genkit.WithPlugins(plugin))
	model := plugin.DefineModel("shop", "m", ai.ModelOptions{Supports: &compat_oai.BasicText})

	answer, err := genkit.GenerateText(ctx, g, ai.WithModel(model), ai.WithPrompt("I am ines.rocha@example.org, where is my order?"))
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
func with(use func(context.Context, *genkit.Genkit, *compat_oai.OpenAICompatible, ai.Model) (string, error)) fake.Call {
	return func(ctx context.Context, client *http.Client, base string) (string, error) {
		plugin := &compat_oai.OpenAICompatible{Provider: "shop", APIKey: "none", BaseURL: base, Opts: []option.RequestOption{option.WithHTTPClient(client)}}
		g := genkit.Init(ctx, genkit.WithPlugins(plugin))
		return use(ctx, g, plugin, plugin.DefineModel("shop", "m", ai.ModelOptions{Supports: &compat_oai.Multimodal}))
	}
}

func TestPlugin(t *testing.T) {
	fake.Row{
		Module: "github.com/firebase/genkit/go", Hook: "compat_oai, `option.WithHTTPClient`",
		Plain: with(func(ctx context.Context, g *genkit.Genkit, _ *compat_oai.OpenAICompatible, m ai.Model) (string, error) {
			return genkit.GenerateText(ctx, g, ai.WithModel(m), ai.WithSystem("help "+fake.Canary), ai.WithPrompt(fake.Ask))
		}),
		Stream: with(func(ctx context.Context, g *genkit.Genkit, _ *compat_oai.OpenAICompatible, m ai.Model) (string, error) {
			var b strings.Builder
			got, err := genkit.Generate(ctx, g, ai.WithModel(m), ai.WithPrompt(fake.Ask), ai.WithStreaming(func(_ context.Context, piece *ai.ModelResponseChunk) error {
				b.WriteString(piece.Text())
				return nil
			}))
			if err == nil && got.Text() != b.String() {
				return "", fmt.Errorf("the pieces and the whole differ")
			}
			return b.String(), err
		}),
		Tool: with(func(ctx context.Context, g *genkit.Genkit, _ *compat_oai.OpenAICompatible, m ai.Model) (string, error) {
			send := genkit.DefineTool(g, "send", "sends", func(_ *ai.ToolContext, in struct {
				To string `json:"to"`
			},
			) (string, error) {
				return in.To, nil
			})
			got, err := genkit.Generate(ctx, g, ai.WithModel(m), ai.WithPrompt(fake.Ask), ai.WithTools(send), ai.WithReturnToolRequests(true))
			if err != nil {
				return "", err
			}
			var b strings.Builder
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			err = e.Encode(got.ToolRequests()[0].Input)
			return strings.TrimSpace(b.String()), err
		}),
		Embeddings: with(func(ctx context.Context, g *genkit.Genkit, p *compat_oai.OpenAICompatible, _ ai.Model) (string, error) {
			got, err := genkit.Embed(ctx, g, ai.WithEmbedder(p.DefineEmbedder("shop", "e", nil)), ai.WithTextDocs(fake.Ask))
			if err != nil {
				return "", err
			}
			return fmt.Sprint(got.Embeddings[0].Embedding), nil
		}),
		Unknown: with(func(ctx context.Context, g *genkit.Genkit, _ *compat_oai.OpenAICompatible, m ai.Model) (string, error) {
			picture := ai.NewUserMessage(ai.NewMediaPart("image/png", "data:image/png;base64,iVBORw0KGgo="))
			_, err := genkit.Generate(ctx, g, ai.WithModel(m), ai.WithMessages(picture))
			return "", err
		}),
	}.Test(t)
}
