package ledger

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
)

const maxAttempts = 100 // of one write, where each but the last learned something new

func (p *pending) recycle() {
	clear(p.entries)
	clear(p.rows)
	clear(p.uses)
	p.entries, p.rows, p.uses, p.buffer = p.entries[:0], p.rows[:0], p.uses[:0], p.buffer[:0]
	if cap(p.entries) > pageSize || cap(p.buffer) > 1<<20 {
		p.entries, p.rows, p.uses, p.buffer = nil, nil, nil, nil
	}
	p.epoch, p.sealed, p.err, p.first, p.last = 0, false, nil, 0, place{}
}

// write seals the pendings, commits them together and gives every entry its position. The error is about all of them;
// what concerns one is in its err. One call at a time.
func (l *Ledger) write(ctx context.Context, batch []*pending) error {
	doubt := false
	for attempt := 0; ; attempt++ {
		if attempt > 0 {
			batch = slices.DeleteFunc(slices.Clone(batch), func(p *pending) bool { return p.err != nil })
		}
		if len(batch) == 0 {
			return nil
		}
		if attempt == maxAttempts {
			return fail("append", ErrUnavailable, "the log keeps changing under the write", nil)
		}
		err := l.resolve(ctx, batch)
		if err == nil {
			err = l.commitOnce(ctx, batch)
		}
		if err == nil {
			return nil
		}
		stale := staleness(err)
		switch {
		case stale != nil:
			l.keys.reset(stale.epoch)
			unseal(batch)
		case errors.Is(err, errRepeat):
			err = l.sortOut(ctx, batch)
		case errors.Is(err, errDoubt):
			doubt = true
		}
		if doubt && err != nil && retryable(err) && l.pause(ctx, attempt) {
			continue // the same IDs again: written or not, they are in the log once
		}
		if err != nil && stale == nil {
			if doubt {
				return fail("append", ErrUnconfirmed, "", err)
			}
			return err
		}
	}
}

// staleness is apart from write so that errors.As costs no allocation where there is no error.
func staleness(err error) *staleError {
	var stale *staleError
	errors.As(err, &stale)
	return stale
}

func unseal(batch []*pending) {
	for _, p := range batch {
		p.sealed = false
	}
}

// resolve seals what is not sealed under the keys of the present epoch.
func (l *Ledger) resolve(ctx context.Context, batch []*pending) error {
	if l.sealCached(batch) {
		return nil
	}
	var missing []string
	for _, p := range batch {
		for i := range p.entries {
			if k, _ := l.keys.cached(p.entries[i].Subject); k == nil && !p.sealed {
				missing = append(missing, p.entries[i].Subject)
			}
		}
	}
	slices.Sort(missing)
	missing = slices.Compact(missing)
	made, epoch, err := l.provide(ctx, missing)
	if err != nil {
		return err
	}
	for _, p := range batch {
		if p.sealed {
			continue
		}
		p.seal(func(subject string) *subjectKey {
			if k := made[subject]; k != nil {
				return k
			}
			k, at := l.keys.cached(subject)
			if at != epoch {
				return nil
			}
			return k
		}, epoch)
		if !p.sealed {
			return &staleError{epoch} // the epoch moved in between: begin again
		}
	}
	return nil
}

// sealCached seals every pending whose keys are at hand.
func (l *Ledger) sealCached(batch []*pending) (all bool) {
	all = true
	for _, p := range batch {
		epoch := l.keys.now()
		if p.sealed && p.epoch == epoch {
			continue
		}
		p.sealed = false
		p.seal(func(subject string) *subjectKey {
			k, at := l.keys.cached(subject)
			if at != epoch {
				return nil
			}
			return k
		}, epoch)
		all = all && p.sealed
	}
	return all
}

// provide reads the keys of subjects, or makes them, and returns the epoch they are good for.
func (l *Ledger) provide(ctx context.Context, subjects []string) (map[string]*subjectKey, int64, error) {
	epoch := l.keys.now()
	tokens := make([][32]byte, len(subjects))
	for i, s := range subjects {
		tokens[i] = l.keys.token(s)
	}
	rows, err := l.store.keys(ctx, tokens)
	if err != nil {
		return nil, 0, err
	}
	made := make(map[string]*subjectKey, len(subjects))
	for _, r := range rows {
		k, err := l.keys.unlock(ctx, r)
		if err != nil {
			return nil, 0, err
		}
		made[k.plain] = l.keys.add(k, epoch)
	}
	for _, s := range subjects {
		if made[s] != nil {
			continue
		}
		if err := l.mayForge(ctx, epoch); err != nil {
			return nil, 0, err
		}
		k, err := l.keys.forge(ctx, s)
		if err != nil {
			return nil, 0, err
		}
		made[s] = l.keys.add(k, epoch)
	}
	return made, epoch, nil
}

// mayForge finds out, once for each epoch, whether the secret was retired by another process: a key wrapped under it would
// open for nobody who has the next one. A commit in another epoch than the one asked about fails.
func (l *Ledger) mayForge(ctx context.Context, epoch int64) error {
	if l.keys.proved.Load() == epoch+1 {
		return nil
	}
	kept, err := l.store.setup(ctx, settings{})
	if err != nil {
		return err
	}
	if _, err := unwrap(ctx, l.keys.current(), kept.tokenKey); err != nil {
		return fail("seal", ErrWrongSecret, "another process has rekeyed the log: open it with the next secret", nil)
	}
	l.keys.proved.Store(epoch + 1)
	return nil
}

