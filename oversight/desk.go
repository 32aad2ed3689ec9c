package oversight

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/metric"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// keySize is the size of a SipHash key, in bytes.
const keySize = 16

// Defaults of Options.
const (
	DefaultLease        = 2 * time.Minute // long enough to read a case; a reviewer at work renews
	DefaultMaxStaleness = time.Second
	DefaultMaxOpen      = 250_000 // open cases, at about a kilobyte and a half each
)

// Options are the settings of a Desk. The zero value is good.
type Options struct {
	// Key is the secret that sampling is keyed with, at least 16 bytes: whoever knows it can tell which units are drawn.
	// Default: drawn at random by the first desk on the ledger and kept there, so that all desks on it draw alike.
	Key []byte
	// Codec is how outputs are kept and replaced. Default: JSON of a concrete type.
	Codec *Codec
	// Lease is how long a claim lasts without renewal. Default: DefaultLease.
	Lease time.Duration
	// MaxStaleness is how long the stop switch may be unreadable before every call is refused. Default: DefaultMaxStaleness.
	MaxStaleness time.Duration
	// MaxOpen bounds the open cases, appeals and gold among them, and so memory. When it is reached, the oldest case that holds nothing
	// is given up by an entry and counts as not reviewed; when all hold something, further ones are refused with ErrFull.
	// Default: DefaultMaxOpen.
	MaxOpen int
	// Notify hears of every case that is opened or closed while the desk is open, here or in another process, in order and one at a
	// time. It must be quick: appends wait for it on a Memory ledger, and other reactions on every ledger. Where it must not be lost,
	// hand it to a queue of your own; package webhook posts it. Default: nobody is told.
	Notify func(Notice)
	// NotifySince has New first give the notices about entries after this position, so that none is lost while no process was there to hear
	// them: keep the Notice.Seq of the last one that was dealt with, and begin there. They come before New returns, and Notify must not use
	// the ledger in them. Default: only notices about what is written from New on.
	NotifySince ledger.Seq
	// RosterOnly lets nobody claim a case, renew a lease or have a case reserved for them who is not on the roster, or whose training
	// has run out; see Enrol. Default: anybody who has a name; your authoriser decides.
	RosterOnly bool
	// Progress hears how far the reading of the ledger in New has come: the position just read, and the last one there was at the
	// beginning. Default: nobody is told.
	Progress func(read, last ledger.Seq)
	// MeterProvider makes the gauges of the queue and the switch. Default: the global provider at the time of New.
	MeterProvider metric.MeterProvider
}

// Desk is where people look at a known share of the calls. It is a fold of the ledger: every process that opens a desk on the
// same ledger sees the same queue. Make one with New; a nil or zero Desk refuses every call. It is safe for concurrent use,
// starts no goroutine and no timer, and keeps in memory the open cases only, without their inputs and outputs.
type Desk struct {
	ledger   *ledger.Ledger
	follower *ledger.Follower
	policy   Policy
	codec    *Codec
	opts     Options
	sampler  *sampler
	keyID    string
	state    *state
	gauges   metric.Registration
	types    sync.Map      // name of an outType → *outType, of the functions guarded here
	crowded  chan struct{} // held by who makes room in a full queue
	gone     chan struct{} // closed by Close
	close    sync.Once
	spare    spare
	places   sync.Map    // name of functions that were not declared with one → *place
	reacts   atomic.Bool // react runs after each entry
}

// New opens a desk on a ledger and reads what is there; ctx bounds that reading only. It returns a [*PolicyError] for a policy that
// cannot be meant. o may be nil.
func New(ctx context.Context, l *ledger.Ledger, p Policy, o *Options) (*Desk, error) {
	policy, err := p.check()
	if err != nil {
		return nil, err
	}
	k := &Desk{ledger: l, policy: policy, state: newState(), crowded: make(chan struct{}, 1), gone: make(chan struct{})}
	if o != nil {
		k.opts = *o
	}
	if err := k.opts.check(); err != nil {
		return nil, err
	}
	k.codec = k.opts.Codec
	k.state.breaker = newWatermark(policy.Breaker)
	if err := k.replay(ctx); err != nil {
		return nil, err
	}
	key, err := k.samplingKey(ctx)
	if err != nil {
		k.follower.Close()
		return nil, err
	}
	k.sampler = newSampler(key, &k.policy)
	k.keyID = keyID(key)
	if k.gauges, err = k.observe(); err != nil {
		k.follower.Close()
		return nil, err
	}
	if policy.Breaker != nil || k.opts.Notify != nil {
		k.follower.After(k.react)
		k.reacts.Store(true)
		// A process that died between the trip and the stop left the stop to us.
		if err := k.pull(); err != nil {
			k.Close()
			return nil, err
		}
	}
	return k, nil
}

// progressEvery is how many positions lie between two words about the progress of a replay.
const progressEvery = 1 << 16

// replay reads the ledger and then follows it.
func (k *Desk) replay(ctx context.Context) error {
	fold := k.state.fold
	var done atomic.Bool
	progress := k.opts.Progress
	if progress != nil || k.opts.Notify != nil {
		health, err := k.ledger.Health(ctx)
		if err != nil {
			return err
		}
		if k.opts.Notify != nil {
			k.state.notices, k.state.said = map[uuid.UUID][]Notice{}, k.opts.NotifySince
			if k.opts.NotifySince == 0 {
				k.state.said = health.Head
			}
		}
		next := ledger.Seq(progressEvery)
		fold = func(e ledger.Entry, now time.Time) error {
			if progress != nil && !done.Load() && e.Seq >= next {
				next = e.Seq + progressEvery
				_, _ = guard(func() ([]byte, error) { progress(e.Seq, health.Head); return nil, nil }) // its panic must not stop the desk
			}
			err := k.state.fold(e, now)
			if !k.reacts.Load() {
				k.tell(e.ID) // nothing runs after the fold yet
			}
			return err
		}
	}
	var err error
	k.follower, err = k.ledger.Follow(ctx, []string{stream, ledgerStream}, fold)
	done.Store(true)
	k.state.mu.Lock()
	defer k.state.mu.Unlock()
	k.state.live = true
	return err
}

