// Command falsealarms counts what a zero pii.Scanner finds in directories of
// ordinary text and source code, where there should be next to nothing, and
// prints hits per megabyte by kind with a few examples.
//
//	go run ./privacy/pii/internal/falsealarms "$(go env GOROOT)"
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fairlead-go/fairlead/privacy/pii"
)

// samples is how many examples of a kind are kept.
const samples = 5

type tally struct {
	n        int
	examples []string
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "falsealarms: name at least one directory to read")
		os.Exit(2)
	}
	var s pii.Scanner
	bytes, kinds := 0, map[pii.Kind]*tally{}
	for _, root := range os.Args[1:] {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !slices.Contains([]string{".go", ".md", ".txt", ".s", ".c", ".h", ".html"}, filepath.Ext(path)) {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil || !utf8.Valid(b) {
				return err
			}
			bytes += len(b)
			count(&s, string(b), kinds)
			return nil
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, "falsealarms:", err)
			os.Exit(1)
		}
	}
	print(bytes, kinds)
}

func count(s *pii.Scanner, text string, kinds map[pii.Kind]*tally) {
	for _, f := range s.Scan(nil, text) {
		t := kinds[f.Kind]
		if t == nil {
			t = &tally{}
			kinds[f.Kind] = t
		}
		t.n++
		if len(t.examples) < samples && !slices.Contains(t.examples, text[f.Start:f.End]) {
			t.examples = append(t.examples, text[f.Start:f.End])
		}
	}
}

// open kinds are in source code because people write them there.
var open = []pii.Kind{pii.URL, pii.EmailAddress, pii.IPAddress, "MAC_ADDRESS", "PRIVATE_KEY"}

func print(bytes int, kinds map[pii.Kind]*tally) {
	if bytes == 0 {
		fmt.Fprintln(os.Stderr, "falsealarms: no text found")
		os.Exit(1)
	}
	mb := float64(bytes) / 1e6
	checked := 0
	names := make([]pii.Kind, 0, len(kinds))
	for k, t := range kinds {
		names = append(names, k)
		if !slices.Contains(open, k) {
			checked += t.n
		}
	}
	slices.SortFunc(names, func(a, b pii.Kind) int { return kinds[b].n - kinds[a].n })
	fmt.Printf("%.1f MB read\n", mb)
	for _, k := range names {
		t := kinds[k]
		fmt.Printf("%-26s %6d  %8.3f/MB  %s\n", k, t.n, float64(t.n)/mb, strings.ReplaceAll(fmt.Sprintf("%.100q", t.examples), "\n", " "))
	}
	fmt.Printf("all but %v: %.3f/MB\n", open, float64(checked)/mb)
}
