package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the database drivers are the application's
	_ "modernc.org/sqlite"

	"github.com/fairlead-go/fairlead/ledger"
)

// store is the log, the database under it and the secret that seals it.
type store struct {
	log    *ledger.Ledger
	db     *sql.DB
	secret []byte
	where  string // for people
	remove string // a temporary directory, gone at the end
}

// openStore opens the database that the flags name. Its errors are one line, and name what cannot be opened.
func openStore(ctx context.Context, o options) (s *store, err error) {
	s = &store{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close(ctx))
		}
	}()
	dir, driver, source := o.dir, "pgx", o.postgres
	if source == "" {
		driver, s.where = "sqlite", o.dir
		if dir == "" {
			if s.remove, err = os.MkdirTemp("", "fairlead-lender-"); err != nil {
				return s, err
			}
			dir, s.where = s.remove, "a temporary directory"
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return s, fmt.Errorf("-db: %w", err)
		}
		source = filepath.Join(dir, "lender.db")
	} else {
		s.where = "PostgreSQL"
	}
	file := o.secret
	if file == "" {
		file = filepath.Join(dir, "secret")
	}
	if s.secret, err = readSecret(file); err != nil {
		return s, err
	}
	if s.db, err = sql.Open(driver, source); err != nil {
		return s, fmt.Errorf("%s cannot be opened: %w", s.where, err)
	}
	s.log, err = ledger.Open(ctx, s.db, &ledger.Options{Secret: s.secret, Origin: "lender.example/evidence"})
	switch {
	case errors.Is(err, ledger.ErrWrongSecret):
		return s, fmt.Errorf("%s holds another secret than %s was made with", file, s.where)
	case err != nil:
		return s, fmt.Errorf("%s cannot be used: %w", s.where, err)
	}
	return s, nil
}

// readSecret reads 32 bytes in hexadecimal, or makes them: whoever makes the file first makes the secret.
func readSecret(file string) ([]byte, error) {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails since Go 1.24
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.WriteString(hex.EncodeToString(fresh) + "\n")
		return fresh, errors.Join(err, f.Close())
	}
	text, readErr := os.ReadFile(file)
	if readErr != nil {
		return nil, fmt.Errorf("the secret: %w", err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != 32 {
		return nil, fmt.Errorf("%s does not hold a secret: 64 hexadecimal digits", file)
	}
	return secret, nil
}

// close closes what is open, the engines on the log before.
func (s *store) close(context.Context) error {
	var err error
	if s.log != nil {
		err = s.log.Close()
	}
	if s.db != nil {
		err = errors.Join(err, s.db.Close())
	}
	if s.remove != "" {
		err = errors.Join(err, os.RemoveAll(s.remove))
	}
	return err
}
