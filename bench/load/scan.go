package main

import (
	"bytes"
	"fmt"
	"strconv"
)

// The load's own cost has to be low, so most frames are not parsed, only
// looked through for their revisions. None of the load's ops holds a key "rev"
// of its own.
var (
	changesMark  = []byte(`{"t":"changes"`)
	presenceMark = []byte(`{"t":"presence"`)
	openedMark   = []byte(`{"t":"opened"`)
	helloMark    = []byte(`{"t":"hello"`)
	pongMark     = []byte(`{"t":"pong"`)
	revMark      = []byte(`"rev":`)
)

// kind tells what a frame is by its beginning.
type kind int

const (
	other kind = iota
	changes
	presence
	opened
	hello
	pong
)

func kindOf(frame []byte) kind {
	switch {
	case bytes.HasPrefix(frame, changesMark):
		return changes
	case bytes.HasPrefix(frame, presenceMark):
		return presence
	case bytes.HasPrefix(frame, openedMark):
		return opened
	case bytes.HasPrefix(frame, helloMark):
		return hello
	case bytes.HasPrefix(frame, pongMark):
		return pong
	}
	return other
}

// advance returns the revision after a changes frame that has to begin right
// after rev and to be gapless.
func advance(frame []byte, rev int64) (int64, error) {
	start := rev
	for rest := frame; ; {
		i := bytes.Index(rest, revMark)
		if i < 0 {
			break
		}
		rest = rest[i+len(revMark):]
		if n := number(rest); n != rev+1 {
			return rev, fmt.Errorf("revision %d follows %d", n, rev)
		}
		rev++
	}
	if rev == start {
		return rev, fmt.Errorf("no revision in %.200q", frame)
	}
	return rev, nil
}

// firstRev returns the first revision named in a frame.
func firstRev(frame []byte) (int64, error) {
	i := bytes.Index(frame, revMark)
	if i < 0 {
		return 0, fmt.Errorf("no revision in %.200q", frame)
	}
	return number(frame[i+len(revMark):]), nil
}

// number reads the digits at the beginning; -1 where there are none.
func number(b []byte) int64 {
	end := 0
	for end < len(b) && b[end] >= '0' && b[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(string(b[:end]), 10, 64)
	if err != nil {
		return -1
	}
	return n
}
