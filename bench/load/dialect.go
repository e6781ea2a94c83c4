package main

import "context"

// dialect is how one member speaks with one kind of server. The goroutine that
// reads for the member calls join and receive, the one that writes op and
// cursor.
type dialect interface {
	// join connects, opens the document and returns when its content was there.
	join(ctx context.Context, m *member, base string) error
	// receive looks at a frame: what it delivers, and whether it acknowledges
	// the op in flight.
	receive(m *member, frame []byte) (news, error)
	// op appends a message with an op: one letter at a random place of what
	// the document was to begin with, which is still there, as nothing is ever
	// deleted.
	op(m *member, b []byte) []byte
	// cursor appends a message that moves the member's cursor to a random place.
	cursor(m *member, b []byte) []byte
}

// news is what a frame tells.
type news struct {
	ops  int64 // committed ones, that the member had not been told before
	mine bool  // the op in flight is acknowledged
}

// server is a running server under measure, on an empty database.
type server interface {
	usage
	// speak returns the dialect of a new member.
	speak() dialect
	// create makes a document of that text.
	create(ctx context.Context, doc, text string) error
	// fill makes a document with the history of a trace; where documents are
	// kept in a database, it may write there what the server would have.
	fill(ctx context.Context, trace, database, doc string) error
	// meet lets two clients make so many edits each, one of them offline, and
	// returns how many milliseconds pass from when that one comes back until
	// both have everything and it is acknowledged.
	meet(ctx context.Context, doc string, edits int) (float64, error)
	// length is how long a document is, in UTF-16 code units; 0 if there is none.
	length(ctx context.Context, doc string) (int, error)
	// collect makes the server collect its garbage.
	collect(ctx context.Context) error
	// verify holds the documents against what was acknowledged. Everyone has
	// been told of everything by now.
	verify(ctx context.Context, t *trial) error
}
