package webhook_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/oversight/webhook"
)

func ExampleHook_Send() {
	secret := []byte("shared with the receiver")
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
		if err := webhook.Verify(secret, r.Header.Get(webhook.Header), body, time.Minute); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("a case is due")
	}))
	defer receiver.Close()
	hook := &webhook.Hook{URL: receiver.URL, Secret: secret, Client: &http.Client{Timeout: 10 * time.Second}}
	if err := hook.Send(context.Background(), oversight.Notice{Kind: oversight.NoticeDue}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// a case is due
}
