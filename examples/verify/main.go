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

func main() {
	demo := flag.Bool("demo", false, "make, export and check a small ledger")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: verify FILE KEY [CHECKPOINT ...]   or   verify -demo")
	}
	flag.Parse()
	err := error(nil)
	switch {
	case *demo:
		err = show(os.Stdout)
	case flag.NArg() < 2:
		flag.Usage()
		os.Exit(2)
	default:
		err = check(os.Stdout, flag.Arg(0), flag.Arg(1), flag.Args()[2:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify:", err)
		os.Exit(1)
	}
}

func check(out io.Writer, file, key string, checkpoints []string) error {
	if b, err := os.ReadFile(key); err == nil {
		key = string(b)
	}
	var kept [][]byte
	for _, name := range checkpoints {
		b, err := os.ReadFile(name)
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
	if err != nil && !errors.Is(err, ledger.ErrTampered) {
		return err
	}
	fmt.Fprint(out, report)
	return err
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
