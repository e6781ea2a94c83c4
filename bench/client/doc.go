// Package client is a Go client of the Coscribe protocol, for the project's
// own tests, its load generator and its trace typist.
//
// It is written from PROTOCOL.md alone and shares no code with the server
// beyond the delta engine, so that a misreading of the protocol on one side
// shows as a disagreement between the two. Rule names in comments (S1, P5 …)
// are those of PROTOCOL.md.
//
// [State] is the client's half of the protocol for one document: a plain
// value, fed by local edits and by what the server says, with no socket, clock
// or goroutine in it. [Client] is the connection around it: it dials, says
// hello, opens and resumes documents, and hands what it reads to their states.
// [REST] reads documents by the other way in, to compare.
//
// The client is strict. Whatever the server sends is held against the rules of
// the stream, and the first breach is a [ViolationError] that ends the
// document: this client is there to find faults, not to hide them.
//
// Lengths and offsets are UTF-16 code units, as everywhere in the protocol.
package client
