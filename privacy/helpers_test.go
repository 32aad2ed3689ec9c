package privacy_test

import (
	"context"
	"errors"

	"github.com/fairlead-go/fairlead/privacy"
	"github.com/fairlead-go/fairlead/privacy/pii"
)

type operatorFunc func(privacy.Value) (string, error)

func (f operatorFunc) Operate(v privacy.Value) (string, error) { return f(v) }

func scannerOf(kinds ...pii.Kind) pii.Scanner { return pii.Scanner{Kinds: kinds} }

type brokenVault struct{}

func (brokenVault) Load(context.Context, string, int) ([]privacy.Entry, error) {
	return nil, errors.New("disk full of " + mail)
}

func (brokenVault) Append(context.Context, string, int, []privacy.Entry) (bool, error) {
	return false, errors.New("disk full of " + mail)
}

type panickyVault struct{}

func (panickyVault) Load(context.Context, string, int) ([]privacy.Entry, error) { panic(mail) }

func (panickyVault) Append(context.Context, string, int, []privacy.Entry) (bool, error) { panic(mail) }
