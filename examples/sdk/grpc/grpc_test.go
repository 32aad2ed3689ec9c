package grpc_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	guard "github.com/fairlead-go/fairlead/examples/sdk/grpc"
	"github.com/fairlead-go/fairlead/examples/sdk/internal/fake"
	"github.com/fairlead-go/fairlead/privacy"
)

// shop is a service of texts, as protoc would describe it: Ask answers whole, Flaky too, but only when it is asked again, and Tokens in
// pieces.
func shop(note func(string)) *grpc.ServiceDesc {
	var asked atomic.Int32
	ask := func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		var q wrapperspb.StringValue
		if err := decode(&q); err != nil {
			return nil, err
		}
		note(q.GetValue())
		return wrapperspb.String(fake.Reply(q.GetValue())), nil
	}
	flaky := func(srv any, ctx context.Context, decode func(any) error, i grpc.UnaryServerInterceptor) (any, error) {
		answer, err := ask(srv, ctx, decode, i)
		if asked.Add(1) == 1 {
			return nil, status.Error(codes.Unavailable, "try again")
		}
		return answer, err
	}
	return &grpc.ServiceDesc{
		ServiceName: "shop.Support", HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Ask", Handler: ask}, {MethodName: "Flaky", Handler: flaky}},
		Streams: []grpc.StreamDesc{{StreamName: "Tokens", ServerStreams: true, Handler: func(_ any, s grpc.ServerStream) error {
			var q wrapperspb.StringValue
			if err := s.RecvMsg(&q); err != nil {
				return err
			}
			note(q.GetValue())
			for _, p := range fake.Pieces(q.GetValue()) {
				if err := s.SendMsg(wrapperspb.String(p)); err != nil {
					return err
				}
			}
			return nil
		}}},
	}
}

// text is where a piece of the answer keeps its text.
func text(m *proto.Message) *string {
	if *m == nil {
		*m = &wrapperspb.StringValue{}
	}
	piece, ok := (*m).(*wrapperspb.StringValue)
	if !ok {
		return nil
	}
	return &piece.Value
}

func serve(note func(string)) (*grpc.Server, string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	s := grpc.NewServer()
	s.RegisterService(shop(note), struct{}{})
	go func() { _ = s.Serve(l) }() // ends with Stop
	return s, l.Addr().String(), nil
}

// retrying lets gRPC itself ask again where a service was not available.
const retrying = `{"methodConfig":[{"name":[{"service":"shop.Support"}],"retryPolicy":{"maxAttempts":3,"initialBackoff":"0.001s","maxBackoff":"0.001s","backoffMultiplier":1,"retryableStatusCodes":["UNAVAILABLE"]}}]}`

func dial(addr string, r *privacy.Redactor) (*grpc.ClientConn, error) {
	return grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultServiceConfig(retrying),
		grpc.WithUnaryInterceptor(guard.Unary(r)), grpc.WithStreamInterceptor(guard.Stream(r, text)))
}

func Example() {
	server, addr, err := serve(func(sent string) { fmt.Println("sent: ", sent) })
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Stop()
	r := &privacy.Redactor{}
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithUnaryInterceptor(guard.Unary(r)))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	var answer wrapperspb.StringValue
	if err := conn.Invoke(context.Background(), "/shop.Support/Ask", wrapperspb.String("I am ines.rocha@example.org"), &answer); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("shown:", answer.GetValue())
	// Output:
	// sent:  I am <EMAIL_ADDRESS_1>
	// shown: Dear ines.rocha@example.org, herzliche Grüße 😀!
}

func tokens(ctx context.Context, conn *grpc.ClientConn, ask string) (string, error) {
	s, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, "/shop.Support/Tokens")
	if err != nil {
		return "", err
	}
	if err := s.SendMsg(wrapperspb.String(ask)); err != nil {
		return "", err
	}
	if err := s.CloseSend(); err != nil {
		return "", err
	}
	var b strings.Builder
	for {
		var piece wrapperspb.StringValue
		err := s.RecvMsg(&piece)
		if err == io.EOF { //nolint:errorlint // as grpc documents
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		b.WriteString(piece.GetValue())
	}
}

