// Package bedrock guards bedrockruntime of the AWS SDK: a step before the request is signed hides, the HTTP client shows.
package bedrock

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/fairlead-go/fairlead/privacy"
)

// Guard is an option for bedrockruntime.New. base nil is http.DefaultTransport.
func Guard(base http.RoundTripper, r *privacy.Redactor, o *privacy.TransportOptions) func(*bedrockruntime.Options) {
	return func(opts *bedrockruntime.Options) {
		// Signed as it is by then, the request goes through only because the step below left nothing in it to hide.
		opts.HTTPClient = &http.Client{Transport: privacy.Transport(base, r, o)}
		opts.APIOptions = append(opts.APIOptions, func(stack *middleware.Stack) error {
			return stack.Build.Add(hide(r), middleware.Before)
		})
	}
}

func hide(r *privacy.Redactor) middleware.BuildMiddleware {
	return middleware.BuildMiddlewareFunc("HidePersonalData", func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
		fail := func(err error) (middleware.BuildOutput, middleware.Metadata, error) {
			return middleware.BuildOutput{}, middleware.Metadata{}, err
		}
		req, ok := in.Request.(*smithyhttp.Request)
		if !ok {
			return fail(fmt.Errorf("hide personal data: this is no HTTP request but a %T", in.Request))
		}
		if _, ok := privacy.SessionFrom(ctx); !ok { // a call of its own, not a turn of a conversation
			session, err := r.Session(ctx, nil, "")
			if err != nil {
				return fail(err)
			}
			ctx = privacy.WithSession(ctx, session)
		}
		if stream := req.GetStream(); stream != nil {
			body, err := io.ReadAll(stream)
			if err != nil {
				return fail(err)
			}
			got, err := r.Value(ctx, json.RawMessage(body))
			if err != nil {
				return fail(err)
			}
			hidden := got.(json.RawMessage)
			if req, err = req.SetStream(bytes.NewReader(hidden)); err != nil {
				return fail(err)
			}
			req.ContentLength = int64(len(hidden))
			in.Request = req
		}
		return next.HandleBuild(ctx, in)
	})
}
