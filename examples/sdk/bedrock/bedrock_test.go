package bedrock

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fairlead-go/fairlead/examples/sdk/internal/fake"
	"github.com/fairlead-go/fairlead/privacy"
)

var keys = aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "none of anybody's"}

func dial(base string, guard func(*bedrockruntime.Options)) *bedrockruntime.Client {
	return bedrockruntime.New(bedrockruntime.Options{
		Region: "eu-central-1", BaseEndpoint: &base,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return keys, nil }),
	}, guard)
}

func Example() {
	server := fake.Start()
	defer server.Close()
	server.Handle("/converse", http.HandlerFunc(converse))

	client := dial(server.URL, Guard(nil, &privacy.Redactor{}, nil))
	answer, err := client.Converse(context.Background(), question("I am ines.rocha@example.org, where is my order?"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Output.(*types.ConverseOutputMemberMessage).Value.Content[0].(*types.ContentBlockMemberText).Value)
	fmt.Println("the server saw her address:", server.Leaked())
	// Output:
	// Dear ines.rocha@example.org, herzliche Grüße 😀!
	// the server saw her address: false
}

func question(text string) *bedrockruntime.ConverseInput {
	return &bedrockruntime.ConverseInput{ModelId: aws.String("m"), Messages: asked(text)}
}

func asked(text string) []types.Message {
	return []types.Message{{Role: types.ConversationRoleUser, Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: text}}}}
}

// signed says whether the request's signature is that of its body: computed anew, it is the same.
func signed(req *http.Request, body []byte) bool {
	at, err := time.Parse("20060102T150405Z", req.Header.Get("X-Amz-Date"))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(req.Header.Get("Authorization"), "SignedHeaders=")
	names, _, _ := strings.Cut(rest, ",")
	again := req.Clone(req.Context())
	again.Header = http.Header{}
	for name := range strings.SplitSeq(names, ";") {
		if v := req.Header.Values(name); v != nil {
			again.Header[http.CanonicalHeaderKey(name)] = v
		}
	}
	again.URL.Host, again.ContentLength = req.Host, int64(len(body))
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(req.Context(), keys, again, hex.EncodeToString(sum[:]), "bedrock", "eu-central-1", at); err != nil {
		return false
	}
	return again.Header.Get("Authorization") == req.Header.Get("Authorization")
}

func text(s string) string { b, _ := json.Marshal(s); return string(b) } // a string: cannot fail

// converse answers as Bedrock does, if the signature is right.
func converse(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil || !signed(req, body) {
		http.Error(w, `{"message":"The request signature we calculated does not match"}`, http.StatusForbidden)
		return
	}
	content := `{"text":` + text(fake.Reply(string(body))) + `}`
	if bytes.Contains(body, []byte("toolConfig")) {
		content = `{"toolUse":{"toolUseId":"t1","name":"send","input":{"to":"<EMAIL_ADDRESS_1>"}}}`
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"output":{"message":{"role":"assistant","content":[`+content+`]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2},"metrics":{"latencyMs":1}}`)
}

func converseStream(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil || !signed(req, body) {
		http.Error(w, `{"message":"The request signature we calculated does not match"}`, http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	e := eventstream.NewEncoder()
	send := func(kind, payload string) {
		var h eventstream.Headers
		h.Set(":message-type", eventstream.StringValue("event"))
		h.Set(":event-type", eventstream.StringValue(kind))
		h.Set(":content-type", eventstream.StringValue("application/json"))
		_ = e.Encode(w, eventstream.Message{Headers: h, Payload: []byte(payload)}) // a client that has gone does not matter
		w.(http.Flusher).Flush()
	}
	send("messageStart", `{"role":"assistant"}`)
	for _, p := range fake.Pieces(string(body)) {
		send("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":`+text(p)+`},"p":"abc"}`)
	}
	send("contentBlockStop", `{"contentBlockIndex":0}`)
	send("messageStop", `{"stopReason":"end_turn"}`)
}

