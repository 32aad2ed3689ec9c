package privacy_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/fairlead-go/fairlead/privacy"
)

// Order is what the shop's own code works with.
type Order struct {
	Email   string `privacy:"email"`
	Message string
	Plan    string `privacy:"-"`
}

// askModel stands for a call to a model: it prints what it was sent.
func askModel(_ context.Context, o Order) (string, error) {
	fmt.Println("sent: ", o.Email, "|", o.Message)
	return "We will write to " + o.Email + ".", nil
}

func ExampleWrap() {
	guarded := privacy.Wrap(askModel, &privacy.Redactor{}, privacy.HideTagged, (*privacy.Session).Show)
	answer, err := guarded(context.Background(), Order{
		Email: "ines.rocha@example.org", Message: "I am ines.rocha@example.org, charge 4111 1111 1111 1111", Plan: "basic",
	})
	fmt.Println("shown:", answer, err)
	// Output:
	// sent:  <EMAIL_ADDRESS_1> | I am <EMAIL_ADDRESS_1>, charge <CREDIT_CARD_1>
	// shown: We will write to ines.rocha@example.org. <nil>
}

func ExampleRedactor_Text() {
	r := &privacy.Redactor{Default: privacy.Mask{Last: 4}}
	fmt.Println(r.Text(context.Background(), "card 4111 1111 1111 1111"))
	// Output: card **** **** **** 1111 <nil>
}

func ExampleRedactor_Session() {
	ctx := context.Background()
	r := &privacy.Redactor{}
	s, err := r.Session(ctx, nil, "conversation-42")
	fmt.Println(s.Hide("I am ines.rocha@example.org"), err)
	fmt.Println(s.Show("Hello < email address 1 >"))
	// Output:
	// I am <EMAIL_ADDRESS_1> <nil>
	// Hello ines.rocha@example.org
}

func ExampleWithSession() {
	r := &privacy.Redactor{}
	s, err := r.Session(context.Background(), nil, "conversation-43")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := privacy.WithSession(context.Background(), s)
	guarded := privacy.Wrap(askModel, r, privacy.HideTagged, (*privacy.Session).Show)
	for _, mail := range []string{"a@example.org", "b@example.org", "a@example.org"} {
		if _, err := guarded(ctx, Order{Email: mail, Message: "hi"}); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// sent:  <EMAIL_ADDRESS_1> | hi
	// sent:  <EMAIL_ADDRESS_2> | hi
	// sent:  <EMAIL_ADDRESS_1> | hi
}

func ExampleRedactor_LogAttr() {
	r := &privacy.Redactor{}
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return r.LogAttr(groups, a)
		},
	}))
	log.Info("bounced", "to", "ines.rocha@example.org", "tries", 3)
	// Output: level=INFO msg=bounced to=<EMAIL_ADDRESS> tries=3
}
