package transparency

import (
	"context"
	"crypto/sha1" // UUIDv5 is defined on it (RFC 9562, 5.5); nothing here rests on its strength
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/trace"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// stream is the ledger stream of this package.
const stream = "transparency"

// The kinds of entries a decision has.
const (
	kindRecorded  = "decision.recorded"  // one attempt of a call, failed ones too
	kindAmended   = "decision.amended"   // what became of a held call
	kindExplained = "decision.explained" // an explanation that was added after the answer
	kindRefused   = "decision.refused"   // a call that did not reach the model: no input, no output
)

// DefaultMaxPayload is how many bytes of an input or output are kept when Options.Payloads asks for them.
const DefaultMaxPayload = 64 << 10

// writeGrace is how long a record may still take once the caller's context has ended: what happened must be recorded also
// when nobody waits for it any more.
const writeGrace = 5 * time.Second

// Options are the settings of a journal. Nil or zero is good.
type Options struct {
	// Payloads keeps inputs and outputs themselves, beside their digests; erasing the person erases them. Inside Privacy they
	// hold placeholders. Default: false, digests only.
	Payloads bool
	// MaxPayload is the largest input or output to keep, in bytes of JSON; of a larger one only the digest is kept, and the
	// record says so. The ledger takes 1 MiB for a whole record. Default: DefaultMaxPayload.
	MaxPayload int
	// Mask hides what must not be written, in every text of an explanation (also where a held case shows it to a reviewer), of notes
	// and of kept payloads: for a journal that does not stand inside Privacy, pass (*privacy.Redactor).Text. If it fails, the call
	// is refused. Default: none.
	Mask func(context.Context, string) (string, error)
	// Card is the system card in force: New puts it into the log, and every record carries its digest. Default: none.
	Card *SystemCard
	// Words are phrases for reports in languages of your own, or in place of the built-in ones, by locale ("it", "de-CH").
	// Default: English, Spanish and German.
	Words map[string]Words
	// Controller is who answers for the data, for reports. Default: the report says that it is not recorded.
	Controller Controller
	// OnError says what becomes of an answer whose record cannot be written: Refuse or Drop. Default: Refuse.
	OnError Mode
	// OnExplain says what becomes of an answer whose explain function panics, or takes longer than ExplainWithin: Refuse, or Drop,
	// which delivers it with a record that says why there is no explanation (Record.Unexplained; Journal.Explain may add one
	// later). The record is made in either mode. Default: Refuse.
	OnExplain Mode
	// ExplainShare is the share of calls whose explain function runs, above 0 and at most 1, drawn by the decision's ID: for one that is
	// dear. Every call is recorded; one that was not drawn says so (Record.Unexplained), and Journal.Explain may explain it later. A
	// call that is reviewed is explained in any case, and so is one whose subject nobody else names. Default: 0, every call.
	ExplainShare float64
	// ExplainWithin is how long the explain function may take. One that takes longer goes on in its goroutine, so it must not
	// share what the caller may change. Default: 0, as long as it takes, on the call's own goroutine.
	ExplainWithin time.Duration
	// OnWritten is told of each entry that this journal has put into the log, once it is durable and before the answer goes out: for logs
	// and counters beside the log, which then show a loss on either side (Journal.Written). It may be called from several goroutines
	// at once; it must not wait. What it does with a panic is nobody's concern here: the record is written. Package otellog makes it a
	// log record of OpenTelemetry. Default: nobody.
	OnWritten func(context.Context, Written)
}

// Written says that an entry is durable, and nothing about the person.
type Written struct {
	Decision uuid.UUID  // or the key of a system card
	Kind     string     // of the entry: "decision.recorded"
	Seq      ledger.Seq // where it lies
	Time     time.Time  // when the log had taken it
	System   string     // "" for a disclosure
	Version  string
	Attempt  int
	Outcome  Outcome // "" for what is no decision
}

// Journal writes and reads the records of decisions. It keeps no records: they are read from the ledger. It is safe for concurrent
// use; a nil or zero Journal refuses every call.
type Journal struct {
	ledger   *ledger.Ledger
	o        Options
	card     string // digest of Options.Card
	dropped  atomic.Uint64
	written  atomic.Uint64
	last     atomic.Uint64 // position of the last entry written
	follower *ledger.Follower
	erased   erasures
}

// New returns a journal on the ledger. ctx bounds the reading of who was erased and the writing of Options.Card.
func New(ctx context.Context, l *ledger.Ledger, o *Options) (*Journal, error) {
	if l == nil {
		return nil, call.Refuse(call.From(ctx), call.StageTransparency, "transparency.New needs a ledger: pass ledger.Memory(nil) in a test", nil)
	}
	j := &Journal{ledger: l}
	if o != nil {
		j.o = *o
	}
	for _, m := range []Mode{j.o.OnError, j.o.OnExplain} {
		if m != Refuse && m != Drop {
			return nil, call.Refuse(call.From(ctx), call.StageTransparency, "an unknown Mode in the options: use transparency.Refuse or transparency.Drop", nil)
		}
	}
	if !(j.o.ExplainShare >= 0 && j.o.ExplainShare <= 1) {
		return nil, call.Refuse(call.From(ctx), call.StageTransparency, "Options.ExplainShare is a share: above 0, at most 1, or 0 for every call", nil)
	}
	if j.o.MaxPayload <= 0 {
		j.o.MaxPayload = DefaultMaxPayload
	}
	if err := j.watch(ctx); err != nil {
		return nil, err
	}
	if j.o.Card != nil {
		if err := j.publish(ctx, j.o.Card); err != nil {
			return nil, err
		}
	}
	return j, nil
}

// ready refuses on a journal that New did not make.
func (j *Journal) ready(d *call.Decision) error {
	if j == nil || j.ledger == nil {
		return call.Refuse(d, call.StageTransparency, "the journal is nil or zero: make one with transparency.New", nil)
	}
	return nil
}

// draft is where an entry is put together, kept between calls.
type draft struct {
	buf   []byte
	entry [1]ledger.Entry
}

var drafts = sync.Pool{New: func() any { return new(draft) }}

// write makes the record durable. The record's ID, subject and attempt go into the entry, the rest into its body.
func (j *Journal) write(ctx context.Context, kind, once string, r *Record) error {
	if r.Card == "" {
		r.Card = j.card
	}
	if sc := trace.SpanContextFromContext(ctx); r.Trace == "" && sc.IsValid() {
		r.Trace, r.Span = sc.TraceID().String(), sc.SpanID().String()
	}
	w := drafts.Get().(*draft) // only New fills the pool
	defer func() {
		w.entry[0] = ledger.Entry{}
		if cap(w.buf) <= keepBuffer {
			drafts.Put(w)
		}
	}()
	w.buf = appendPublic(w.buf[:0], r)
	public := len(w.buf)
	w.buf = appendBody(w.buf, r)
	if len(w.buf)+len(r.Subject) > maxRecord {
		return &RecordError{Decision: r.ID, Reason: "the record is larger than a log entry can be, 1 MiB", Err: errTooLarge}
	}
	w.entry[0] = ledger.Entry{
		ID: entryID(r.ID, kind, r.Attempt, once), Stream: stream, Kind: kind, Version: bodyVersion,
		Subject: r.Subject, Key: r.ID, Public: w.buf[:public:public], Body: w.buf[public:],
	}
	err := j.append(ctx, w.entry[:], r)
	if err != nil {
		return &RecordError{Decision: r.ID, Reason: "the ledger did not take the record", Err: err}
	}
	return nil
}

// append writes one entry; r is the record it is of, nil if it is none.
func (j *Journal) append(ctx context.Context, entry []ledger.Entry, r *Record) error {
	before := j.last.Load()
	seq, err := j.ledger.Append(ctx, entry...)
	if err != nil && (ctx.Err() != nil || errors.Is(err, ledger.ErrUnconfirmed)) && !errors.Is(err, ledger.ErrNotFolded) {
		// The same ID again: it is written once, and the log says now whether it was there.
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeGrace)
		defer cancel()
		seq, err = j.ledger.Append(late, entry...)
	}
	if err != nil && !errors.Is(err, ledger.ErrNotFolded) { // else it is in the log, and no record waits for a fold
		return err
	}
	if at := uint64(seq); at > before { // an entry that was there before has its first position
		j.written.Add(1)
		for !j.last.CompareAndSwap(before, at) {
			if before = j.last.Load(); before >= at {
				break
			}
		}
		if j.o.OnWritten != nil {
			j.tell(ctx, seq, &entry[0], r)
		}
	}
	return nil
}

