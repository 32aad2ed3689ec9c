package portal_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
	"github.com/fairlead-go/fairlead/transparency/portal"
)

func ExampleNew() {
	log := ledger.Memory(nil)
	defer log.Close()
	journal, err := transparency.New(context.Background(), log, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	mine, err := portal.New(journal, func(r *http.Request) (string, error) {
		who, err := r.Cookie("session") // your own session tells you who it is
		if err != nil {
			return "", err
		}
		return who.Value, nil
	}, &portal.Options{
		Erase: func(ctx context.Context, who string) (ledger.Erased, error) { return log.Erase(ctx, who) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/mine/", http.StripPrefix("/mine", mine))

	for _, cookie := range []string{"", "session=c-17"} {
		r := httptest.NewRequest(http.MethodGet, "/mine/", nil)
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Header().Get("Cache-Control"))
	}
	// Output:
	// 401 no-store
	// 200 no-store
}
