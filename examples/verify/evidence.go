package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/fairlead-go/fairlead/ledger"
)

// maxPart bounds the parts of the evidence that are read whole, such as its table of contents.
const maxPart = 16 << 20

// evidence is what oversight's Desk.Evidence wrote, and what it says about positions of the log.
type evidence struct {
	parts    map[string]*zip.File
	manifest struct {
		From   time.Time  `json:"from"`
		To     time.Time  `json:"to"`
		System string     `json:"system"`
		Ledger ledger.Seq `json:"ledger"`
		Files  []struct {
			Name   string `json:"name"`
			SHA256 string `json:"sha256"`
		} `json:"files"`
	}
	claims map[ledger.Seq]claim
	cases  int
}

// checkEvidence holds the zip against its own table of contents, its log against the key, and every line about a position of the log
// against what is there; and whether the log has more of the same that the evidence leaves out.
func checkEvidence(out io.Writer, file, key string, checkpoints []string) error {
	key, kept, err := trusted(key, checkpoints)
	if err != nil {
		return err
	}
	z, err := zip.OpenReader(file)
	if err != nil {
		return fmt.Errorf("%s is no evidence as Desk.Evidence writes it: %w", file, err)
	}
	defer func() { _ = z.Close() }() // it is read only
	e := &evidence{parts: map[string]*zip.File{}, claims: map[ledger.Seq]claim{}}
	if err := e.contents(&z.Reader); err != nil {
		return err
	}
	own, err := e.whole("log.key")
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(own)) != strings.TrimSpace(key) {
		return errors.New("log.key is another key than the one given: this is the evidence of another log")
	}
	if err := e.read(); err != nil {
		return err
	}
	return e.hold(out, key, kept)
}

// contents holds the parts against manifest.json.
func (e *evidence) contents(z *zip.Reader) error {
	for _, f := range z.File {
		if e.parts[f.Name] != nil {
			return fmt.Errorf("%s is there twice", f.Name)
		}
		e.parts[f.Name] = f
	}
	list, err := e.whole("manifest.json")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(list, &e.manifest); err != nil {
		return fmt.Errorf("manifest.json: %w", err)
	}
	if len(e.manifest.Files) != len(e.parts)-1 {
		return fmt.Errorf("manifest.json lists %d files, and the zip has %d beside it", len(e.manifest.Files), len(e.parts)-1)
	}
	for _, f := range e.manifest.Files {
		part, err := e.open(f.Name)
		if err != nil {
			return err
		}
		sum := sha256.New()
		_, err = io.Copy(sum, part)
		_ = part.Close() // it was read
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", f.Name, err)
		case hex.EncodeToString(sum.Sum(nil)) != f.SHA256:
			return fmt.Errorf("%s was changed after the evidence was made", f.Name)
		}
	}
	return nil
}

func (e *evidence) open(name string) (io.ReadCloser, error) {
	f := e.parts[name]
	if f == nil {
		return nil, fmt.Errorf("%s is missing: this is no evidence as Desk.Evidence writes it", name)
	}
	return f.Open()
}

func (e *evidence) whole(name string) ([]byte, error) {
	r, err := e.open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxPart+1))
	if err == nil && len(b) > maxPart {
		err = fmt.Errorf("%s is larger than %d bytes: this is no evidence as Desk.Evidence writes it", name, maxPart)
	}
	return b, err
}

// read collects what the lines say.
func (e *evidence) read() error {
	err := lines(e, "verdicts.jsonl", func(c *caseLine) error {
		e.cases++
		return e.claimCase(c)
	})
	for _, name := range []string{"deliveries.jsonl", "stops.jsonl", "roster.jsonl"} {
		if err == nil {
			err = lines(e, name, func(l *eventLine) error {
				return e.claim(l.Seq, claim{at: l.At, kind: l.Kind, said: l.Said})
			})
		}
	}
	return err
}

// lines decodes one part line by line.
func lines[T any](e *evidence, name string, each func(*T) error) error {
	part, err := e.open(name)
	if err != nil {
		return err
	}
	defer part.Close()
	for in := json.NewDecoder(part); ; {
		line := new(T)
		switch err := in.Decode(line); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := each(line); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
}

// hold reads the log and meets every claim on the way.
func (e *evidence) hold(out io.Writer, key string, kept [][]byte) error {
	part, err := e.open("log.export")
	if err != nil {
		return err
	}
	defer part.Close()
	met, left := 0, map[string]int{}
	report, err := ledger.ReadExport(part, key, func(at ledger.Entry) error {
		c, ok := e.claims[at.Seq]
		if !ok {
			if at.Seq <= e.manifest.Ledger && e.covers(&at) {
				left[at.Kind]++
			}
			return nil
		}
		met++
		return c.meet(&at)
	}, kept...)
	switch {
	case report.Problems > 0:
		fmt.Fprint(out, report)
		return err
	case err != nil:
		return err
	case met < len(e.claims):
		return fmt.Errorf("%d lines are about positions that the log does not have", len(e.claims)-met)
	case report.Covered < e.manifest.Ledger:
		return fmt.Errorf("the evidence is of %d entries, and checkpoints cover %d", e.manifest.Ledger, report.Covered)
	}
	if err := missing(left, report.Removed); err != nil {
		return err
	}
	fmt.Fprint(out, report)
	fmt.Fprintf(out, "The evidence tells of %d cases and names %d entries: each is in the log at its position, of its kind and time.\n", e.cases, met)
	if n := left[kindOpened]; n > 0 {
		fmt.Fprintf(out, "%d cases of this time are in the log and not in the evidence: as many bodies or more were erased.\n", n)
	} else {
		fmt.Fprintln(out, "No case that was opened in its time is left out.")
	}
	fmt.Fprintln(out, "Not shown by the log: who reviewed, and their reasons, which are sealed there; the owner shows them by verifying it. "+
		"The figures in estimate.json and reviewers.json, and the policy, are the owner's own words.")
	return nil
}

// covers says whether the evidence has to name an entry, if its body was not erased.
func (e *evidence) covers(at *ledger.Entry) bool {
	inside := !at.At.Before(e.manifest.From) && (e.manifest.To.IsZero() || at.At.Before(e.manifest.To))
	if at.Stream != "oversight" || !inside {
		return false
	}
	switch at.Kind {
	case kindOpened:
		var public opening
		return e.manifest.System == "" || json.Unmarshal(at.Public, &public) == nil && public.System == e.manifest.System
	case "stop.on", "stop.off", "stop.drilled", "breaker.read", "roster.enrolled", "roster.dismissed":
		return true
	}
	return false
}

// missing tells what is left out from what was erased: stops and the roster are about no customer, and stay.
func missing(left map[string]int, removed int) error {
	for kind, n := range left {
		if kind != kindOpened || n > removed {
			return fmt.Errorf("%d entries %s of this time are in the log and not in the evidence", n, kind)
		}
	}
	return nil
}
