// Command verify checks an export of a ledger offline and says in words what it proves, and what it cannot.
//
//	go run ./examples/verify [-written N] FILE KEY [CHECKPOINT ...]
//	go run ./examples/verify -report REPORT KEY
//	go run ./examples/verify -evidence ZIP KEY [CHECKPOINT ...]
//
// FILE is what Ledger.Export wrote, KEY is what Ledger.PublicKey returned, or a file that holds it. Each CHECKPOINT is a
// file with a signed checkpoint that was kept away from the owner of the log; with one, not even a rewrite by the owner
// goes unseen. -written is how many entries telemetry has counted (transparency.Journal.Written over all journals, or the log records
// of package otellog): fewer in the log are a loss. REPORT is what a person took with them, transparency.SubjectReport.JSON: whether all
// that it names is in the log, and is what it says; else the first entry for which it is not so, and why. ZIP is what oversight's
// Desk.Evidence wrote: whether its parts are as they were made, every case, verdict, delivery, stop and change of the roster in it is in
// the log at the position it names, and none of its time is left out. With -demo it makes a small ledger, exports it, and checks it, then once more with a byte changed.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/fairlead-go/fairlead/ledger"
	"github.com/fairlead-go/fairlead/transparency"
)

// Bounds of what is read whole; the export itself is read piece by piece.
const (
	maxKey        = 4 << 10
	maxCheckpoint = 1 << 20
	maxReport     = 256 << 20
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns 0 if all is as it was signed, 1 if not or if it cannot be told, 2 if the arguments make no sense.
func run(args []string, out, problems io.Writer) int {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	flags.SetOutput(problems)
	demo := flags.Bool("demo", false, "make, export and check a small ledger")
	written := flags.Uint64("written", 0, "how many entries telemetry has counted")
	person := flags.Bool("report", false, "FILE is the report about a person")
	bundle := flags.Bool("evidence", false, "FILE is the zip with the evidence of oversight")
	flags.Usage = func() {
		fmt.Fprintln(problems, "usage: verify [-written N] FILE KEY [CHECKPOINT ...]   or   verify -report REPORT KEY\n"+
			"   or   verify -evidence ZIP KEY [CHECKPOINT ...]   or   verify -demo")
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case *demo == (flags.NArg() > 0), !*demo && flags.NArg() < 2, *person && flags.NArg() != 2,
		count(*demo, *person, *bundle, *written > 0) > 1:
		flags.Usage()
		return 2
	}
	var err error
	switch {
	case *demo:
		err = show(out)
	case *bundle:
		err = checkEvidence(out, flags.Arg(0), flags.Arg(1), flags.Args()[2:])
	case *person:
		err = checkReport(out, flags.Arg(0), flags.Arg(1))
	default:
		err = check(out, *written, flags.Arg(0), flags.Arg(1), flags.Args()[2:])
	}
	if err != nil {
		fmt.Fprintln(problems, "verify:", err)
		return 1
	}
	return 0
}

func count(modes ...bool) (n int) {
	for _, on := range modes {
		if on {
			n++
		}
	}
	return n
}

// keyOf reads the key if it is the name of a file.
func keyOf(key string) (string, error) {
	if _, err := os.Stat(key); err != nil {
		return key, nil //nolint:nilerr // then it is the key itself
	}
	b, err := readAll(key, maxKey)
	return string(b), err
}

// checkReport holds the report about a person against the key of the log.
func checkReport(out io.Writer, file, key string) error {
	key, err := keyOf(key)
	if err != nil {
		return err
	}
	js, err := readAll(file, maxReport)
	if err != nil {
		return err
	}
	var report transparency.SubjectReport
	if err := json.Unmarshal(js, &report); err != nil {
		return fmt.Errorf("%s is no report as SubjectReport.JSON writes it", file)
	}
	if err := report.Check(strings.TrimSpace(key)); err != nil {
		return err
	}
	fmt.Fprintf(out, "The report names %d entries, and about %d decisions says when and how they ended.\n"+
		"All of that is in the log that was signed with this key, and was not changed since.\n"+
		"The reasons are sealed there: that they are the ones of then only the owner of the log can show, by verifying it.\n",
		len(report.Proofs), len(report.Decisions))
	return nil
}

// trusted reads the key and the checkpoints that were kept elsewhere.
func trusted(key string, checkpoints []string) (string, [][]byte, error) {
	key, err := keyOf(key)
	if err != nil {
		return "", nil, err
	}
	var kept [][]byte
	for _, name := range checkpoints {
		b, err := readAll(name, maxCheckpoint)
		if err != nil {
			return "", nil, err
		}
		kept = append(kept, b)
	}
	return key, kept, nil
}

func check(out io.Writer, written uint64, file, key string, checkpoints []string) error {
	key, kept, err := trusted(key, checkpoints)
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	report, err := ledger.VerifyExport(f, key, kept...)
	if err == nil || report.Problems > 0 {
		fmt.Fprint(out, report)
	}
	if err == nil && written > 0 {
		return reconcile(out, written, uint64(report.Entries))
	}
	return err
}

// reconcile compares what telemetry counted with the size of the tree.
func reconcile(out io.Writer, written, entries uint64) error {
	switch {
	case entries < written:
		return fmt.Errorf("%d entries are missing: telemetry counted %d, the log has %d", written-entries, written, entries)
	case entries > written:
		fmt.Fprintf(out, "Telemetry counted %d entries. The other %d are those of other packages, or telemetry has lost them.\n", written, entries-written)
	default:
		fmt.Fprintf(out, "Telemetry counted %d entries, as many as the log has.\n", written)
	}
	return nil
}

// readAll reads a file that is expected to be small, and not the device or the backup given by mistake.
func readAll(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes: this is not the file you mean", name, limit)
	}
	return b, err
}

func show(out io.Writer) error {
	ctx := context.Background()
	log := ledger.Memory(&ledger.Options{Origin: "shop.example/evidence"})
	defer log.Close()
	for _, who := range []string{"c-1", "c-2", "c-1"} {
		if _, err := log.Append(ctx, ledger.Entry{Stream: "shop", Kind: "shop.ordered", Subject: who, Body: []byte("tea")}); err != nil {
			return err
		}
	}
	kept, err := log.Checkpoint(ctx)
	if err != nil {
		return err
	}
	if _, err := log.Erase(ctx, "c-1"); err != nil {
		return err
	}
	var export bytes.Buffer
	if err := log.Export(ctx, &export); err != nil {
		return err
	}
	fmt.Fprintln(out, "Three orders by two customers, one of whom was erased:")
	report, err := ledger.VerifyExport(bytes.NewReader(export.Bytes()), log.PublicKey())
	fmt.Fprint(out, report, "\nThe same with a checkpoint that somebody else kept:\n")
	if err != nil {
		return err
	}
	report, err = ledger.VerifyExport(bytes.NewReader(export.Bytes()), log.PublicKey(), kept)
	if err != nil {
		return err
	}
	fmt.Fprint(out, report, "\nThe same with one bit changed:\n")
	changed := bytes.Clone(export.Bytes())
	changed[bytes.Index(changed, []byte("shop.ordered"))-10] ^= 1
	report, err = ledger.VerifyExport(bytes.NewReader(changed), log.PublicKey())
	if !errors.Is(err, ledger.ErrTampered) {
		return fmt.Errorf("the change was not found: %w", err)
	}
	fmt.Fprint(out, report)
	return nil
}
