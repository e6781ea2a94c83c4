package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf16"
)

// The update format of Yjs (its version 1), as far as letters that are inserted
// into one text need it: client by client, runs of structs, each of them a
// string with the letters that it was put between.

const (
	yCollected   = 0    // kinds of structs: forgotten,
	yDeleted     = 1    // deleted,
	yString      = 4    // text
	yOrigin      = 0x80 // it tells what it stands behind
	yRightOrigin = 0x40 // and before
)

func appendUint(b []byte, n uint64) []byte { return binary.AppendUvarint(b, n) }

func appendString(b []byte, s string) []byte {
	return append(appendUint(b, uint64(len(s))), s...)
}

func appendBytes(b, data []byte) []byte {
	return append(appendUint(b, uint64(len(data))), data...)
}

// firstUpdate is the update that makes a document of a text.
func firstUpdate(text string) []byte {
	b := []byte{1, 1} // one client, one struct
	b = appendUint(b, author)
	b = append(b, 0, yString, 1) // its clock; the struct; its parent is named
	b = appendString(b, "text")
	b = appendString(b, text)
	return append(b, 0) // nothing deleted
}

// appendLetter appends the update that inserts one letter before the one at a
// place of what the document was to begin with.
func appendLetter(b []byte, client, clock, at uint64) []byte {
	b = append(b, 1, 1)
	b = appendUint(b, client)
	b = appendUint(b, clock)
	b = append(b, yString|yOrigin|yRightOrigin)
	b = appendUint(b, author)
	b = appendUint(b, at-1)
	b = appendUint(b, author)
	b = appendUint(b, at)
	b = appendString(b, "x")
	return append(b, 0)
}

// known is how many letters of each client a member has: Yjs's clocks.
type known map[uint64]uint64

// add takes an update and returns how many letters it brought that were not
// there yet, and whether some of them are the client's own. Each op inserts one.
func (k known) add(update []byte, own uint64) (letters int64, mine bool, err error) {
	in := yReader{rest: update}
	for range in.uint() {
		structs := in.uint()
		client := in.uint()
		clock := in.uint()
		for range structs {
			n, err := in.letters()
			if err != nil {
				return 0, false, err
			}
			clock += n
		}
		if have := k[client]; clock > have {
			k[client] = clock
			letters += int64(clock - have)
			mine = mine || client == own
		}
	}
	return letters, mine, in.err
}

// letters reads a struct and returns how many UTF-16 code units it stands for.
func (r *yReader) letters() (uint64, error) {
	info := r.byte()
	kind := info & 0x1f
	if r.err != nil || kind == yCollected {
		return r.uint(), r.err
	}
	for _, origin := range []byte{yOrigin, yRightOrigin} {
		if info&origin != 0 {
			r.uint()
			r.uint()
		}
	}
	if info&(yOrigin|yRightOrigin) == 0 {
		if r.uint() == 1 {
			r.string()
		} else {
			r.uint()
			r.uint()
		}
	}
	switch kind {
	case yDeleted:
		return r.uint(), r.err
	case yString:
		var units uint64
		for _, letter := range r.string() {
			units += uint64(utf16.RuneLen(letter))
		}
		return units, r.err
	}
	return 0, fmt.Errorf("a struct of kind %d", kind)
}

// yReader reads the variable-length numbers and strings of Yjs.
type yReader struct {
	rest []byte
	err  error
}

var errShort = errors.New("the message ends too soon")

func (r *yReader) uint() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.err, r.rest = errShort, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *yReader) byte() byte {
	if len(r.rest) == 0 {
		r.err = errShort
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *yReader) bytes() []byte {
	n := r.uint()
	if uint64(len(r.rest)) < n {
		r.err = errShort
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *yReader) string() string { return string(r.bytes()) }
