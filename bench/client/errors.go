package client

import (
	"errors"
	"fmt"
)

// Code is an error code of the protocol.
type Code string

// The codes that this client tells apart; others pass through as they are.
const (
	CodeUnauthorized Code = "unauthorized"
	CodeTokenExpired Code = "token_expired"
	CodeForbidden    Code = "forbidden"
	CodeNotFound     Code = "not_found"
	CodeInvalidOp    Code = "invalid_op"
	CodeStale        Code = "stale"
	CodeClientTaken  Code = "client_taken"
	CodeReplaced     Code = "replaced"
	CodeTooLarge     Code = "too_large"
	CodeRateLimited  Code = "rate_limited"
	CodeUnavailable  Code = "unavailable"
	CodeClosing      Code = "closing"
	CodeInternal     Code = "internal"
)

// Errors of the client itself.
var (
	// ErrNotOpen: the document is not open, so it cannot be edited.
	ErrNotOpen = errors.New("document is not open")
	// ErrReadOnly: the session may read the document but not write it.
	ErrReadOnly = errors.New("document is read-only")
	// ErrTooLarge: the op alone would not fit into one message (S8).
	ErrTooLarge = errors.New("op is larger than a message may be")
	// ErrNotConnected: there is no connection just now.
	ErrNotConnected = errors.New("not connected")
	// ErrClosed: the client was closed, or the document left.
	ErrClosed = errors.New("closed")
)

// Error is an answer of the server that refuses something.
type Error struct {
	Code    Code
	Message string
	Doc     string // empty where it concerns the connection
	Seq     int64  // 0 where it concerns no op
}

func (e *Error) Error() string {
	switch {
	case e.Seq != 0:
		return fmt.Sprintf("server refused op %d of %s: %s: %s", e.Seq, e.Doc, e.Code, e.Message)
	case e.Doc != "":
		return fmt.Sprintf("server refused %s: %s: %s", e.Doc, e.Code, e.Message)
	default:
		return fmt.Sprintf("server refused: %s: %s", e.Code, e.Message)
	}
}

// unknownFate reports whether what was refused may have happened all the same,
// or may succeed later (S2).
func (e *Error) unknownFate() bool {
	switch e.Code {
	case CodeRateLimited, CodeUnavailable, CodeClosing, CodeInternal:
		return true
	}
	return false
}

// CodeOf returns the protocol code that err carries, or "".
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// ViolationError reports that the server broke a rule of the protocol.
type ViolationError struct {
	Rule string // the rule's name in PROTOCOL.md
	Text string // what was seen
}

func (e *ViolationError) Error() string {
	return "server broke " + e.Rule + ": " + e.Text
}

func violation(rule, format string, args ...any) error {
	return &ViolationError{Rule: rule, Text: fmt.Sprintf(format, args...)}
}
