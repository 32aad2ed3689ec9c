package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// bar shows how far the loading has come: a bar on a terminal, and elsewhere a line for each quarter.
func bar(w io.Writer) func(of, all int) {
	const width = 40
	f, ok := w.(*os.File)
	terminal := false
	if ok {
		info, err := f.Stat()
		terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	var mu sync.Mutex
	shown := 0
	return func(of, all int) {
		mu.Lock()
		defer mu.Unlock()
		parts := width
		if !terminal {
			parts = 4
		}
		part := of * parts / all
		if part <= shown { // told by several goroutines, perhaps late
			return
		}
		shown = part
		if !terminal {
			fmt.Fprintf(w, "loading the demo data: %d of %d applicants\n", of, all)
			return
		}
		fmt.Fprintf(w, "\rloading the demo data [%s%s] %4d of %d", strings.Repeat("=", part), strings.Repeat(" ", width-part), of, all)
		if part == width {
			fmt.Fprintln(w)
		}
	}
}
