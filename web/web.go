// Package web serves the demo: a list of documents and a page on which people
// edit one together; and /coscribe.js, the client for a script tag. All of it is
// built from web/src and client-js into web/dist by `npm run build`; dist is
// committed and embedded, so the server builds with Go alone.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed dist
var dist embed.FS

// policy lets a page use what this server serves and nothing else. Quill needs
// data: for images that stand in a document.
const policy = "default-src 'self'; img-src 'self' data:; object-src 'none'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// contentTypes are fixed here: those that the system knows differ from one
// machine to the next.
var contentTypes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".txt":  "text/plain; charset=utf-8",
}

// file is one built file, ready to be sent.
type file struct {
	body        []byte
	contentType string
	etag        string
	cache       string
}

// Handler serves the demo: the list at /, a document at /d/{id}, what they
// need under /assets/, and the client at /coscribe.js. Everything else is a page that says so, with 404. It
// sets no cookies. Safe for concurrent use.
func Handler() http.Handler {
	files := load(dist)
	mux := http.NewServeMux()
	for name, f := range files {
		switch name {
		case "index.html":
			mux.Handle("GET /{$}", f)
		case "document.html":
			mux.Handle("GET /d/{id}", f)
		case "404.html":
		default:
			mux.Handle("GET /"+name, f)
		}
	}
	mux.Handle("/", notFound(files["404.html"]))
	return guard(mux)
}

// load reads the built files. They are part of the program: where one is not
// as it should be, the build is broken and not the moment.
func load(dist fs.FS) map[string]file {
	files := make(map[string]file)
	err := fs.WalkDir(dist, "dist", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		contentType, known := contentTypes[path.Ext(name)]
		if !known {
			return fmt.Errorf("%s has no content type", name)
		}
		name = strings.TrimPrefix(name, "dist/")
		sum := sha256.Sum256(body)
		f := file{body: body, contentType: contentType, etag: `"` + hex.EncodeToString(sum[:8]) + `"`, cache: "no-cache"}
		if strings.HasPrefix(name, "assets/") {
			f.cache = "public, max-age=31536000, immutable" // the name has a hash of the content
		}
		files[name] = f
		return nil
	})
	if err != nil {
		panic("internal error: the built demo: " + err.Error())
	}
	return files
}

func (f file) setHeader(h http.Header) {
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", f.cache)
}

func (f file) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.setHeader(w.Header())
	w.Header().Set("ETag", f.etag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.body))
}

func notFound(f file) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		f.setHeader(w.Header())
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write(f.body) // the reader may have gone
	}
}

// guard sets what holds for every answer.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}
