package docs

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/coscribe/coscribe/ot"
)

// credit says who inserted a piece of text, and in which change.
type credit struct {
	User string
	Rev  int64
	At   time.Time
}

// authorship says for every unit of a content who inserted it. Formatting
// does not change hands.
//
// It is held as a document of the same length in which each piece is marked
// with its credit, so that the engine moves it through changes: what is true
// of the text is true of its authorship.
type authorship struct{ marks ot.Document }

// creditKey is the attribute that holds a credit in marks.
const creditKey = "by"

var filler = strings.Repeat(".", 1024)

func newAuthorship(length int, c credit) authorship {
	var b ot.Builder
	mark(&b, length, c)
	return authorship{mustDocument(b.Delta())}
}

// apply moves the authorship through a change.
func (a authorship) apply(op ot.Delta, c credit) (authorship, error) {
	var b ot.Builder
	for _, part := range op {
		switch part.Kind() {
		case ot.InsertKind, ot.EmbedKind:
			mark(&b, part.Len(), c)
		case ot.DeleteKind:
			b.Delete(part.Len())
		case ot.RetainKind:
			b.Retain(part.Len(), nil)
		}
	}
	marks, err := a.marks.Apply(b.Delta())
	if err != nil {
		return a, fmt.Errorf("authorship of revision %d: %w", c.Rev, err)
	}
	return authorship{marks}, nil
}

func mark(b *ot.Builder, length int, c credit) {
	if length == 0 {
		return
	}
	value, err := ot.ValueOf([]any{c.User, float64(c.Rev), float64(c.At.UnixMilli())})
	if err != nil {
		panic("internal error: a credit has no canonical form: " + err.Error())
	}
	by := ot.MakeAttributes(ot.Attribute{Key: creditKey, Value: value})
	for ; length > 0; length -= len(filler) {
		b.Insert(filler[:min(length, len(filler))], by)
	}
}

// encode returns the authorship as JSON: [[length,[user,rev,milliseconds]],…].
func (a authorship) encode() []byte {
	b := []byte{'['}
	for i, run := range a.marks.Content() {
		if i > 0 {
			b = append(b, ',')
		}
		by, _ := run.Attributes().Get(creditKey)
		b = fmt.Appendf(b, "[%d,%s]", run.Len(), by)
	}
	return append(b, ']')
}

func decodeAuthorship(data []byte) (authorship, error) {
	var runs [][2]json.RawMessage
	if err := json.Unmarshal(data, &runs); err != nil {
		return authorship{}, fmt.Errorf("decode authorship: %w", err)
	}
	var b ot.Builder
	for _, run := range runs {
		var length int
		var by [3]any
		if err := json.Unmarshal(run[0], &length); err != nil {
			return authorship{}, fmt.Errorf("decode authorship: %w", err)
		}
		if err := json.Unmarshal(run[1], &by); err != nil {
			return authorship{}, fmt.Errorf("decode authorship: %w", err)
		}
		user, _ := by[0].(string)
		rev, _ := by[1].(float64)
		at, _ := by[2].(float64)
		mark(&b, length, credit{User: user, Rev: int64(rev), At: time.UnixMilli(int64(at)).UTC()})
	}
	return authorship{mustDocument(b.Delta())}, nil
}

func mustDocument(content ot.Delta) ot.Document {
	doc, err := ot.NewDocument(content)
	if err != nil {
		panic("internal error: not a content: " + err.Error())
	}
	return doc
}
