package fairlead_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/consent"
)

// interceptor guards every unary method of a gRPC server: an adapter of a user's own, made of Begin and the gate.
func interceptor(gate *consent.Gate, sys *fairlead.System, ended func(fairlead.Outcome)) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (resp any, err error) {
		ctx, trail := fairlead.Track(ctx)
		ctx, end := fairlead.Begin(ctx, sys)
		defer func() {
			end(err)
			ended(trail.Outcome())
			err = public(err)
		}()
		var who string
		if md, ok := metadata.FromIncomingContext(ctx); ok && len(md.Get("customer")) == 1 {
			who = md.Get("customer")[0]
		}
		if _, err := gate.Check(ctx, consent.Ask{Subject: who, Purpose: purpose}); err != nil {
			return nil, err
		}
		return handler(ctx, req)
	}
}

// public turns a typed error into a status that says no more than the customer may read.
func public(err error) error {
	denied := &consent.DeniedError{}
	if errors.As(err, &denied) {
		return status.Error(codes.PermissionDenied, denied.Public())
	}
	return err
}

// probe is a health service that tells in which decision it was asked.
type probe struct {
	*health.Server
	decisions []string
}

func (p *probe) Check(ctx context.Context, r *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	p.decisions = append(p.decisions, fairlead.DecisionID(ctx).String())
	return p.Server.Check(ctx, r)
}

func TestAGRPCUnaryInterceptor(t *testing.T) {
	h := newHouse(t)
	wire := newSink(t)
	var outcomes []fairlead.Outcome
	server := grpc.NewServer(grpc.UnaryInterceptor(interceptor(h.gate, wire.system("health"), func(o fairlead.Outcome) {
		outcomes = append(outcomes, o)
	})))
	service := &probe{Server: health.NewServer()}
	grpc_health_v1.RegisterHealthServer(server, service)
	pipe := bufconn.Listen(64 << 10)
	go func() { _ = server.Serve(pipe) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:///pipe", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return pipe.DialContext(ctx) }))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	client := grpc_health_v1.NewHealthClient(conn)
	as := func(who string) error {
		_, err := client.Check(metadata.AppendToOutgoingContext(t.Context(), "customer", who), &grpc_health_v1.HealthCheckRequest{})
		return err
	}

	require.NoError(t, as(canarySubject))
	err = as("nobody-asked-them")
	require.Equal(t, codes.PermissionDenied, status.Code(err))
	assert.Equal(t, "You have not agreed to this use of your data, so we did not use it.", status.Convert(err).Message())
	assert.NotContains(t, err.Error(), "nobody-asked-them")

	assert.Equal(t, []fairlead.Outcome{fairlead.Allowed, fairlead.Denied}, outcomes)
	require.Len(t, service.decisions, 1, "a denied method does not run")
	spans := wire.arrived(t)
	require.Len(t, spans, 2)
	for _, span := range spans {
		assert.Equal(t, "guard health", span.Name)
		assert.Equal(t, []string{checked}, events(span))
	}
	assert.Equal(t, service.decisions[0], attributes(spans[0].Attributes)["fairlead.decision.id"])
	clean(t, wire.sent(t), "what went over the wire")
}
