// Package grpc guards google.golang.org/grpc: two interceptors on the connection.
package grpc

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/fairlead-go/fairlead/privacy"
)

// Unary hides every text of a request and shows every text of the answer.
func Unary(r *privacy.Redactor) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		ask := privacy.Wrap(func(ctx context.Context, req proto.Message) (proto.Message, error) {
			answer := reply.(proto.Message)
			return answer, invoke(ctx, method, req, answer, cc, opts...)
		}, r, hide, show)
		_, err := ask(ctx, req.(proto.Message))
		return err
	}
}

// Stream guards calls that are asked once and answered in pieces. text says where a piece keeps its text, so that a placeholder cut
// in two is put together. Streams of questions are refused.
func Stream(r *privacy.Redactor, text func(*proto.Message) *string) grpc.StreamClientInterceptor {
	return func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
		if desc.ClientStreams {
			return nil, errClientStream
		}
		inner, err := open(ctx, desc, cc, method, opts...)
		if err != nil {
			return nil, err
		}
		return &stream{ClientStream: inner, ctx: ctx, r: r, text: text}, nil
	}
}

var (
	errClientStream = errors.New("a stream of questions is not guarded: ask one at a time")
	errNotAsked     = errors.New("nothing has been asked yet")
)

type stream struct {
	grpc.ClientStream
	ctx  context.Context
	r    *privacy.Redactor
	text func(*proto.Message) *string

	mu   sync.Mutex // one piece at a time
	next func() (proto.Message, error, bool)
	stop func()
	like proto.Message // what the pieces are
}

// SendMsg hides the one question. The pieces of the answer are pulled through the same guarded call.
func (s *stream) SendMsg(m any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next != nil {
		return errClientStream
	}
	ask := privacy.WrapStream(func(_ context.Context, req proto.Message) iter.Seq2[proto.Message, error] {
		return func(yield func(proto.Message, error) bool) {
			err := s.ClientStream.SendMsg(req)
			if err == nil {
				err = s.ClientStream.CloseSend()
			}
			for err == nil {
				piece := s.like.ProtoReflect().New().Interface()
				if err = s.ClientStream.RecvMsg(piece); err == nil && !yield(piece, nil) {
					return
				}
			}
			if !errors.Is(err, io.EOF) {
				yield(nil, err)
			}
		}
	}, s.r, hide, s.text)
	s.next, s.stop = iter.Pull2(ask(s.ctx, m.(proto.Message)))
	context.AfterFunc(s.ctx, func() { // as gRPC asks of its callers, a stream is read to its end or cancelled
		s.mu.Lock()
		defer s.mu.Unlock()
		s.stop()
	})
	return nil
}

// CloseSend was done when the question went out.
func (s *stream) CloseSend() error { return nil }

// RecvMsg gives the next piece, with the real words.
func (s *stream) RecvMsg(m any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		return errNotAsked
	}
	s.like = m.(proto.Message)
	piece, err, more := s.next()
	switch {
	case !more && s.ctx.Err() != nil:
		return status.FromContextError(s.ctx.Err()).Err()
	case !more:
		return io.EOF
	case err != nil:
		s.stop()
		return err
	}
	proto.Reset(s.like)
	proto.Merge(s.like, piece)
	return nil
}

// hide works on a copy: the caller's message stays as it is.
func hide(s *privacy.Session, m proto.Message) proto.Message {
	m = proto.Clone(m)
	each(m.ProtoReflect(), s.Hide)
	return m
}

func show(s *privacy.Session, m proto.Message) proto.Message {
	each(m.ProtoReflect(), s.Show)
	return m
}

// each changes every text in a message: fields, elements, and the keys of maps. Bytes are taken for text too. What a newer version of
// the message knows and this program does not cannot be looked at, and is left out.
func each(m protoreflect.Message, change func(string) string) {
	one := func(f protoreflect.FieldDescriptor, v protoreflect.Value) protoreflect.Value {
		switch f.Kind() {
		case protoreflect.StringKind:
			return protoreflect.ValueOfString(change(v.String()))
		case protoreflect.BytesKind:
			return protoreflect.ValueOfBytes([]byte(change(string(v.Bytes()))))
		case protoreflect.MessageKind, protoreflect.GroupKind:
			each(v.Message(), change)
		}
		return v
	}
	m.SetUnknown(nil)
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsList():
			for i := range v.List().Len() {
				v.List().Set(i, one(f, v.List().Get(i)))
			}
		case f.IsMap():
			changed := m.NewField(f)
			v.Map().Range(func(k protoreflect.MapKey, item protoreflect.Value) bool {
				changed.Map().Set(one(f.MapKey(), k.Value()).MapKey(), one(f.MapValue(), item))
				return true
			})
			m.Set(f, changed)
		default:
			m.Set(f, one(f, v))
		}
		return true
	})
}
