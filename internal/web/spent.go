package web

import (
	"container/heap"
	"hash/maphash"
	"time"
)

// maxUsed bounds the memory of used tokens: 126 bytes each if they are one person's, 453 if everybody has one.
const maxUsed = 1 << 16

// spent remembers which tokens were used, each person's by themselves. When there are too many, whoever has used the most loses the
// ones issued first, and with them every unused one as old: their share, and nobody else's. So memory is bounded, no used token is
// ever good again in this process, and one person who sends forms by the thousand makes only their own open pages too old.
//
// If nobody has more than one, the one issued first is forgotten, and from then on tokens as old as that are too old for all of whom
// nothing is remembered. It takes more people than maxUsed within the life of a token, or as many sessions as somebody likes to
// open: an authoriser that makes up a person for every request gives that away.
type spent struct {
	life time.Duration
	max  int

	seed  maphash.Seed
	of    map[uint64]*share // by hash of the person: no names are kept, and two who have one hash share a share
	most  byMost            // whose turn it is to forget on top
	all   int
	floor time.Time // for whom has no share: tokens issued at or before this are too old
	sweep time.Time // when what has ended by itself is looked for next
}

// share is what one person has used.
type share struct {
	person uint64
	used   map[nonce]*use
	byTime byIssue
	floor  time.Time // tokens issued at or before this are too old
	at     int       // in spent.most
}

type nonce [16]byte

type use struct {
	nonce  nonce
	issued time.Time
	to     string // where its answer led
	ended  bool   // it has one
}

func newSpent(life time.Duration) *spent {
	return &spent{life: life, max: maxUsed, seed: maphash.MakeSeed(), of: map[uint64]*share{}}
}

func (s *spent) person(who string) uint64 { return maphash.String(s.seed, who) }

// find is the use of a token, or nil; old says that it cannot be told, and that the token must not be used.
func (s *spent) find(who string, n nonce, issued time.Time) (u *use, old bool) {
	sh := s.of[s.person(who)]
	if sh == nil {
		return nil, !issued.After(s.floor)
	}
	return sh.used[n], !issued.After(sh.floor)
}

// add remembers a use that find does not know.
func (s *spent) add(who string, n nonce, issued time.Time) {
	now := time.Now()
	if !now.Before(s.sweep) {
		s.forgetEnded(now)
		s.sweep = now.Add(s.life / 16)
	}
	person := s.person(who)
	sh := s.of[person]
	if sh == nil {
		sh = &share{person: person, used: map[nonce]*use{}, floor: s.floor}
		s.of[person] = sh
		heap.Push(&s.most, sh)
	}
	u := &use{nonce: n, issued: issued}
	sh.used[n] = u
	heap.Push(&sh.byTime, u)
	s.all++
	heap.Fix(&s.most, sh.at)
	for s.all > s.max {
		s.forget(s.most[0])
	}
}

// forget takes the token of a share that was issued first.
func (s *spent) forget(sh *share) {
	oldest := heap.Pop(&sh.byTime).(*use)
	delete(sh.used, oldest.nonce)
	s.all--
	sh.floor = later(sh.floor, oldest.issued)
	if len(sh.used) > 0 {
		heap.Fix(&s.most, sh.at)
		return
	}
	s.floor = later(s.floor, sh.floor) // there is no share left to remember it
	s.drop(sh)
}

func (s *spent) drop(sh *share) {
	heap.Remove(&s.most, sh.at)
	delete(s.of, sh.person)
}

// forgetEnded forgets tokens that are too old by themselves.
func (s *spent) forgetEnded(now time.Time) {
	for _, sh := range s.of {
		for len(sh.byTime) > 0 && now.Sub(sh.byTime[0].issued) > s.life {
			delete(sh.used, heap.Pop(&sh.byTime).(*use).nonce)
			s.all--
		}
		// What it forgot before was issued before what has ended now, so that its floor means nothing any more.
		if len(sh.used) == 0 {
			s.drop(sh)
		} else {
			heap.Fix(&s.most, sh.at)
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// byIssue is a heap of used tokens, the first issued on top.
type byIssue []*use

func (h byIssue) Len() int           { return len(h) }
func (h byIssue) Less(i, j int) bool { return h[i].issued.Before(h[j].issued) }
func (h byIssue) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byIssue) Push(x any)        { *h = append(*h, x.(*use)) }
func (h *byIssue) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}

// byMost is a heap of shares, the largest on top, and of two as large the one whose first token was issued first.
type byMost []*share

func (h byMost) Len() int { return len(h) }
func (h byMost) Less(i, j int) bool {
	if a, b := len(h[i].byTime), len(h[j].byTime); a != b {
		return a > b
	}
	return len(h[i].byTime) > 0 && h[i].byTime[0].issued.Before(h[j].byTime[0].issued)
}

func (h byMost) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

func (h *byMost) Push(x any) {
	sh := x.(*share)
	sh.at = len(*h)
	*h = append(*h, sh)
}

func (h *byMost) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}
