// Package wire is what travels between an editor and the server: every
// message in both directions, the error and close codes, and the JSON that
// carries them. It decides nothing; rules live with the rooms and sessions.
//
// Decoding is strict where text or operations are concerned (well-formed
// Unicode, no duplicate names, bounded depth) and lenient where the protocol
// asks for it (unknown fields are ignored, null means absent). Encoding
// appends to byte slices, so that one message is encoded once and the same
// bytes are shared by all who get it.
package wire
