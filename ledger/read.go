package ledger

import (
	"bytes"
	"context"
	"iter"
	"slices"

	"github.com/google/uuid"
)

// Get returns all entries with a key, in order, and [ErrNotFound] if there is none. The zero key has none.
func (l *Ledger) Get(ctx context.Context, key uuid.UUID) ([]Entry, error) {
	if _, err := l.readable(ctx, "get"); err != nil {
		return nil, err
	}
	if key == uuid.Nil {
		return nil, fail("get", ErrNotFound, "", nil)
	}
	var found []Entry
	for e, err := range l.walk(ctx, "get", query{by: byKey, key: key}, 0) {
		if err != nil {
			return nil, err
		}
		found = append(found, e)
	}
	if len(found) == 0 {
		return nil, fail("get", ErrNotFound, "", nil)
	}
	return found, nil
}

// Find returns all entries about a subject, of the streams named or of all, in order. After an error it ends. The empty
// subject has none.
func (l *Ledger) Find(ctx context.Context, subject string, streams ...string) iter.Seq2[Entry, error] {
	if l.absent() || subject == "" {
		return l.walk(ctx, "find", query{by: byKey}, 0)
	}
	return l.walk(ctx, "find", query{by: bySubject, token: l.keys.token(subject), streams: slices.Clone(streams)}, 0)
}

// Since returns all entries after a position, in order, up to the last of when the ranging began. After an error it
// ends. What was erased or retained away is not among them.
func (l *Ledger) Since(ctx context.Context, seq Seq) iter.Seq2[Entry, error] {
	return l.walk(ctx, "since", query{}, seq)
}

