package ot

import "errors"

// What can be wrong with an op or a document. Test with errors.Is; the
// messages around them say where.
var (
	// ErrPastEnd: the op retains or deletes more than the document has.
	ErrPastEnd = errors.New("past the end of the document")
	// ErrSplitsSurrogate: a boundary of the op lies inside a surrogate pair,
	// that is between the two UTF-16 code units of one character.
	ErrSplitsSurrogate = errors.New("inside a surrogate pair")
	// ErrNotContent: a content holds something else than inserts.
	ErrNotContent = errors.New("not a content: only inserts make one")
	// ErrNotText: attributes or embeds where only plain text may stand.
	ErrNotText = errors.New("not plain text")
	// ErrUnknownType: the name is no document type.
	ErrUnknownType = errors.New("unknown document type")
	// ErrValue: a Go value has no JSON form.
	ErrValue = errors.New("not a JSON value")
)
