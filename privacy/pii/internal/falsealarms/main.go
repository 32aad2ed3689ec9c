// Command falsealarms counts what a zero pii.Scanner finds in directories of
// ordinary text and source code, where there should be next to nothing, and
// prints hits per megabyte by kind with a few examples.
//
//	go run ./privacy/pii/internal/falsealarms -readmes "$(go env GOMODCACHE)" "$(go env GOROOT)"
package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fairlead-go/fairlead/privacy/pii"
)

var (
	samples = flag.Int("samples", 5, "how many examples of a kind are shown")
	readmes = flag.String("readmes", "", "a further directory, of which only the READMEs are read")
)

type tally struct {
	n        int
	examples []string
}

func main() {
	flag.Parse()
	if flag.NArg() == 0 && *readmes == "" {
		fmt.Fprintln(os.Stderr, "falsealarms: name at least one directory to read")
		os.Exit(2)
	}
	r := reader{kinds: map[pii.Kind]*tally{}}
	for _, root := range flag.Args() {
		r.read(root, func(name string) bool {
			return slices.Contains([]string{".go", ".md", ".txt", ".s", ".c", ".h", ".html"}, filepath.Ext(name))
		})
	}
	if *readmes != "" {
		r.read(*readmes, func(name string) bool { return strings.HasPrefix(strings.ToUpper(name), "README") })
	}
	print(r.bytes, r.kinds)
}

// reader counts what a Scanner finds in files.
type reader struct {
	scanner pii.Scanner
	bytes   int
	kinds   map[pii.Kind]*tally
}

// read reads the files under root whose name is wanted.
func (r *reader) read(root string, wanted func(name string) bool) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !wanted(d.Name()) {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || !utf8.Valid(b) {
			return err
		}
		r.bytes += len(b)
		r.count(string(b))
		return nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "falsealarms:", err)
		os.Exit(1)
	}
}

func (r *reader) count(text string) {
	for _, f := range r.scanner.Scan(nil, text) {
		t := r.kinds[f.Kind]
		if t == nil {
			t = &tally{}
			r.kinds[f.Kind] = t
		}
		t.n++
		if len(t.examples) < *samples && !slices.Contains(t.examples, text[f.Start:f.End]) {
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
		fmt.Printf("%-26s %6d  %8.3f/MB  %s\n", k, t.n, float64(t.n)/mb, strings.ReplaceAll(fmt.Sprintf("%.60q", t.examples), "\n", " "))
	}
	fmt.Printf("all but %v: %.3f/MB\n", open, float64(checked)/mb)
}
