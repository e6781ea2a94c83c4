package ot

import "fmt"

// Type is the type of a document.
type Type uint8

// The types.
const (
	RichText Type = iota + 1 // text with attributes and embeds
	Text                     // plain text
)

// ParseType returns the type of that name: "rich-text" or "text".
func ParseType(name string) (Type, error) {
	switch name {
	case "rich-text":
		return RichText, nil
	case "text":
		return Text, nil
	}
	return 0, fmt.Errorf("%w %q", ErrUnknownType, name)
}

// String returns the name that ParseType knows.
func (t Type) String() string {
	switch t {
	case RichText:
		return "rich-text"
	case Text:
		return "text"
	}
	return "unknown"
}

// Initial is how a document of this type begins: a rich-text with a newline,
// which an editor expects, a text empty.
func (t Type) Initial() Document {
	if t == RichText {
		return newline
	}
	return Document{}
}

var newline, _ = NewDocument(Delta{Insert("\n", nil)})

// Check reports whether a document of this type may hold what d brings. A
// text takes neither attributes nor embeds: ErrNotText.
func (t Type) Check(d Delta) error {
	if t != Text {
		return nil
	}
	for i, op := range d {
		if op.kind == EmbedKind {
			return fmt.Errorf("component %d: %w: an embed", i, ErrNotText)
		}
		if op.attrs != nil {
			return fmt.Errorf("component %d: %w: attributes", i, ErrNotText)
		}
	}
	return nil
}
