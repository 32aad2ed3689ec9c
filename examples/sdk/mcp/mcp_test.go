// Package mcp guards github.com/modelcontextprotocol/go-sdk: the HTTP client of a streamable connection, or, for every kind of
// connection, a sending middleware.
package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/examples/sdk/internal/fake"
	"github.com/fairlead-go/fairlead/privacy"
)

// shop is a server with one tool.
func shop(note func(string)) *mcp.Server {
	type question struct {
		Text string `json:"text"`
	}
	s := mcp.NewServer(&mcp.Implementation{Name: "shop", Version: "1"}, nil)
	mcp.AddTool(s, &mcp.Tool{Name: "ask"}, func(_ context.Context, _ *mcp.CallToolRequest, q question) (*mcp.CallToolResult, any, error) {
		note(q.Text)
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: fake.Reply(q.Text)}}}, nil, nil
	})
	return s
}

func Example() {
	server := fake.Start()
	defer server.Close()
	server.Handle("/mcp", mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return shop(server.Note) }, nil))
	ctx := context.Background()

	guarded := &http.Client{Transport: privacy.Transport(nil, &privacy.Redactor{}, nil)}
	client := mcp.NewClient(&mcp.Implementation{Name: "support", Version: "1"}, nil)
	session, err := client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: server.URL + "/mcp", HTTPClient: guarded}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	answer, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "ask", Arguments: map[string]any{"text": "I am ines.rocha@example.org, where is my order?"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Content[0].(*mcp.TextContent).Text)
	fmt.Println("the server saw her address:", server.Leaked())
	// Output:
	// Dear ines.rocha@example.org, herzliche Grüße 😀!
	// the server saw her address: false
}

func ask(path string) fake.Call {
	return func(ctx context.Context, client *http.Client, base string) (string, error) {
		c := mcp.NewClient(&mcp.Implementation{Name: "support", Version: "1"}, nil)
		session, err := c.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: base + path, HTTPClient: client, MaxRetries: -1}, nil)
		if err != nil {
			return "", err
		}
		defer session.Close()
		return call(ctx, session)
	}
}

func call(ctx context.Context, session *mcp.ClientSession) (string, error) {
	got, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "ask", Arguments: map[string]any{"text": fake.Ask}})
	if err != nil {
		return "", err
	}
	if got.IsError {
		return "", fmt.Errorf("the tool failed")
	}
	return got.Content[0].(*mcp.TextContent).Text, nil
}

func TestStreamable(t *testing.T) {
	fake.Row{
		Module: "github.com/modelcontextprotocol/go-sdk", Hook: "`StreamableClientTransport.HTTPClient`",
		Plain: ask("/json/mcp"), Stream: ask("/sse/mcp"), Unknown: ask("/elsewhere"),
		Setup: func(s *fake.Server) {
			serve := func(*http.Request) *mcp.Server { return shop(s.Note) }
			s.Handle("/json/mcp", mcp.NewStreamableHTTPHandler(serve, &mcp.StreamableHTTPOptions{JSONResponse: true}))
			s.Handle("/sse/mcp", mcp.NewStreamableHTTPHandler(serve, nil))
		},
		Without: map[string]string{"tool call": "is its plain call", "embeddings": "has none"},
	}.Test(t)
}

// guard hides what tools are called with and shows what comes back, whatever the connection: stdio too. What else a client may say
// about a person, it does not send.
func guard(r *privacy.Redactor) mcp.Middleware {
	return func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			switch method {
			case "tools/call":
			case "initialize", "ping", "tools/list", "prompts/list", "resources/list", "notifications/initialized", "notifications/cancelled":
				return next(ctx, method, req)
			default:
				return nil, fmt.Errorf("%s is not guarded, so it is not sent", method)
			}
			call := privacy.Wrap(func(ctx context.Context, hidden json.RawMessage) (json.RawMessage, error) {
				var params mcp.CallToolParams
				var as struct{ Arguments json.RawMessage } // numbers stay as they are written
				if err := errors.Join(json.Unmarshal(hidden, &params), json.Unmarshal(hidden, &as)); err != nil {
					return nil, err
				}
				params.Arguments = as.Arguments
				answer, err := next(ctx, method, &mcp.ClientRequest[*mcp.CallToolParams]{Session: req.GetSession().(*mcp.ClientSession), Params: &params})
				if err != nil {
					return nil, err
				}
				return json.Marshal(answer)
			}, r, privacy.HideTagged, privacy.ShowTagged)
			params, err := json.Marshal(req.GetParams())
			if err != nil {
				return nil, err
			}
			shown, err := call(ctx, params)
			if err != nil {
				return nil, err
			}
			var answer mcp.CallToolResult
			return &answer, json.Unmarshal(shown, &answer)
		}
	}
}

func TestMiddleware(t *testing.T) {
	s := fake.Start()
	defer s.Close()
	toServer, toClient := mcp.NewInMemoryTransports()
	served, err := shop(s.Note).Connect(t.Context(), toServer, nil)
	require.NoError(t, err)
	defer served.Close()
	c := mcp.NewClient(&mcp.Implementation{Name: "support", Version: "1"}, nil)
	c.AddSendingMiddleware(guard(&privacy.Redactor{}))
	session, err := c.Connect(t.Context(), toClient, nil)
	require.NoError(t, err)
	defer session.Close()
	shown, err := call(t.Context(), session)
	require.NoError(t, err)
	assert.Equal(t, fake.Shown, shown)
	assert.False(t, s.Leaked())
	assert.Contains(t, s.Seen()[0], "<EMAIL_ADDRESS_1>")
	_, err = session.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "people://" + fake.Canary})
	require.ErrorContains(t, err, "is not guarded")
	assert.Len(t, s.Seen(), 1)

	refusing := mcp.NewClient(&mcp.Implementation{Name: "support", Version: "1"}, nil)
	refusing.AddSendingMiddleware(guard(nil))
	toServer, toClient = mcp.NewInMemoryTransports()
	again, err := shop(s.Note).Connect(t.Context(), toServer, nil)
	require.NoError(t, err)
	defer again.Close()
	session, err = refusing.Connect(t.Context(), toClient, nil)
	require.NoError(t, err)
	defer session.Close()
	_, err = call(t.Context(), session)
	require.ErrorIs(t, err, privacy.ErrRefused)
	assert.Len(t, s.Seen(), 1)

	module := "github.com/modelcontextprotocol/go-sdk"
	fake.Line(t, module+" "+fake.Version(t, module), "`AddSendingMiddleware`", "ok", "answers whole", "is its plain call", "has none", "not HTTP", "not HTTP", "refused, 1 attempt")
}