// tell tells of an entry that was written.
func (j *Journal) tell(ctx context.Context, seq ledger.Seq, e *ledger.Entry, r *Record) {
	w := Written{Decision: e.Key, Kind: e.Kind, Seq: seq, Time: time.Now()}
	if r != nil {
		w.System, w.Version, w.Attempt, w.Outcome = r.System, r.Version, r.Attempt, r.Outcome
	}
	// Its panic must not take back an answer that is on record as delivered.
	_, _ = call.Try(nil, call.StageTransparency, "Options.OnWritten", func(w Written) struct{} { j.o.OnWritten(ctx, w); return struct{}{} }, w)
}

// digestOf tells texts apart in an entry's ID.
func digestOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		_, _ = io.WriteString(h, strconv.Itoa(len(p))+":"+p)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// entryID is a UUIDv5 in the name space of the decision, so that a retry of the same attempt writes nothing twice. once tells
// entries of one kind and attempt apart.
func entryID(decision uuid.UUID, kind string, attempt int, once string) uuid.UUID {
	var room [128]byte
	name := append(room[:0], decision[:]...)
	name = append(name, kind...)
	name = append(name, '/')
	name = strconv.AppendInt(name, int64(attempt), 10)
	name = append(name, '/')
	name = append(name, once...)
	sum := sha1.Sum(name) // see the import
	id := uuid.UUID(sum[:16])
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id
}

