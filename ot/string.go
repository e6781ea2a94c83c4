package ot

import (
	"fmt"
	"strings"
)

// String describes the delta for people: +"text" for an insert, +{key:value}
// for an embed, =3 for a retain, -3 for a delete, with attributes behind.
func (d Delta) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for i, op := range d {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(op.String())
	}
	b.WriteByte(']')
	return b.String()
}

// String describes the component as Delta.String does.
func (o Op) String() string {
	text := ""
	switch o.kind {
	case InsertKind:
		text = fmt.Sprintf("+%q", o.text)
	case EmbedKind:
		text = fmt.Sprintf("+{%q:%s}", o.embed.Key, o.embed.Value)
	case RetainKind:
		text = fmt.Sprintf("=%d", o.n)
	case DeleteKind:
		text = fmt.Sprintf("-%d", o.n)
	}
	if o.attrs != nil {
		text += string(o.attrs.json)
	}
	return text
}