// with dials and lets use ask. The row's client has the guard's transport in it; the step that hides before signing is the SDK's.
func with(use func(context.Context, *bedrockruntime.Client) (string, error)) fake.Call {
	return func(ctx context.Context, client *http.Client, base string) (string, error) {
		return use(ctx, dial(base, func(o *bedrockruntime.Options) {
			Guard(nil, &privacy.Redactor{}, nil)(o)
			o.HTTPClient = client
			o.RetryMaxAttempts = 3
		}))
	}
}

func TestConverse(t *testing.T) {
	fake.Row{
		Module: "github.com/aws/aws-sdk-go-v2/service/bedrockruntime", Hook: "`APIOptions` (Build step) and `HTTPClient`",
		Setup: func(s *fake.Server) {
			s.Handle("/converse", http.HandlerFunc(converse))
			s.Handle("/converse-stream", http.HandlerFunc(converseStream))
		},
		Plain: with(func(ctx context.Context, c *bedrockruntime.Client) (string, error) {
			got, err := c.Converse(ctx, question(fake.Ask))
			if err != nil {
				return "", err
			}
			return got.Output.(*types.ConverseOutputMemberMessage).Value.Content[0].(*types.ContentBlockMemberText).Value, nil
		}),
		Stream: with(func(ctx context.Context, c *bedrockruntime.Client) (string, error) {
			got, err := c.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{ModelId: aws.String("m"), Messages: asked(fake.Ask)})
			if err != nil {
				return "", err
			}
			defer got.GetStream().Close()
			var b strings.Builder
			for event := range got.GetStream().Events() {
				if delta, ok := event.(*types.ConverseStreamOutputMemberContentBlockDelta); ok {
					b.WriteString(delta.Value.Delta.(*types.ContentBlockDeltaMemberText).Value)
				}
			}
			return b.String(), got.GetStream().Err()
		}),
		Tool: with(func(ctx context.Context, c *bedrockruntime.Client) (string, error) {
			ask := question(fake.Ask)
			ask.ToolConfig = &types.ToolConfiguration{Tools: []types.Tool{&types.ToolMemberToolSpec{Value: types.ToolSpecification{
				Name: aws.String("send"), InputSchema: &types.ToolInputSchemaMemberJson{Value: document.NewLazyDocument(map[string]any{"type": "object"})},
			}}}}
			got, err := c.Converse(ctx, ask)
			if err != nil {
				return "", err
			}
			var args struct{ To string }
			err = got.Output.(*types.ConverseOutputMemberMessage).Value.Content[0].(*types.ContentBlockMemberToolUse).Value.Input.UnmarshalSmithyDocument(&args)
			return `{"to":` + strconv.Quote(args.To) + `}`, err
		}),
		Unknown: with(func(ctx context.Context, c *bedrockruntime.Client) (string, error) {
			_, err := c.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{ModelId: aws.String("m"), Body: []byte(`{"prompt":"hello"}`), ContentType: aws.String("application/json")})
			return "", err
		}),
		Without: map[string]string{"embeddings": "not in Converse"}, Redirect: "error: the signature names the host and path",
	}.Test(t)
}

// TestConversation: under a session of the caller's a person has the same placeholder in every turn.
func TestConversation(t *testing.T) {
	server := fake.Start()
	defer server.Close()
	server.Handle("/converse", http.HandlerFunc(converse))
	r := &privacy.Redactor{}
	session, err := r.Session(t.Context(), nil, "")
	require.NoError(t, err)
	client := dial(server.URL, Guard(nil, r, nil))
	ctx := privacy.WithSession(t.Context(), session)
	for _, text := range []string{"I am pedro.silva@example.pt", fake.Ask, "and again " + fake.Ask} {
		_, err := client.Converse(ctx, question(text))
		require.NoError(t, err)
	}
	seen := server.Seen()
	require.Len(t, seen, 3)
	assert.Contains(t, seen[0], "<EMAIL_ADDRESS_1>")
	assert.Contains(t, seen[1], "<EMAIL_ADDRESS_2>")
	assert.Contains(t, seen[2], "<EMAIL_ADDRESS_2>")
	assert.False(t, server.Leaked())
}
