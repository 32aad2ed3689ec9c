package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

//go:embed assets
var embedded embed.FS

// asset is a file under a name that holds a hash of its content, so that it may be kept for ever.
type asset struct {
	name, kind   string
	plain, small []byte
}

type both struct{ style, script asset }

// assets is made when it is first asked for: a program that serves no page does not pay for it.
var assets = sync.OnceValue(func() both {
	return both{
		style:  load("assets/style.css", "text/css; charset=utf-8"),
		script: load("assets/script.js", "text/javascript; charset=utf-8"),
	}
})

func load(name, kind string) asset {
	b, err := embedded.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	sum := sha256.Sum256(b)
	var small bytes.Buffer
	z, _ := gzip.NewWriterLevel(&small, gzip.BestCompression) // a level there is
	_, _ = z.Write(b)                                         // to memory
	_ = z.Close()
	base, ext, _ := strings.Cut(name, ".")
	return asset{name: base + "." + hex.EncodeToString(sum[:8]) + "." + ext, kind: kind, plain: b, small: small.Bytes()}
}

// serveAsset serves the stylesheet and the script, to anybody: they hold nothing.
func serveAsset(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || !strings.HasPrefix(r.URL.Path, "/assets/") {
		return false
	}
	for _, a := range []asset{assets().style, assets().script} {
		if r.URL.Path != "/"+a.name {
			continue
		}
		h, b := w.Header(), a.plain
		h.Del("Set-Cookie") // of a middleware that renews sessions: caches would hand it to everybody
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			b = a.small
		}
		h.Set("Content-Length", strconv.Itoa(len(b)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(b) // the reader has gone: nobody to tell
		}
		return true
	}
	return false
}
