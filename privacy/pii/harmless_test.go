package pii

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// TestHarmlessNumbersAreNotReported draws what fills logs, tickets and source
// code and is nobody's.
func TestHarmlessNumbersAreNotReported(t *testing.T) {
	r := rand.New(rand.NewPCG(74, 4))
	hex := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "0123456789abcdef"[r.IntN(16)]
		}
		return string(b)
	}
	moment := func() time.Time { return time.Unix(946684800+r.Int64N(1<<30), r.Int64N(1e9)).UTC() }
	draws := map[string]func() string{
		"UUID":         func() string { return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12) },
		"MD5":          func() string { return hex(32) },
		"SHA-1":        func() string { return hex(40) },
		"SHA-256":      func() string { return "sha256:" + hex(64) },
		"short commit": func() string { return hex(7) + " " + hex(12) },
		"RFC 3339":     func() string { return moment().Format(time.RFC3339Nano) },
		"log time":     func() string { return moment().Format("2006/01/02 15:04:05.000000") },
		"Unix seconds": func() string { return fmt.Sprint(moment().Unix()) },
		"Unix millis":  func() string { return fmt.Sprint(moment().UnixMilli()) },
		"version": func() string {
			return fmt.Sprintf("v%d.%d.%d-rc.%d+build.%d", r.IntN(30), r.IntN(30), r.IntN(99), r.IntN(9), r.IntN(9999))
		},
		"coordinates": func() string { return fmt.Sprintf("%.6f, %.6f", r.Float64()*180-90, r.Float64()*360-180) },
		"amount": func() string {
			return fmt.Sprintf("EUR %d,%03d,%03d.%02d", r.IntN(999), r.IntN(1000), r.IntN(1000), r.IntN(100))
		},
		"order":      func() string { return fmt.Sprintf("order %d", 10000000+r.IntN(1e9)) },
		"long order": func() string { return fmt.Sprintf("order %d", 1000000000+r.IntN(9e9)) },
		"ticket":     func() string { return fmt.Sprintf("#%d and ORD-%d-%06d", r.IntN(1e8), 2000+r.IntN(30), r.IntN(1e6)) },
		"part number": func() string {
			return []string{"C4", "S3", "EKS", "EC2", "m5.24xlarge", "RTX 4090", "A380-800", "M8x40", "IPv6", "H264", "ISO 9001", "RFC 5321"}[r.IntN(12)]
		},
		"dimensions": func() string { return fmt.Sprintf("%dx%dx%d mm", r.IntN(3000), r.IntN(3000), r.IntN(3000)) },
		"time span": func() string {
			return fmt.Sprintf("%02d:%02d:%02d - %02d:%02d", r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(24), r.IntN(60))
		},
		"address in memory": func() string {
			return fmt.Sprintf("0x%012x +0x%x", r.Int64N(1<<47), r.IntN(1<<12))
		},
	}
	var s Scanner
	var dst []Finding
	for name, draw := range draws {
		for range 3000 {
			text := "see " + draw() + " there"
			if dst = s.Scan(dst[:0], text); len(dst) > 0 {
				t.Errorf("%s: %s %.1f in %q", name, dst[0].Kind, dst[0].Score, text)
				break
			}
		}
	}
}
