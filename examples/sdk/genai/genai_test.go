// Package genai guards google.golang.org/genai: the client's HTTPClient.
package genai

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/genai"

	"github.com/fairlead-go/fairlead/examples/sdk/internal/fake"
	"github.com/fairlead-go/fairlead/privacy"
)

func Example() {
	server := fake.Start() // speaks as generativelanguage.googleapis.com does
	defer server.Close()
	ctx := context.Background()

	client, err := genai.NewClient(ctx, &genai.ClientConfig{
		APIKey: "none", Backend: genai.BackendGeminiAPI, HTTPOptions: genai.HTTPOptions{BaseURL: server.URL},
		HTTPClient: &http.Client{Transport: privacy.Transport(nil, &privacy.Redactor{}, nil)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := client.Models.GenerateContent(ctx, "gemini-2.5-flash", genai.Text("I am ines.rocha@example.org, where is my order?"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Text())
	fmt.Println("the server saw her address:", server.Leaked())
	// Output:
	// Dear ines.rocha@example.org, herzliche Grüße 😀!
	// the server saw her address: false
}

// with dials and lets use ask.
func with(use func(context.Context, *genai.Client) (string, error)) fake.Call {
	return func(ctx context.Context, client *http.Client, base string) (string, error) {
		c, err := genai.NewClient(ctx, &genai.ClientConfig{
			APIKey: "none", Backend: genai.BackendGeminiAPI, HTTPClient: client, HTTPOptions: genai.HTTPOptions{BaseURL: base},
		})
		if err != nil {
			return "", err
		}
		return use(ctx, c)
	}
}

func TestGenerateContent(t *testing.T) {
	fake.Row{
		Module: "google.golang.org/genai", Hook: "`ClientConfig.HTTPClient`",
		Plain: with(func(ctx context.Context, c *genai.Client) (string, error) {
			system := &genai.GenerateContentConfig{SystemInstruction: genai.NewContentFromText("help "+fake.Canary, genai.RoleUser)}
			got, err := c.Models.GenerateContent(ctx, "m", genai.Text(fake.Ask), system)
			if err != nil {
				return "", err
			}
			return got.Text(), nil
		}),
		Stream: with(func(ctx context.Context, c *genai.Client) (string, error) {
			var b strings.Builder
			for piece, err := range c.Models.GenerateContentStream(ctx, "m", genai.Text(fake.Ask), nil) {
				if err != nil {
					return "", err
				}
				b.WriteString(piece.Text())
			}
			return b.String(), nil
		}),
		Tool: with(func(ctx context.Context, c *genai.Client) (string, error) {
			send := &genai.GenerateContentConfig{Tools: []*genai.Tool{{FunctionDeclarations: []*genai.FunctionDeclaration{{Name: "send"}}}}}
			got, err := c.Models.GenerateContent(ctx, "m", genai.Text(fake.Ask), send)
			if err != nil {
				return "", err
			}
			return plainJSON(got.FunctionCalls()[0].Args)
		}),
		Embeddings: with(func(ctx context.Context, c *genai.Client) (string, error) {
			got, err := c.Models.EmbedContent(ctx, "m", genai.Text(fake.Ask), nil)
			if err != nil {
				return "", err
			}
			return fmt.Sprint(got.Embeddings[0].Values), nil
		}),
		Unknown: with(func(ctx context.Context, c *genai.Client) (string, error) {
			picture := genai.NewContentFromBytes([]byte("a picture"), "image/png", genai.RoleUser)
			_, err := c.Models.GenerateContent(ctx, "m", []*genai.Content{picture}, nil)
			return "", err
		}),
	}.Test(t)
}

// plainJSON is JSON in which '<' stays '<'.
func plainJSON(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSpace(b.String()), err
}
