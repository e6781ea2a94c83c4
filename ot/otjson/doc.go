// Package otjson reads and writes the JSON form of ops and contents: the
// lists of {"insert": …}, {"retain": …} and {"delete": …} that quill-delta
// uses.
//
// Decoding is strict, because what comes in is stored and handed on: whatever
// Decode accepts, every reader of the protocol can read. It never panics, and
// its work and its memory are bounded by the length of its input.
package otjson
