package ledger

import (
	"context"
	"slices"
	"sync"
)

// Rekey wraps every key anew under the next secret and retires the present one. Copies of the database made before stay
// readable with the retired secret, and with them what was erased since: they become unreadable when you destroy it,
// which only you can do. Other processes keep reading what they have in memory and refuse the rest with
// [ErrWrongSecret] until they are opened with the next secret. After [ErrUnconfirmed] nobody knows which of the two holds:
// keep both, and open the log anew.
func (l *Ledger) Rekey(ctx context.Context, nextSecret []byte) error {
	const op = "rekey"
	if _, err := l.readable(ctx, op); err != nil {
		return err
	}
	if inFold() {
		return fail(op, ErrInFold, "", nil)
	}
	next, err := newSecretWrapper(slices.Clone(nextSecret))
	if err != nil {
		return fail(op, ErrSetup, "the next secret must have 32 bytes", nil)
	}
	if _, err := l.add(ctx, []Entry{{Stream: ownStream, Kind: kindRekeyed}}); err != nil {
		return err
	}
	if err := l.take(ctx, op); err != nil {
		return err
	}
	defer l.leave()
	kept, err := l.store.setup(ctx, settings{})
	if err != nil {
		return err
	}
	old := l.keys.current()
	rewrap := func(wrapped []byte) ([]byte, error) {
		key, err := unwrap(ctx, old, wrapped)
		if err != nil {
			return nil, fail(op, ErrWrongSecret, "a key does not unwrap", nil)
		}
		defer clear(key)
		return next.Wrap(ctx, key)
	}
	for _, wrapped := range []*[]byte{&kept.tokenKey, &kept.signKey} {
		if *wrapped, err = rewrap(*wrapped); err != nil {
			return err
		}
	}
	err = l.store.rewrap(ctx, kept, func(k keyRow) ([]byte, error) { return rewrap(k.wrapped) })
	if err != nil {
		return settle(op, err)
	}
	l.keys.rotate(next)
	v, err := l.store.look(ctx, 0)
	if err != nil {
		return err
	}
	l.keys.reset(v.epoch)
	return nil
}

// wrapping is the wrapper in use; Rekey replaces it.
type wrapping struct {
	mu  sync.RWMutex
	now KeyWrapper
}

func (w *wrapping) get() KeyWrapper {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.now
}

func (r *ring) current() KeyWrapper { return r.wrapper.get() }

func (r *ring) rotate(next KeyWrapper) {
	r.wrapper.mu.Lock()
	defer r.wrapper.mu.Unlock()
	r.wrapper.now = next
}
