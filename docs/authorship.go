package docs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coscribe/coscribe/ot"
)

// credit says who inserted a piece of text, and in which change.
type credit struct {
	User string
	Rev  int64
	At   time.Time
}

// stretch is a piece of content that one change inserted.
type stretch struct {
	length int
	offset int // in all that the change inserted: with rev the name of a unit for good
	user   int // index of authorship.users
	rev    int64
	at     int64 // milliseconds since 1970
}

// authorship says for every unit of a content who inserted it. Formatting
// does not change hands. It lives while a snapshot is written and belongs to
// whoever writes it.
//
// Stretches stand in blocks of bounded size with their lengths beside them,
// so that an edit touches one block and looks at the lengths of the others.
type authorship struct {
	users   []string
	numbers map[string]int // of users
	blocks  []block
}

type block struct {
	length int
	list   []stretch
}

// maxBlock is how many stretches a block has before it is split.
const maxBlock = 512

func newAuthorship(length int, c credit) *authorship {
	a := &authorship{numbers: make(map[string]int)}
	a.insert(0, length, a.stretch(c))
	return a
}

// apply moves the authorship through a change.
func (a *authorship) apply(op ot.Delta, c credit) {
	by := a.stretch(c)
	at := 0
	for _, part := range op {
		switch part.Kind() {
		case ot.InsertKind, ot.EmbedKind:
			a.insert(at, part.Len(), by)
			at += part.Len()
			by.offset += part.Len()
		case ot.RetainKind:
			at += part.Len()
		case ot.DeleteKind:
			a.remove(at, part.Len())
		}
	}
}

func (a *authorship) stretch(c credit) stretch {
	return stretch{user: a.number(c.User), rev: c.Rev, at: c.At.UnixMilli()}
}

func (a *authorship) number(user string) int {
	n, known := a.numbers[user]
	if !known {
		n = len(a.users)
		a.users = append(a.users, user)
		a.numbers[user] = n
	}
	return n
}

func (a *authorship) insert(at, length int, s stretch) {
	if length == 0 {
		return
	}
	s.length = length
	if len(a.blocks) == 0 {
		a.blocks = []block{{length: length, list: []stretch{s}}}
		return
	}
	n, at := a.find(at)
	b := &a.blocks[n]
	b.list = slices.Insert(b.list, b.cut(at), s)
	b.length += length
	if len(b.list) > maxBlock {
		a.split(n)
	}
}

func (a *authorship) remove(at, length int) {
	for length > 0 {
		n, at := a.find(at)
		if at == a.blocks[n].length { // what goes begins with the next block
			n, at = n+1, 0
		}
		b := &a.blocks[n]
		take := min(length, b.length-at)
		from := b.cut(at)
		b.list = slices.Delete(b.list, from, b.cut(at+take))
		b.length -= take
		length -= take
		if b.length == 0 {
			a.blocks = slices.Delete(a.blocks, n, n+1)
		}
	}
}

// find returns the block in which, or at whose end, an offset lies, and the
// offset in it.
func (a *authorship) find(at int) (n, rest int) {
	for ; n < len(a.blocks)-1 && at > a.blocks[n].length; n++ {
		at -= a.blocks[n].length
	}
	return n, at
}

// cut makes an offset the beginning of a stretch and returns which.
func (b *block) cut(at int) int {
	for i := range b.list {
		length := b.list[i].length
		if at == 0 {
			return i
		}
		if at < length {
			rest := b.list[i]
			rest.length -= at
			rest.offset += at
			b.list[i].length = at
			b.list = slices.Insert(b.list, i+1, rest)
			return i + 1
		}
		at -= length
	}
	return len(b.list)
}

func (a *authorship) split(n int) {
	list := a.blocks[n].list
	half := len(list) / 2
	back := block{list: slices.Clone(list[half:])}
	for _, s := range back.list {
		back.length += s.length
	}
	a.blocks[n].list = list[:half]
	a.blocks[n].length -= back.length
	a.blocks = slices.Insert(a.blocks, n+1, back)
}

// length is how many units the authorship covers.
func (a *authorship) length() (units int) {
	for _, b := range a.blocks {
		units += b.length
	}
	return units
}

// stretches returns all of them, in order.
func (a *authorship) stretches() []stretch {
	all := make([]stretch, 0, a.pieces())
	for _, b := range a.blocks {
		all = append(all, b.list...)
	}
	return all
}

func (a *authorship) pieces() (n int) {
	for _, b := range a.blocks {
		n += len(b.list)
	}
	return n
}

// authorshipFormat marks how encode writes an authorship down.
const authorshipFormat = 2

// encode returns the format's mark, the users, and the stretches; revisions
// and times as differences from the one before. The lowest bit of a length says
// whether an offset other than 0 follows. All numbers are varints.
func (a *authorship) encode() []byte {
	b := []byte{authorshipFormat}
	b = binary.AppendUvarint(b, uint64(len(a.users)))
	for _, user := range a.users {
		b = binary.AppendUvarint(b, uint64(len(user)))
		b = append(b, user...)
	}
	var last stretch
	for _, block := range a.blocks {
		for _, s := range block.list {
			if s.offset == 0 {
				b = binary.AppendUvarint(b, uint64(s.length)<<1)
			} else {
				b = binary.AppendUvarint(b, uint64(s.length)<<1|1)
				b = binary.AppendUvarint(b, uint64(s.offset))
			}
			b = binary.AppendUvarint(b, uint64(s.user))
			b = binary.AppendVarint(b, s.rev-last.rev)
			b = binary.AppendVarint(b, s.at-last.at)
			last = s
		}
	}
	return b
}

var errAuthorship = errors.New("the stored authorship cannot be read")

func decodeAuthorship(data []byte) (*authorship, error) {
	if len(data) == 0 || data[0] != authorshipFormat {
		return nil, fmt.Errorf("%w: unknown format", errAuthorship)
	}
	r := varints{data: data[1:]}
	a := &authorship{numbers: make(map[string]int)}
	for n := r.count(); n > 0 && !r.bad; n-- {
		a.number(r.text())
	}
	var last stretch
	for len(r.data) > 0 && !r.bad {
		length, offset := r.count(), 0
		if length&1 == 1 {
			offset = r.count()
		}
		last = stretch{length: length >> 1, offset: offset, user: r.count(), rev: last.rev + r.signed(), at: last.at + r.signed()}
		if last.length == 0 || last.user >= len(a.users) {
			r.bad = true
			break
		}
		a.push(last)
	}
	if r.bad {
		return nil, errAuthorship
	}
	return a, nil
}

func (a *authorship) push(s stretch) {
	if n := len(a.blocks); n == 0 || len(a.blocks[n-1].list) >= maxBlock/2 {
		a.blocks = append(a.blocks, block{list: make([]stretch, 0, maxBlock/2)})
	}
	b := &a.blocks[len(a.blocks)-1]
	b.list = append(b.list, s)
	b.length += s.length
}

// varints reads numbers and texts; bad once something is not as it should be.
type varints struct {
	data []byte
	bad  bool
}

func (r *varints) count() int {
	v, n := binary.Uvarint(r.data)
	if n <= 0 || v > 1<<40 {
		r.bad = true
		return 0
	}
	r.data = r.data[n:]
	return int(v)
}

func (r *varints) signed() int64 {
	v, n := binary.Varint(r.data)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.data = r.data[n:]
	return v
}

func (r *varints) text() string {
	n := r.count()
	if n > len(r.data) {
		r.bad = true
		return ""
	}
	text := string(r.data[:n])
	r.data = r.data[n:]
	return text
}
