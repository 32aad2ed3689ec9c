package ledger

import (
	"context"
	"slices"
	"time"
)

// tail folds: what this process commits as it is committed, and what others commit when the poll finds it.
func (l *Ledger) tail() {
	done := false
	defer func() {
		if !done { // a fold ended the goroutine, which takes nothing from the others
			l.db.workers.Go(l.tail)
		}
	}()
	tick := time.NewTicker(l.db.poll)
	defer tick.Stop()
	for {
		select {
		case c, open := <-l.db.committed:
			if !open {
				done = true
				return
			}
			l.foldCommitted(c)
		case <-tick.C:
			if !l.reactions.full() {
				l.tick()
			}
		}
		l.reactions.start(l)
	}
}

func (l *Ledger) tick() {
	ctx, cancel := context.WithTimeout(l.db.ctx, sqlTimeout)
	defer cancel()
	l.turn <- struct{}{}
	defer l.leave()
	_ = l.look(ctx) // a failed look leaves Fresh where it was, which is how engines know
}

// foldCommitted feeds a commit of this process. If others wrote before it, it is read back with theirs, in order.
func (l *Ledger) foldCommitted(c commitment) {
	defer func() {
		for _, p := range c.batch {
			close(p.done)
		}
	}()
	l.turn <- struct{}{}
	defer l.leave()
	if c.first == l.fed+1 && !l.closed.Load() {
		var fresh []Entry
		for _, p := range c.batch {
			if p.err == nil && p.last.seq != 0 {
				fresh = append(fresh, p.entries...)
			}
		}
		l.pos = place{c.last, c.leaf}
		l.feed(fresh, c.last)
		l.db.lookedAt(c.began)
	}
	for _, p := range c.batch {
		if p.err != nil || p.entries[len(p.entries)-1].Seq <= l.fed {
			continue
		}
		ctx, cancel := context.WithTimeout(l.db.ctx, sqlTimeout)
		err := l.look(ctx)
		cancel()
		if err != nil {
			p.err = fail("append", ErrNotFolded, "", err)
		}
	}
}

// look folds what is new in the log and checks that it is still the same log. It holds the turn.
func (l *Ledger) look(ctx context.Context) error {
	before := time.Now()
	if l.closed.Load() {
		return fail("follow", ErrClosed, "", nil)
	}
	v, err := l.store.look(ctx, l.pos.seq)
	if err != nil {
		return err
	}
	if l.db.forked.Load() || l.pos.seq != 0 && (!v.found || v.leaf != l.pos.leaf) || v.head < l.fed {
		l.fork()
		return fail("follow", ErrForked, "", nil)
	}
	l.db.setClock(v.clock, before)
	l.keys.reset(v.epoch)
	if streams, any := l.followed(); any {
		for page, err := range l.pages(ctx, "follow", query{streams: streams}, l.fed, v.head) {
			if err != nil {
				return err
			}
			l.feed(page.entries, page.upTo)
		}
	}
	l.fed = v.head
	if v.head != 0 {
		l.pos = place{v.head, v.headLeaf}
	}
	l.advance()
	l.db.advanceGuard(l.pos)
	l.db.lookedAt(before)
	return nil
}

// followed returns the streams that anybody follows, none for all.
func (l *Ledger) followed() (streams []string, any bool) {
	for _, f := range l.list() {
		if f.end.Load() != nil {
			continue
		}
		any = true
		if len(f.streams) == 0 {
			return nil, true
		}
		streams = append(streams, f.streams...)
	}
	slices.Sort(streams)
	return slices.Compact(streams), any
}
