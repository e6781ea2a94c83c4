package wire

import "fmt"

// Code names what went wrong, for programs. Codes are part of the protocol
// and never change their meaning.
type Code string

// The codes, in the order of the protocol's list.
const (
	BadMessage    Code = "bad_message"
	HelloRequired Code = "hello_required"
	Unauthorized  Code = "unauthorized"
	TokenExpired  Code = "token_expired"
	Forbidden     Code = "forbidden"
	NotFound      Code = "not_found"
	BadDocumentID Code = "bad_document_id"
	InvalidOp     Code = "invalid_op"
	BadRevision   Code = "bad_revision"
	Stale         Code = "stale"
	SeqGap        Code = "seq_gap"
	ClientTaken   Code = "client_taken"
	Replaced      Code = "replaced"
	TooLarge      Code = "too_large"
	RateLimited   Code = "rate_limited"
	Unavailable   Code = "unavailable"
	Closing       Code = "closing"
	Internal      Code = "internal"
)

// Close codes of the WebSocket, with what a client does about them.
const (
	CloseDraining        = 1001 // come back at a random moment within the time told
	CloseTooBig          = 1009 // do not send that message again
	CloseOverloaded      = 1013 // come back later
	CloseBadProtocol     = 4400 // not this protocol
	CloseUnauthenticated = 4401 // come back with another token
	CloseForbidden       = 4403 // not allowed
	CloseNoHello         = 4408 // no hello in time
	CloseReplaced        = 4409 // do not come back with this client id
)

// Error is an answer that refuses something. Message is for people and may
// change; it never holds document text or tokens.
type Error struct {
	Code    Code
	Message string
	Doc     string // empty where it concerns no document
	Seq     int64  // 0 where it concerns no op
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Errorf makes an Error.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// About returns the error as one that concerns a document and, unless seq is
// 0, one op of it.
func (e *Error) About(doc string, seq int64) *Error {
	about := *e
	about.Doc, about.Seq = doc, seq
	return &about
}
