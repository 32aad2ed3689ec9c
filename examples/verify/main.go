// Command verify checks an export of a ledger offline and says in words what it proves, and what it cannot.
//
//	go run ./examples/verify FILE KEY [CHECKPOINT ...]
//
// FILE is what Ledger.Export wrote, KEY is what Ledger.PublicKey returned, or a file that holds it. Each CHECKPOINT is a
// file with a signed checkpoint that was kept away from the owner of the log; with one, not even a rewrite by the owner
// goes unseen. With -demo it makes a small ledger, exports it, and checks it, then once more with a byte changed.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/fairlead-go/fairlead/ledger"
)

// Bounds of what is read whole; the export itself is read piece by piece.
const (
	maxKey        = 4 << 10
	maxCheckpoint = 1 << 20
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns 0 if all is as it was signed, 1 if not or if it cannot be told, 2 if the arguments make no sense.
func run(args []string, out, problems io.Writer) int {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	flags.SetOutput(problems)
	demo := flags.Bool("demo", false, "make, export and check a small ledger")
	flags.Usage = func() {
		fmt.Fprintln(problems, "usage: verify FILE KEY [CHECKPOINT ...]   or   verify -demo")
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case *demo == (flags.NArg() > 0) || !*demo && flags.NArg() < 2:
		flags.Usage()
		return 2
	}
	var err error
	if *demo {
		err = show(out)
	} else {
		err = check(out, flags.Arg(0), flags.Arg(1), flags.Args()[2:])
	}
	if err != nil {
		fmt.Fprintln(problems, "verify:", err)
		return 1
	}
	return 0
}

func check(out io.Writer, file, key string, checkpoints []string) error {
	if _, err := os.Stat(key); err == nil {
		b, err := readAll(key, maxKey)
		if err != nil {
			return err
		}
		key = string(b)
	}
	var kept [][]byte
	for _, name := range checkpoints {
		b, err := readAll(name, maxCheckpoint)
		if err != nil {
			return err
		}
		kept = append(kept, b)
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
	return err
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