func (o *Options) check() error {
	switch {
	case len(o.Key) > 0 && len(o.Key) < keySize:
		return invalid("Options.Key: shorter than 16 bytes")
	case o.Codec != nil && (o.Codec.Encode == nil || o.Codec.Decode == nil):
		return invalid("Options.Codec: needs both Encode and Decode")
	case o.Lease < 0 || o.MaxStaleness < 0 || o.MaxOpen < 0 || o.Lease > maxSpan:
		return invalid("Options: Lease, MaxStaleness and MaxOpen must not be negative, Lease at most 100 years")
	}
	if o.Lease == 0 {
		o.Lease = DefaultLease
	}
	if o.MaxStaleness == 0 {
		o.MaxStaleness = DefaultMaxStaleness
	}
	if o.MaxOpen == 0 {
		o.MaxOpen = DefaultMaxOpen
	}
	return nil
}

// samplingKey is the caller's key, or the one that the first desk of this ledger drew: the entry's ID is fixed, so that of two
// desks that start at once one writes it and both read it.
func (k *Desk) samplingKey(ctx context.Context) (key [keySize]byte, err error) {
	if len(k.opts.Key) > 0 {
		sum := sha256.Sum256(k.opts.Key)
		copy(key[:], sum[:])
		return key, nil
	}
	if key = k.state.samplingKey(); key != ([keySize]byte{}) {
		return key, nil
	}
	_, _ = rand.Read(key[:]) // never fails since Go 1.24
	e := entry(kindKey, onceID(uuid.Nil, kindKey), uuid.Nil, "", nil, nil)
	e.Body = key[:]
	seq, err := k.ledger.Append(ctx, e)
	if err == nil {
		err = k.follower.Wait(ctx, seq)
	}
	return k.state.samplingKey(), err
}

func (s *state) samplingKey() [keySize]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key
}

// keyID names a key without showing it.
func keyID(key [keySize]byte) string {
	f := newFields("key id")
	f.bytes(key[:])
	sum := f.sum()
	return hex.EncodeToString(sum[:6])
}

// Close ends the desk: every later call is refused, and who waits for a verdict waits no longer; what is held stays held.
func (k *Desk) Close() {
	if !k.set() {
		return
	}
	k.close.Do(func() {
		k.follower.Close()
		close(k.gone)
		_ = k.gauges.Unregister() // a provider that forgets nothing has nothing to forget
	})
}

var errGone = errors.New("oversight: the desk was closed")

func (k *Desk) set() bool { return k != nil && k.state != nil }

var errNoDesk = errors.New("oversight: the desk is nil or zero; make one with oversight.New")

// ready says whether a call may go on: a desk is there, its state can be read and the stop switch is off.
func (k *Desk) ready(d *call.Decision) error {
	if !k.set() {
		return call.Refuse(d, call.StageOversight, "the desk is nil or zero; make one with oversight.New", errNoDesk)
	}
	if k.stopped() != nil {
		return &StoppedError{Decision: d.ID()}
	}
	if err := k.follower.Err(); err != nil {
		return &StoppedError{Decision: d.ID(), Stale: true, Err: err}
	}
	if time.Since(k.follower.Fresh()) > k.opts.MaxStaleness {
		return &StoppedError{Decision: d.ID(), Stale: true}
	}
	return nil
}

// usable is ready for the queue: people go on working while calls are stopped.
func (k *Desk) usable() error {
	if !k.set() {
		return call.Refuse(nil, call.StageOversight, "the desk is nil or zero; make one with oversight.New", errNoDesk)
	}
	if err := k.follower.Err(); err != nil {
		return call.Refuse(nil, call.StageOversight, "the desk no longer follows its ledger; open a new one", err)
	}
	return nil
}

// commit appends one entry and says what it did once folded: unknown if it was in the ledger before.
func (k *Desk) commit(ctx context.Context, e ledger.Entry) (effect, ledger.Seq, error) {
	did := new(effect)
	s := k.state
	s.mu.Lock()
	if s.await[e.ID] == nil { // else another caller writes the very same entry, and one of the two reads it back
		s.await[e.ID] = did
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.await[e.ID] == did {
			delete(s.await, e.ID)
		}
	}()
	seq, err := k.ledger.Append(ctx, e)
	if err == nil {
		err = k.follower.Wait(ctx, seq)
	}
	if err != nil {
		return unknown, 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return *did, seq, nil
}

// maxName bounds what says who did something, in bytes.
const maxName = 256

// named checks the identity of a reviewer: evidence without a name is none, and two names that look the same are not two people.
func named(who string) error {
	if who == "" || len(who) > maxName || !utf8.ValidString(who) || who != trimmed(who) {
		return invalid("say who is acting: 1 to 256 bytes of text, without spaces and what does not show at its ends")
	}
	return nil
}

// trimmed takes from both ends of a name what does not show.
func trimmed(who string) string {
	return strings.TrimFunc(who, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) })
}

func unwritten(d *call.Decision, what string, err error) error {
	if errors.Is(err, ErrRefused) {
		return err
	}
	return call.Refuse(d, call.StageOversight, what+" could not be written to or read from the ledger", err)
}
