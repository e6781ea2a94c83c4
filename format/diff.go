package format

import (
	"fmt"

	"github.com/coscribe/coscribe/ot"
)

// DiffHTML shows what an op does to a document: the HTML of the content after
// it, what it inserts in ins elements and what it deletes, where that stood, in
// del elements. ¶ in one of them stands for the end of a line that came or
// went. Changed formats are shown as they are afterwards. It fails where the op
// does not fit, and with ErrTooLarge.
func DiffHTML(from ot.Document, op ot.Delta) (string, error) {
	pieces, err := compare(from, op)
	if err != nil {
		return "", fmt.Errorf("compare: %w", err)
	}
	return renderLines(split(pieces))
}

func compare(from ot.Document, op ot.Delta) ([]piece, error) {
	var pieces []piece
	at := 0
	take := func(n int, format *ot.Attributes, m mark) error {
		content, err := from.Slice(at, at+n)
		if err == nil && format != nil {
			content, err = content.Compose(ot.Delta{ot.Retain(n, format)})
		}
		for _, o := range content {
			pieces = append(pieces, piece{o, m})
		}
		at += n
		return err
	}
	for _, o := range op {
		var err error
		switch o.Kind() {
		case ot.RetainKind:
			err = take(o.Len(), o.Attributes(), kept)
		case ot.DeleteKind:
			err = take(o.Len(), nil, deleted)
		default:
			pieces = append(pieces, piece{o, inserted})
		}
		if err != nil {
			return nil, err
		}
	}
	return pieces, take(from.Len()-at, nil, kept)
}
