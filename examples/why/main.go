// Command why asks about one of 1,000 real credit applicants: why was this decided, what would have turned it, what does the log hold
// about the person? Then somebody changes the log's file, and it is caught.
//
//	go run ./examples/why [-row 5] [-json report.json]
//
// The scorecard is made up (../credit/scorecard), the applicants are not (../credit). Nothing leaves the machine.
package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite"

	"github.com/fairlead-go/fairlead"
	"github.com/fairlead-go/fairlead/examples/credit"
	"github.com/fairlead-go/fairlead/examples/credit/scorecard"
	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

func main() {
	row := flag.Int("row", 5, "the applicant, 1 to 1000")
	file := flag.String("json", "", "also write the report with its proofs to this `file`")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *row, *file); err != nil {
		fmt.Fprintln(os.Stderr, "why:", err)
		os.Exit(1)
	}
}

// bank is everything that the example sets up once.
type bank struct {
	applicants []credit.Applicant
	file       string // of the log
	db         *sql.DB
	log        *ledger.Ledger
	journal    *transparency.Journal
	decide     func(context.Context, credit.Applicant) (offer, error)
}

func run(ctx context.Context, out io.Writer, row int, jsonFile string) (err error) {
	dir, err := os.MkdirTemp("", "fairlead-why-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b, err := openBank(ctx, filepath.Join(dir, "evidence.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.log.Close(), b.db.Close()) }()
	if row < 1 || row > len(b.applicants) {
		return fmt.Errorf("there is no applicant %d: -row takes 1 to %d", row, len(b.applicants))
	}
	report, err := b.ask(ctx, out, b.applicants[row-1])
	if err != nil {
		return err
	}
	if jsonFile != "" {
		js, err := report.JSON()
		if err != nil {
			return err
		}
		if err := os.WriteFile(jsonFile, js, 0o600); err != nil {
			return err
		}
	}
	return b.tamper(ctx, out, report)
}

// openBank makes the log in a SQLite file and puts the guard around the function.
func openBank(ctx context.Context, file string) (*bank, error) {
	b := &bank{file: file}
	var err error
	if b.applicants, err = credit.Builtin(); err != nil {
		return nil, err
	}
	x, err := scorecard.NewExplainer(b.applicants)
	if err != nil {
		return nil, err
	}
	if b.db, err = sql.Open("sqlite", file); err != nil {
		return nil, err
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails since Go 1.24; a bank would keep it outside the database
	if b.log, err = ledger.Open(ctx, b.db, &ledger.Options{Secret: secret, Origin: "bank.example/evidence"}); err != nil {
		return nil, errors.Join(err, b.db.Close())
	}
	card := scorecard.Card("credit", "A person looks at every appeal.")
	b.journal, err = transparency.New(ctx, b.log, &transparency.Options{
		Controller: transparency.Controller{Name: "Example Bank", Contact: "privacy@bank.example", Authority: "your data protection authority"},
		Card:       &card,
	})
	if err != nil {
		return nil, errors.Join(err, b.log.Close(), b.db.Close())
	}
	b.decide = fairlead.Around(decide).
		System(&fairlead.System{Name: "credit", Version: "1"}).
		Transparency(b.journal, func(a credit.Applicant, o offer) transparency.Explanation { return explained(x, a, o) }).
		Func()
	return b, nil
}

// ask has the loan decided, and prints why.
func (b *bank) ask(ctx context.Context, out io.Writer, a credit.Applicant) (*transparency.SubjectReport, error) {
	ctx, trail := fairlead.Track(ctx)
	o, err := b.decide(ctx, a)
	if err != nil {
		return nil, err
	}
	record, err := b.journal.Get(ctx, subjectOf(a), trail.ID())
	if err != nil {
		return nil, err
	}
	x := record.Explanation
	fmt.Fprintf(out, "Applicant %d asked for %d DM over %d months: %s, with %.1f points where %d are needed.\n\n", a.Row, a.Amount, a.Months, x.Result, o.Points, scorecard.Threshold)
	fmt.Fprintln(out, record.Why())
	fmt.Fprintf(out, "\nWhat counted, against %d %s (%s, %d runs of the function, residual %.0e):\n",
		x.Attribution.Rows, x.Attribution.Reference, x.Attribution.Method, x.Attribution.Evals, x.Attribution.Residual)
	for _, f := range x.Factors {
		fmt.Fprintf(out, "  %+6.1f  %s (%s)\n", f.Weight, f.Name, f.Value)
	}
	if x.Adverse != nil {
		fmt.Fprintf(out, "\nThe principal reasons, map %s; recomputed from the record they are the same: %v\n", x.Adverse.Map, scorecard.Reasons.Replays(x))
		for _, r := range x.Adverse.Reasons {
			fmt.Fprintf(out, "  %s %s\n", r.Code, r.Text)
		}
	}
	again, err := transparency.Replay(ctx, b.journal, trail.ID(), decide, a)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "\nRun again on the same input, the function says the same: %v\n", again.Same)
	report, err := b.journal.Report(ctx, subjectOf(a), "en")
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "\n----- the report that the applicant gets -----\n\n%s-----\n", report.Markdown())
	return report, nil
}

// tamper changes the log's file behind the ledger's back, and looks whether it is caught.
func (b *bank) tamper(ctx context.Context, out io.Writer, report *transparency.SubjectReport) error {
	key := b.log.PublicKey()
	if err := report.Check(key); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nEach of the report's %d entries is proved to be in the log.\n", len(report.Proofs))
	if _, err := b.log.Verify(ctx, []byte(report.Checkpoints[0])); err != nil {
		return err
	}
	at := report.Proofs[len(report.Proofs)-1].Seq
	fmt.Fprintf(out, "The whole log verifies.\n\nNow somebody with the file moves entry %d, the decision, to the day before:\n", at)
	thief, err := sql.Open("sqlite", b.file)
	if err != nil {
		return err
	}
	defer func() { _ = thief.Close() }() // what it changed is looked at below
	if _, err = thief.ExecContext(ctx, `UPDATE fairlead_entry SET at = at - 86400000000000 WHERE seq = ?`, uint64(at)); err == nil {
		return errors.New("the table let itself be changed")
	}
	fmt.Fprintln(out, "  the table refuses, so they take its triggers away first.")
	for _, statement := range []string{
		`DROP TRIGGER fairlead_entry_update`,
		`UPDATE fairlead_entry SET at = at - 86400000000000 WHERE seq = ` + fmt.Sprint(uint64(at)),
	} {
		if _, err := thief.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	verified, err := b.log.Verify(ctx, []byte(report.Checkpoints[0]))
	if !errors.Is(err, ledger.ErrTampered) {
		return fmt.Errorf("the change was not caught: %w", err)
	}
	fmt.Fprint(out, verified)
	return nil
}