func TestInterceptors(t *testing.T) {
	var mu sync.Mutex
	var sent []string
	server, addr, err := serve(func(s string) {
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, s)
	})
	require.NoError(t, err)
	defer server.Stop()
	conn, err := dial(addr, &privacy.Redactor{})
	require.NoError(t, err)
	defer conn.Close()

	question := wrapperspb.String(fake.Ask)
	var answer wrapperspb.StringValue
	require.NoError(t, conn.Invoke(t.Context(), "/shop.Support/Ask", question, &answer))
	assert.Equal(t, fake.Shown, answer.GetValue())
	assert.Equal(t, fake.Ask, question.GetValue(), "the caller's message stays as it is")

	shown, err := tokens(t.Context(), conn, fake.Ask)
	require.NoError(t, err)
	assert.Equal(t, fake.Shown, shown)

	require.NoError(t, conn.Invoke(t.Context(), "/shop.Support/Flaky", question, &answer))
	assert.Equal(t, fake.Shown, answer.GetValue())

	refusing, err := dial(addr, nil)
	require.NoError(t, err)
	defer refusing.Close()
	require.ErrorIs(t, refusing.Invoke(t.Context(), "/shop.Support/Ask", question, &answer), privacy.ErrRefused)
	_, err = tokens(t.Context(), refusing, fake.Ask)
	require.ErrorIs(t, err, privacy.ErrRefused)
	_, err = conn.NewStream(t.Context(), &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, "/shop.Support/Tokens")
	require.Error(t, err)

	mu.Lock()
	defer mu.Unlock()
	require.Len(t, sent, 4, "whole, in pieces, and twice what failed at first")
	for _, s := range sent {
		assert.Equal(t, "I am <EMAIL_ADDRESS_1>, where is my order?", s)
	}
	module := "google.golang.org/grpc"
	fake.Line(t, module+" "+fake.Version(t, module), "unary and stream client interceptors", "ok", "ok", "has none", "has none", "ok, after UNAVAILABLE", "not HTTP", "refused, 1 attempt")
}

// TestStreamLeftEarly: a stream that is cancelled before its end leaves no goroutine behind, and one that asked nothing has no answer.
func TestStreamLeftEarly(t *testing.T) {
	server, addr, err := serve(func(string) {})
	require.NoError(t, err)
	defer server.Stop()
	conn, err := dial(addr, &privacy.Redactor{})
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.Invoke(t.Context(), "/shop.Support/Ask", wrapperspb.String("hello"), &wrapperspb.StringValue{}))

	ctx, cancel := context.WithCancel(t.Context())
	var streams []grpc.ClientStream
	for range 50 {
		s, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, "/shop.Support/Tokens")
		require.NoError(t, err)
		require.Error(t, s.RecvMsg(&wrapperspb.StringValue{}))
		require.NoError(t, s.SendMsg(wrapperspb.String(fake.Ask)))
		require.NoError(t, s.RecvMsg(&wrapperspb.StringValue{}))
		require.Error(t, s.SendMsg(wrapperspb.String(fake.Ask)), "one question")
		streams = append(streams, s)
	}
	cancel()
	for _, s := range streams {
		var err error
		for err == nil {
			err = s.RecvMsg(&wrapperspb.StringValue{})
		}
	}
	assert.Eventually(t, func() bool {
		buf := make([]byte, 1<<20)
		return !strings.Contains(string(buf[:runtime.Stack(buf, true)]), "iter.Pull2")
	}, 10*time.Second, time.Millisecond, "a coroutine is left")
}

// TestEveryTextOfAMessage: keys of maps too, and what this program has no name for stays here.
func TestEveryTextOfAMessage(t *testing.T) {
	var sent *structpb.Struct
	invoke := func(_ context.Context, _ string, req, _ any, _ *grpc.ClientConn, _ ...grpc.CallOption) error {
		sent = req.(*structpb.Struct)
		return nil
	}
	list, err := structpb.NewList([]any{fake.Canary, true, 1.5})
	require.NoError(t, err)
	q := &structpb.Struct{Fields: map[string]*structpb.Value{fake.Canary: structpb.NewListValue(list)}}
	q.ProtoReflect().SetUnknown(protowire.AppendString(protowire.AppendTag(nil, 99, protowire.BytesType), fake.Canary))
	before := proto.Clone(q)
	require.NoError(t, guard.Unary(&privacy.Redactor{})(t.Context(), "/m", q, &structpb.Struct{}, nil, invoke))
	wire, err := proto.Marshal(sent)
	require.NoError(t, err)
	assert.NotContains(t, string(wire), fake.Canary)
	assert.Equal(t, []any{"<EMAIL_ADDRESS_1>", true, 1.5}, sent.AsMap()["<EMAIL_ADDRESS_1>"])
	assert.True(t, proto.Equal(before, q), "the caller's message stays as it is")
}
