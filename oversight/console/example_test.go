package console_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/oversight"
	"github.com/fairlead-go/fairlead/oversight/console"
)

func ExampleNew() {
	desk, err := oversight.New(context.Background(), ledger.Memory(nil), oversight.Policy{Rate: 0.02}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	// The application's own session says who asks.
	staff := func(r *http.Request) (string, error) {
		session, err := r.Cookie("session")
		if err != nil || session.Value != "rosa-s-secret" {
			return "", errors.New("not signed in")
		}
		return "rosa", nil
	}
	pages, err := console.New(desk, staff, &console.Options{
		Reasons: []console.Reason{{Code: "income", Text: "The income is not proven"}},
		Policy: func(context.Context, oversight.File) (string, error) {
			return "Grant if the instalment is below a third of the income.", nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/desk/", http.StripPrefix("/desk", pages))

	for _, cookie := range []string{"", "session=rosa-s-secret"} {
		r := httptest.NewRequest(http.MethodGet, "/desk/", nil)
		r.Header.Set("Cookie", cookie)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		_, after, _ := strings.Cut(w.Body.String(), "<h1>")
		heading, _, _ := strings.Cut(after, "</h1>")
		fmt.Println(w.Code, heading)
	}
	_, err = console.New(desk, nil, nil)
	fmt.Println(err != nil)
	// Output:
	// 401 Not signed in
	// 200 Nothing waits for you
	// true
}