// seal fills the rows, unless a key is missing.
func (p *pending) seal(key func(string) *subjectKey, epoch int64) {
	if cap(p.rows) < len(p.entries) {
		p.rows, p.uses = make([]row, len(p.entries)), make([]*subjectKey, len(p.entries))
	}
	p.rows, p.uses = p.rows[:len(p.entries)], p.uses[:len(p.entries)]
	need := 0
	for i := range p.entries {
		e := &p.entries[i]
		k := key(e.Subject)
		if k == nil {
			return
		}
		p.uses[i] = k
		need += saltSize + len(e.Body) + k.aead.Overhead()
	}
	if cap(p.buffer) < need {
		p.buffer = make([]byte, 0, need)
	}
	p.buffer = p.buffer[:0]
	for i := range p.entries {
		e, k := &p.entries[i], p.uses[i]
		e.Subject = k.plain
		if e.Subject != "" {
			e.mark = k.mark
		}
		start := len(p.buffer)
		k.seal(&p.rows[i], e, p.buffer[start:start:cap(p.buffer)])
		p.buffer = p.buffer[:start+len(p.rows[i].sealed)]
	}
	p.sealed, p.epoch = true, epoch
}

// commitOnce writes the rows of those entries that have no position yet.
func (l *Ledger) commitOnce(ctx context.Context, batch []*pending) error {
	c := l.gather(batch)
	if len(c.rows) == 0 {
		return nil
	}
	if err := l.store.commit(ctx, c); err != nil {
		return err
	}
	for _, k := range c.keys {
		k.saved.Store(true)
	}
	next := 0
	for _, p := range batch {
		for i := range p.entries {
			if p.entries[i].Seq == 0 {
				p.entries[i].Seq = c.rows[next].seq
				p.last = place{c.rows[next].seq, c.rows[next].leaf}
				if p.first == 0 {
					p.first = p.last.seq
				}
				next++
			}
		}
	}
	return nil
}

func (l *Ledger) gather(batch []*pending) *commit {
	c := &l.commit
	*c = commit{keys: c.keys[:0], epoch: batch[0].epoch, guard: l.guard()}
	if p := batch[0]; len(batch) == 1 && len(p.entries) == 1 && p.entries[0].Seq == 0 { // as it is on Memory: no copy
		if k := p.uses[0]; !k.saved.Load() {
			c.keys = append(c.keys, k)
		}
		c.rows = p.rows
		return c
	}
	c.rows = l.rows[:0]
	defer func() { l.rows = c.rows[:0] }()
	for _, p := range batch {
		for i := range p.entries {
			if p.entries[i].Seq != 0 {
				continue
			}
			c.rows = append(c.rows, p.rows[i])
			if k := p.uses[i]; !k.saved.Load() && !slices.Contains(c.keys, k) {
				c.keys = append(c.keys, k)
			}
		}
	}
	return c
}

// sortOut finds what of the batch is in the log already: entries get their first position, an Append with an erased
// entry fails, and a key that another process made first is taken from it.
func (l *Ledger) sortOut(ctx context.Context, batch []*pending) error {
	var ids []uuid.UUID
	for _, p := range batch {
		for i := range p.entries {
			if p.entries[i].Seq == 0 {
				ids = append(ids, p.entries[i].ID)
			}
		}
	}
	found, err := l.store.known(ctx, ids)
	if err != nil {
		return err
	}
	seen := map[uuid.UUID]bool{}
	for _, p := range batch {
		for i := range p.entries {
			e := &p.entries[i]
			seq, ok := found[e.ID]
			switch {
			case ok && seq == gone:
				p.err = fail("append", ErrErased, "entry "+strconv.Itoa(i)+" was erased", nil)
			case ok:
				e.Seq = seq
			case seen[e.ID] && e.Seq == 0: // twice in one commit, by two callers: the later one finds it next time
				p.err = errLater
			}
			seen[e.ID] = true
		}
	}
	var unsaved []string
	for _, p := range batch {
		for _, k := range p.uses {
			if !k.saved.Load() {
				unsaved = append(unsaved, k.plain)
			}
		}
	}
	slices.Sort(unsaved)
	unsaved = slices.Compact(unsaved)
	if len(unsaved) > 0 {
		if _, _, err := l.provide(ctx, unsaved); err != nil {
			return err
		}
		unseal(batch)
	}
	return nil
}

// errLater marks a pending that repeats an ID of another one of the same commit; it goes into the next.
var errLater = errors.New("repeats an ID of the same commit")

// checkClock refuses times too far from the log's clock, as it was when Append was called and after a wait for the turn, but not the
// late retry of an entry that is known.
func (l *Ledger) checkClock(ctx context.Context, entries []Entry, called, now time.Time) error {
	for i := range entries {
		if !late(entries[i].At, called) || !late(entries[i].At, now) {
			continue
		}
		found, err := l.store.known(ctx, []uuid.UUID{entries[i].ID})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fail("append", ErrClock, "entry "+strconv.Itoa(i)+": At is more than a second from the log's clock", nil)
		}
	}
	return nil
}

// retryable errors may be followed by a success: the connection was lost, or the database is not up.
func retryable(err error) bool {
	return errors.Is(err, errDoubt) || errors.Is(err, ErrUnavailable) || errors.Is(err, ErrBusy)
}