// Undelivered records that the answer on record did not go out after all, because a guard further out failed on its way: the record's
// outcome becomes failed, and what stood as delivered stands as what the model said. Most callers never need it: Around calls it.
func (j *Journal) Undelivered(ctx context.Context, failure error) error {
	d := call.From(ctx)
	if err := j.ready(d); err != nil {
		return err
	}
	if d == nil || failure == nil {
		return call.Refuse(d, call.StageTransparency, "Undelivered takes the context of a guarded call and what kept its answer back", nil)
	}
	r := Record{Subject: d.Subject(), Outcome: call.Failed, Error: errorType(failure)}
	r.join(d)
	once := "undelivered"
	if have, err := j.Lookup(ctx, d.ID()); err == nil { // it may happen again when the call is resumed again
		once += "/" + strconv.Itoa(len(have.Entries))
	}
	return j.write(ctx, kindAmended, once, &r)
}

// Refused records that a guard ended the call of ctx before the model was reached: with which outcome (denied, fallback,
// stopped), which guard and why. It holds no input and no output. Most callers never need it: Around and Wrap call it.
// reason is a constant of the guard's, never a payload.
func (j *Journal) Refused(ctx context.Context, outcome, guard, reason string) error {
	d := call.From(ctx)
	if err := j.ready(d); err != nil {
		return err
	}
	if d == nil {
		return call.Refuse(nil, call.StageTransparency, "there is no guarded call in the context: use Journal.Record outside one", nil)
	}
	if !known(Outcome(outcome)) {
		return call.Refuse(d, call.StageTransparency, "Refused takes how the call ended: denied, fallback or stopped", nil)
	}
	// A second subject is another guard's refusal to make; here the bound one counts.
	subject, err := d.SubjectFor(ctx, call.StageTransparency, "")
	if err != nil {
		subject = d.Subject()
	}
	if len(subject) > maxSubject {
		subject = ""
	}
	r := Record{Subject: subject, Outcome: Outcome(outcome), Guard: cut(guard, maxText), Reason: cut(reason, maxText)}
	r.join(d)
	// Named for whom it is about, so that a stranger's refused attempt to resume a case takes no entry from its owner.
	if err := j.write(ctx, kindRefused, subject, &r); err != nil {
		if j.lenient(ctx) {
			return nil
		}
		return err
	}
	d.NoteRecorded()
	return nil
}
