package transparency

import (
	"context"
	"slices"

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

// Check returns nil if every entry that the report names is proved to be in the log whose checkpoints verify with the key, else an
// error that matches [ledger.ErrTampered] or [ErrRefused]. Take the key from where the controller publishes it, not from the report. The
// report may have been read from its JSON, and the log need not be at hand.
func (r *SubjectReport) Check(publicKey string) error {
	proved := map[ledger.Seq]bool{}
	for i := range r.Proofs {
		p := &r.Proofs[i]
		if p.Checkpoint < 0 || p.Checkpoint >= len(r.Checkpoints) {
			return unproved("a proof names a checkpoint that the report does not have")
		}
		full := ledger.Proof{Seq: p.Seq, Envelope: p.Envelope, Checkpoint: []byte(r.Checkpoints[p.Checkpoint])}
		for _, h := range p.Path {
			if len(h) != 32 {
				return unproved("a proof has a hash that is none")
			}
			full.Path = append(full.Path, [32]byte(h))
		}
		if err := full.Check(publicKey); err != nil {
			return err
		}
		proved[p.Seq] = true
	}
	for _, seq := range r.named() {
		if !proved[seq] {
			return unproved("an entry it names has no proof")
		}
	}
	return nil
}

func unproved(why string) error {
	return call.Refuse(nil, call.StageTransparency, "the report does not hold: "+why, nil)
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
