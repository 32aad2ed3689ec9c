package privacy

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// LedgerVault is a Vault in the ledger: sessions outlive the process and are shared by all that use the ledger. Each entry is
// about the subject of the call that hid the value, and its values stand in the part that the ledger seals, so that erasing
// a person takes the values with it; the session is then lost. Sessions do not expire otherwise.
type LedgerVault struct {
	// Ledger holds the sessions. Required.
	Ledger *ledger.Ledger
}

const (
	vaultStream = "vault"
	vaultKind   = "vault.extended"
)

// vaultSpace makes the ledger's IDs of sessions their own: a session may be called by a decision's ID, under which other entries
// are found.
var vaultSpace = uuid.MustParse("6d2d1b52-5d0a-5b0c-9a62-0f7a5a4c7e11")

// extension is the body of one ledger entry: what was added at a position.
type extension struct {
	At      int           `json:"at"`
	Nonce   string        `json:"nonce"` // tells whose it is
	Entries []StoredEntry `json:"entries"`
}

// Format prints that there is a vault, never what it holds.
func (v LedgerVault) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "privacy.LedgerVault"+redacted)
}

// LogValue is what a log shows.
func (v LedgerVault) LogValue() slog.Value {
	return slog.StringValue("privacy.LedgerVault" + redacted)
}

// Load implements Vault.
func (v LedgerVault) Load(ctx context.Context, session string, from int) ([]Entry, error) {
	all, _, err := v.read(ctx, session)
	if err != nil {
		return nil, err
	}
	if from < 0 || from > len(all) {
		return nil, &SessionLostError{}
	}
	return all[from:], nil
}

// Append implements Vault. Of two that add at one position the first in the log wins, since both use the same ID.
func (v LedgerVault) Append(ctx context.Context, session string, at int, entries []Entry) (bool, error) {
	// A fresh session at its beginning cannot be behind; anything else has to be looked up, or a gap could arise.
	if at > 0 {
		all, _, err := v.read(ctx, session)
		switch {
		case err != nil:
			return false, err
		case len(all) > at:
			return false, nil
		case len(all) < at:
			return false, &SessionLostError{}
		}
	}
	key := uuid.NewSHA1(vaultSpace, []byte(session))
	var nonce [12]byte
	_, _ = rand.Read(nonce[:]) // never fails: since Go 1.24 it ends the program instead
	ext := extension{At: at, Nonce: base64.RawStdEncoding.EncodeToString(nonce[:])}
	for _, e := range entries {
		ext.Entries = append(ext.Entries, e.Stored())
	}
	body, err := json.Marshal(ext)
	if err != nil {
		return false, err
	}
	_, err = v.Ledger.Append(ctx, ledger.Entry{
		ID: uuid.NewSHA1(key, []byte(strconv.Itoa(at))), Stream: vaultStream, Kind: vaultKind,
		Subject: call.From(ctx).Subject(), Key: key, Body: body,
	})
	if err != nil && !errors.Is(err, ledger.ErrNotFolded) {
		return false, err
	}
	_, nonces, err := v.read(context.WithoutCancel(ctx), session)
	if err != nil {
		return false, err
	}
	return nonces[at] == ext.Nonce, nil
}

// read puts a session together, with the nonce of who added at each position.
func (v LedgerVault) read(ctx context.Context, session string) ([]Entry, map[int]string, error) {
	found, err := v.Ledger.Get(ctx, uuid.NewSHA1(vaultSpace, []byte(session)))
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	var all []Entry
	nonces := make(map[int]string, len(found))
	for i := range found {
		var ext extension
		if err := json.Unmarshal(found[i].Body, &ext); err != nil || ext.At != len(all) { // erased, in whole or in part
			return nil, nil, &SessionLostError{}
		}
		nonces[ext.At] = ext.Nonce
		for _, e := range ext.Entries {
			all = append(all, e.Entry())
		}
	}
	return all, nonces, nil
}
