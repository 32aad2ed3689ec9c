package ledger_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/fairlead-go/fairlead/ledger"
)

func ExampleOpen() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "ledger")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	db, err := sql.Open("sqlite", filepath.Join(dir, "evidence.db")) // your driver, your pool
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	secret := []byte("32 random bytes from your vault.")
	log, err := ledger.Open(ctx, db, &ledger.Options{Secret: secret})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer log.Close()
	seq, err := log.Append(ctx, ledger.Entry{Stream: "shop", Kind: "shop.ordered", Subject: "c-17", Body: []byte("tea")})
	fmt.Println(seq, err)
	// Output: 1 <nil>
}

func ExampleLedger_Erase() {
	ctx := context.Background()
	log := ledger.Memory(nil)
	_, _ = log.Append(ctx, ledger.Entry{Stream: "shop", Kind: "shop.ordered", Subject: "c-17", Body: []byte("tea")})
	_, _ = log.Append(ctx, ledger.Entry{Stream: "claims", Kind: "claims.filed", Subject: "c-17", Body: []byte("broken cup")})
	done, _ := log.Erase(ctx, "c-17", ledger.Keep{
		Stream: "claims", Until: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), Why: "defence of a legal claim",
	})
	fmt.Println("erased:", done.Bodies, "kept:", done.Kept[0].Bodies, done.Kept[0].Why)
	for e := range log.Find(ctx, "c-17") {
		fmt.Println(e)
	}
	// Output:
	// erased: 1 kept: 1 defence of a legal claim
	// ledger.Entry(2 claims claims.filed)
}

func ExampleLedger_Prove() {
	ctx := context.Background()
	log := ledger.Memory(nil)
	seq, _ := log.Append(ctx, ledger.Entry{Stream: "shop", Kind: "shop.ordered", Public: []byte("order 9")})
	proof, _ := log.Prove(ctx, seq)
	fmt.Println(proof.Check(log.PublicKey())) // anywhere, without the log
	proof.Envelope[9]++
	fmt.Println(proof.Check(log.PublicKey()))
	// Output:
	// <nil>
	// ledger: tampered with (check) at 1: the entry is not in the log that was signed
}

func ExampleVerifyExport() {
	ctx := context.Background()
	log := ledger.Memory(nil)
	_, _ = log.Append(ctx, ledger.Entry{Stream: "shop", Kind: "shop.ordered", Subject: "c-17", Body: []byte("tea")})
	kept, _ := log.Checkpoint(ctx) // somebody else keeps this
	_, _ = log.Append(ctx, ledger.Entry{Stream: "shop", Kind: "shop.ordered", Subject: "c-18", Body: []byte("cake")})
	var file bytes.Buffer
	_ = log.Export(ctx, &file)
	report, err := ledger.VerifyExport(&file, log.PublicKey(), kept)
	fmt.Println(report.Entries, report.Covered, report.Trusted, err)
	// Output: 2 2 1 <nil>
}