// walk reads in pages and yields outside all locks, so that the loop's body may append.
func (l *Ledger) walk(ctx context.Context, op string, q query, after Seq) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		head, err := l.readable(ctx, op)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		for page, err := range l.pages(ctx, op, q, after, head) {
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for i := range page.entries {
				e := page.entries[i]
				if l.db == nil {
					e.Public = bytes.Clone(e.Public) // it is the log's own; the body was opened into memory of its own
				}
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

func (l *Ledger) readable(ctx context.Context, op string) (Seq, error) {
	switch {
	case l.absent():
		return 0, fail(op, ErrUnavailable, noLedger, nil)
	case ctx == nil:
		return 0, fail(op, ErrInvalid, "nil context", nil)
	case l.closed.Load():
		return 0, fail(op, ErrClosed, "", nil)
	case ctx.Err() != nil:
		return 0, fail(op, ErrBusy, "the reading was cut short", ctx.Err())
	}
	v, err := l.store.look(ctx, 0)
	return v.head, err
}

// batch is one page of entries, and up to where it looked.
type batch struct {
	entries []Entry
	upTo    Seq
}

// pages reads, opens and yields the entries of a query page by page.
func (l *Ledger) pages(ctx context.Context, op string, q query, after, upTo Seq) iter.Seq2[batch, error] {
	return func(yield func(batch, error) bool) {
		var page batch
		for read := range l.reads(ctx, op, q, after, upTo) {
			err := read.err
			if err == nil {
				page.upTo = read.upTo
				page.entries, err = l.decode(ctx, page.entries[:0], read.rows)
			}
			if err != nil {
				yield(batch{}, err)
				return
			}
			if !yield(page, nil) {
				return
			}
		}
	}
}

type read struct {
	rows []row
	upTo Seq
	err  error
}

// reads yields pages of rows up to the first error. Over a database the next page is read while this one is used, which
// makes a replay as fast as the slower of the two; a Memory starts no goroutine.
func (l *Ledger) reads(ctx context.Context, op string, q query, after, upTo Seq) iter.Seq[read] {
	next := func(after Seq, rows []row) (r read) {
		if err := ctx.Err(); err != nil {
			return read{err: fail(op, ErrBusy, "the reading was cut short", err)}
		}
		r.rows, r.upTo, r.err = l.store.page(ctx, rows, q, after, upTo)
		return r
	}
	return func(yield func(read) bool) {
		if l.db == nil || q.by != byPosition {
			var rows []row
			for at := after; at < upTo; {
				r := next(at, rows[:0])
				if !yield(r) || r.err != nil {
					return
				}
				at, rows = r.upTo, r.rows
			}
			return
		}
		ahead, used, left := make(chan read, 1), make(chan []row, 3), make(chan struct{})
		go func() {
			defer close(ahead)
			for at := after; at < upTo; {
				var rows []row
				select {
				case rows = <-used:
				default:
				}
				r := next(at, rows[:0])
				select {
				case ahead <- r:
				case <-left:
					return
				}
				if at = r.upTo; r.err != nil {
					return
				}
			}
		}()
		defer func() { // no goroutine stays behind
			close(left)
			for range ahead {
			}
		}()
		for r := range ahead {
			if !yield(r) {
				return
			}
			select {
			case used <- r.rows:
			default:
			}
		}
	}
}

// decode opens rows. A body whose key was erased since the page was read is skipped; one whose key is missing while the
// body is still there was tampered with.
func (l *Ledger) decode(ctx context.Context, dst []Entry, rows []row) ([]Entry, error) {
	keys, err := l.unlockAll(ctx, rows)
	if err != nil {
		return dst, err
	}
	need := 0
	for i := range rows {
		need += len(rows[i].sealed)
	}
	plain := make([]byte, 0, need)
	for i := range rows {
		r, k := &rows[i], keys[i]
		start := len(plain)
		ok := k != nil
		if ok {
			plain, ok = k.open(plain, r)
		}
		if !ok {
			if err := l.explain(ctx, r); err != nil {
				return dst, err
			}
			continue
		}
		dst = append(dst, k.entry(r, plain[start:len(plain):len(plain)]))
	}
	return dst, nil
}

func (k *subjectKey) entry(r *row, plain []byte) Entry {
	e := Entry{
		Seq: r.seq, ID: r.id, At: moment(r.at), Stream: r.stream, Kind: r.kind, Version: r.version, Critical: r.critical,
		Subject: k.plain, Key: r.key, Public: r.public,
	}
	if len(plain) > 0 {
		e.Body = plain
	}
	if k.plain != "" {
		e.mark = k.mark
	}
	return e
}

// unlockAll returns the key of each row, nil where there is none. Those the cache does not have are read in one go.
func (l *Ledger) unlockAll(ctx context.Context, rows []row) ([]*subjectKey, error) {
	keys := make([]*subjectKey, len(rows))
	epoch := l.keys.now()
	var missing [][32]byte
	var loaded map[[32]byte]*subjectKey
	for i := range rows {
		token := rows[i].token
		if keys[i] = l.keys.cachedToken(token); keys[i] != nil {
			continue
		}
		if loaded == nil {
			loaded = map[[32]byte]*subjectKey{}
		}
		if _, ok := loaded[token]; !ok {
			loaded[token] = nil
			missing = append(missing, token)
		}
	}
	if len(missing) == 0 {
		return keys, nil
	}
	found, err := l.store.keys(ctx, missing)
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		k, err := l.keys.unlock(ctx, f)
		if err != nil {
			return nil, err
		}
		loaded[k.token] = l.keys.add(k, epoch)
	}
	for i := range rows {
		if keys[i] == nil {
			keys[i] = loaded[rows[i].token]
		}
	}
	return keys, nil
}

// explain tells an erasure between two reads (nil) from tampering.
func (l *Ledger) explain(ctx context.Context, r *row) error {
	again, err := l.store.audit(ctx, nil, r.seq-1, r.seq)
	if err != nil {
		return err
	}
	if len(again) == 1 && !again[0].kept {
		return nil
	}
	return &Error{Op: "read", Reason: ErrTampered, Seq: r.seq, Detail: "its body does not open"}
}
