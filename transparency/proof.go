package transparency

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/fairlead-go/fairlead/internal/call"
	"github.com/fairlead-go/fairlead/ledger"
)

// Proof shows that an entry is in the log, without showing what it holds: the ledger's proof of inclusion, with its signed checkpoint
// told by place, as a report's proofs mostly share one. It stays valid when the entry is erased: keep the report to show later what
// was there.
type Proof struct {
	Seq        ledger.Seq `json:"seq"`
	Envelope   []byte     `json:"envelope"`   // what the log keeps of the entry for ever: time, stream, kind, public part, and a commitment to the rest
	Path       [][]byte   `json:"path"`       // hashes of 32 bytes, from the entry to the root
	Checkpoint int        `json:"checkpoint"` // place in SubjectReport.Checkpoints, from 0
}

// Check returns nil if every entry that the report names is proved to be in the log whose checkpoints verify with the key, and if what the
// report says of each (kind and time; of a decision also how it ended, and the system and version that made it) is what the log says for ever; else an
// error that names the first entry for which it is not so, and matches [ledger.ErrTampered] or [ErrRefused]. Take the key from where the
// controller publishes it, not from the report. The report may have been read from its JSON, and the log need not be at hand.
//
// The reasons themselves are sealed: the log holds a commitment to them that only its holder can open. Whoever doubts them has the
// controller run ledger.Ledger.Verify, and compares a report made then.
func (r *SubjectReport) Check(publicKey string) error {
	proved := map[ledger.Seq]ledger.Entry{}
	for i := range r.Proofs {
		p := &r.Proofs[i]
		if p.Checkpoint < 0 || p.Checkpoint >= len(r.Checkpoints) {
			return unproved(p.Seq, "its proof names a checkpoint that the report does not have")
		}
		full := ledger.Proof{Seq: p.Seq, Envelope: p.Envelope, Checkpoint: []byte(r.Checkpoints[p.Checkpoint])}
		for _, h := range p.Path {
			if len(h) != 32 {
				return unproved(p.Seq, "its proof has a hash that is none")
			}
			full.Path = append(full.Path, [32]byte(h))
		}
		if err := full.Check(publicKey); err != nil {
			return err
		}
		e, err := full.Entry()
		if err != nil {
			return err
		}
		proved[p.Seq] = e
	}
	for _, seq := range r.named() {
		if _, ok := proved[seq]; !ok {
			return unproved(seq, "it has no proof")
		}
	}
	return r.against(proved)
}

// against holds what the report says against what is proved.
func (r *SubjectReport) against(proved map[ledger.Seq]ledger.Entry) error {
	for i := range r.Decisions {
		rec := &r.Decisions[i].Record
		if len(rec.Entries) == 0 {
			return unproved(0, "a decision without an entry in the log")
		}
		ended, made := false, false
		for _, said := range rec.Entries {
			e := proved[said.Seq]
			var public struct {
				System  string  `json:"system"`
				Version string  `json:"version"`
				Outcome Outcome `json:"outcome"`
			}
			switch {
			case e.Stream != stream || e.Kind != said.Kind || !e.At.Equal(said.At):
				return unproved(said.Seq, "the log has another kind or time for it")
			case json.Unmarshal(e.Public, &public) != nil || public.Outcome != said.Outcome:
				return unproved(said.Seq, "the log has another outcome for it")
			}
			ended = ended || said.Outcome == rec.Outcome
			made = made || public.System == rec.System && public.Version == rec.Version // a held one may be delivered by a later version
		}
		if !ended || !made {
			return unproved(rec.Entries[0].Seq, "the decision ended otherwise, or another system made it")
		}
	}
	for _, events := range [][]Event{r.Consents, r.Reviews, r.Disclosures, r.Other} {
		for _, said := range events {
			if e := proved[said.Seq]; e.Kind != said.Kind || !e.At.Equal(said.At) {
				return unproved(said.Seq, "the log has another kind or time for it")
			}
		}
	}
	for _, said := range r.Erased {
		if e := proved[said.Seq]; e.Stream != ledgerStream || e.Kind != "ledger.erased" || !e.At.Equal(said.At) {
			return unproved(said.Seq, "the log has another kind or time for it")
		}
	}
	return nil
}

func unproved(seq ledger.Seq, why string) error {
	return call.Refuse(nil, call.StageTransparency, "the report does not hold: at "+strconv.FormatUint(uint64(seq), 10)+": "+why, nil)
}

// named are the positions of all entries in the report, in order.
func (r *SubjectReport) named() []ledger.Seq {
	var all []ledger.Seq
	for i := range r.Decisions {
		for _, e := range r.Decisions[i].Record.Entries {
			all = append(all, e.Seq)
		}
	}
	for _, events := range [][]Event{r.Consents, r.Reviews, r.Disclosures, r.Other} {
		for _, e := range events {
			all = append(all, e.Seq)
		}
	}
	for _, e := range r.Erased {
		all = append(all, e.Seq)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// prove adds the proofs, all in one checkpoint.
func (r *SubjectReport) prove(ctx context.Context, l *ledger.Ledger) error {
	r.PublicKey = l.PublicKey()
	proofs, err := l.ProveAll(ctx, r.named()...)
	if err != nil {
		return err
	}
	for i := range proofs {
		r.addProof(&proofs[i])
	}
	return nil
}

func (r *SubjectReport) addProof(p *ledger.Proof) {
	at := slices.Index(r.Checkpoints, string(p.Checkpoint))
	if at < 0 {
		at = len(r.Checkpoints)
		r.Checkpoints = append(r.Checkpoints, string(p.Checkpoint))
	}
	own := Proof{Seq: p.Seq, Envelope: p.Envelope, Path: make([][]byte, len(p.Path)), Checkpoint: at}
	for i := range p.Path {
		own.Path[i] = p.Path[i][:]
	}
	r.Proofs = append(r.Proofs, own)
}
