package consent

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/fairlead-go/fairlead/ledger"
)

// Forgetting a person must not turn into allowing what they had forbidden: that they objected, or opted out where silence allows,
// is noted a second time, about nobody, under a hash of the subject. The key of the hash is random and lies sealed in the log, so
// that all processes have the same one and nobody without the log's secret can try names. An erasure leaves the note; a later
// agreement takes it back.
const (
	kindKey       = kindPrefix + "objection_key"
	kindObjection = kindPrefix + "objection_kept"
)

// objections is what a gate needs to know those who objected after they were erased.
type objections struct {
	secret atomic.Pointer[[32]byte] // nil: nobody has objected yet
	marks  atomic.Int64             // notes folded
}

// objection is the body of a note.
type objection struct {
	Tenant    string    `json:"tenant,omitempty"`
	Who       string    `json:"who"` // alias of the subject, hexadecimal
	Purpose   string    `json:"purpose"`
	Recipient string    `json:"recipient,omitempty"`
	Kind      Kind      `json:"kind"` // one that gives takes the note back
	Given     time.Time `json:"given"`
	Imported  bool      `json:"imported,omitempty"`
}

func isObjection(entry *ledger.Entry) bool {
	return entry.Version <= version && (entry.Kind == kindKey || entry.Kind == kindObjection)
}

// foldObjection applies a note, or the key of the notes: the first in the log.
func (g *Gate) foldObjection(entry ledger.Entry) error {
	if entry.Kind == kindKey {
		if len(entry.Body) != 32 {
			return fmt.Errorf("consent: entry %d cannot be read", entry.Seq)
		}
		key := [32]byte(entry.Body)
		g.secret.CompareAndSwap(nil, &key)
		return nil
	}
	var o objection
	if err := json.Unmarshal(entry.Body, &o); err != nil {
		return fmt.Errorf("consent: entry %d cannot be read (%T)", entry.Seq, err)
	}
	who, err := hex.DecodeString(o.Who)
	kind := kindIndex(o.Kind)
	if err != nil || len(who) != 16 || int(kind) >= len(kinds) {
		return fmt.Errorf("consent: entry %d cannot be read", entry.Seq)
	}
	p := g.purposes[o.Purpose]
	if p == nil || o.Tenant != g.tenant {
		return nil
	}
	alias := id{binary.BigEndian.Uint64(who), binary.BigEndian.Uint64(who[8:])}
	k := alias.to(p.index, g.recipient(o.Recipient))
	note := word{kind: kind, given: max(o.Given.UnixMilli(), 0), seq: entry.Seq, imported: o.Imported}.pack()
	if was := g.notes.get(k); was.any() && note.yields(was, false) {
		return nil
	}
	g.notes.put(k, note, 0) // no erasure can name it
	g.marks.Add(1)
	return nil
}

// alias is the hash by which a person is known after an erasure; the zero id while nobody has objected.
func (g *Gate) alias(subject string) id {
	key := g.secret.Load()
	if key == nil || len(subject) > maxSubject {
		return id{}
	}
	var space [32 + 2*binary.MaxVarintLen64 + 2*maxSubject]byte // on the stack: a check allocates nothing
	b := append(space[:0], key[:]...)
	b = binary.AppendUvarint(b, uint64(len(g.tenant)))
	b = append(b, g.tenant...)
	b = append(b, subject...)
	sum := sha256.Sum256(b)
	return id{binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:])}
}

// objection is the note about a person's word that an erasure has left; zero if there is none.
func (g *Gate) objection(subject, recipient string, purpose uint16) said {
	if g.marks.Load() == 0 {
		return said{}
	}
	v := g.notes.get(g.alias(subject).to(purpose, g.recipient(recipient)))
	if v.gives() {
		return said{}
	}
	return v
}

// mayNote says whether a note has to go before an event, and makes sure that it can.
func (g *Gate) mayNote(ctx context.Context, e *Event, p *purpose) (bool, error) {
	switch {
	case e.Kind == Objected, !e.Kind.gives() && p.silenceAllows:
		if err := g.needSecret(ctx); err != nil {
			return false, err
		}
	case !e.Kind.gives(), !g.objection(e.Subject, e.Recipient, p.index).any():
		return false, nil
	}
	if e.Once == "" {
		return true, nil
	}
	// A repetition says nothing new, so it must not take back what the person said since. This is looked for after the objection was
	// seen: an event that came before that is found.
	_, err := g.log.Get(ctx, e.ID)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("consent: not recorded: %w", err)
	}
	return false, nil
}

// note is the entry that outlives an erasure of the event's subject.
func (g *Gate) note(e *Event) (ledger.Entry, error) {
	var who [16]byte
	alias := g.alias(e.Subject)
	binary.BigEndian.PutUint64(who[:], alias.high)
	binary.BigEndian.PutUint64(who[8:], alias.low)
	o := objection{
		Tenant: g.tenant, Who: hex.EncodeToString(who[:]), Purpose: e.Purpose, Recipient: e.Recipient, Kind: e.Kind, Given: e.At,
	}
	if !e.Given.IsZero() {
		o.Given, o.Imported = e.Given, true
	}
	text, err := json.Marshal(o)
	return ledger.Entry{
		ID: uuid.NewSHA1(e.ID, []byte("note")), At: e.At, Stream: stream, Kind: kindObjection, Version: version, Critical: true, Body: text,
	}, err
}

// needSecret makes the key of the notes, if no process has yet. The first in the log is the one.
func (g *Gate) needSecret(ctx context.Context) error {
	if g.secret.Load() != nil {
		return nil
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails since Go 1.24
	seq, err := g.log.Append(ctx, ledger.Entry{
		ID: uuid.NewSHA1(eventSpace, []byte(kindKey)), Stream: stream, Kind: kindKey, Version: version, Critical: true, Body: key,
	})
	if err != nil {
		return fmt.Errorf("consent: not recorded: %w", err)
	}
	return g.follow(ctx, seq)
}
