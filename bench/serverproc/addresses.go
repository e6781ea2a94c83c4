package serverproc

import (
	"bytes"
	"io"
	"regexp"
)

// addresses passes on what a server prints and finds in it where the server
// listens.
type addresses struct {
	to       io.Writer // nil: nowhere
	profiles bool      // whether profiles are served, too

	line          []byte        // what of a line was there so far; nil when all is found
	all           chan struct{} // closed when all is found
	server, debug string        // read after all
}

var (
	listens = regexp.MustCompile(`\blistens on http://([^ ,]+)|\bmsg"?[=:]"?listening"?[ ,]"?address"?[=:]"?([0-9.:]+)`)
	serves  = regexp.MustCompile(`\bmsg"?[=:]"?profiles"?[ ,]"?address"?[=:]"?([0-9.:]+)`)
)

// Write is called by one goroutine, the one that reads the process's output.
func (a *addresses) Write(p []byte) (int, error) {
	for _, part := range bytes.SplitAfter(p, []byte("\n")) {
		if a.line == nil {
			break
		}
		if a.line = append(a.line, part...); bytes.HasSuffix(part, []byte("\n")) {
			a.read(a.line)
		}
	}
	if a.to == nil {
		return len(p), nil
	}
	return a.to.Write(p)
}

func (a *addresses) read(line []byte) {
	if found := listens.FindSubmatch(line); found != nil {
		a.server = string(found[1]) + string(found[2]) // one of the two
	} else if found := serves.FindSubmatch(line); found != nil {
		a.debug = string(found[1])
	}
	a.line = a.line[:0]
	if a.server != "" && (a.debug != "" || !a.profiles) {
		a.line = nil
		close(a.all)
	}
}
