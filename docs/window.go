package docs

import (
	"bytes"
	"iter"
	"slices"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// entry is one change as a room remembers it.
type entry struct {
	rev    int64
	base   int64
	op     ot.Delta
	client uuid.UUID
	seq    int64
	user   string
	at     time.Time
	length int    // of the document at base
	stored []byte // the op as it is stored
	json   []byte // the change as everyone gets it

	restores bool // an earlier revision
}

// loadEntry reads a stored change, made on a document of the given length.
func loadEntry(c storage.Change, length int) (entry, error) {
	op, err := otjson.Decode(c.Op)
	if err != nil {
		return entry{}, err
	}
	e := entry{
		rev: c.Rev, base: c.Base, op: op, client: c.Client, seq: c.Seq,
		user: c.User, at: c.At, length: length, stored: c.Op, restores: c.Format == storage.FormatRestore,
	}
	var space [512]byte // of which what is kept is as long as it has to be
	e.keep(bytes.Clone(wire.AppendChange(space[:0], e.wire())))
	return e, nil
}

// keep sets what everyone gets of the change. The op is in it as it is stored,
// and need not be in memory twice.
func (e *entry) keep(json []byte) {
	e.json = json
	if i := bytes.Index(json, e.stored); i >= 0 {
		e.stored = json[i : i+len(e.stored) : i+len(e.stored)]
	}
}

func (e *entry) wire() *wire.Change {
	return &wire.Change{
		Base: e.base, Rev: e.rev, Op: e.stored, Client: e.client, Seq: e.seq, User: e.user, At: e.at,
	}
}

func (e *entry) storage() storage.Change {
	c := storage.Change{
		Rev: e.rev, Base: e.base, Client: e.client, Seq: e.seq, User: e.user, At: e.at,
		Format: storage.FormatJSON, Op: e.stored,
	}
	if e.restores {
		c.Format = storage.FormatRestore
	}
	return c
}

// opsOf goes through the ops of entries, list by list.
func opsOf(lists ...[]entry) iter.Seq[ot.Delta] {
	return func(yield func(ot.Delta) bool) {
		for _, list := range lists {
			for i := range list {
				if !yield(list[i].op) {
					return
				}
			}
		}
	}
}

// window holds the recent changes, gapless up to the head.
type window struct {
	size    int // how many to keep at least
	entries []entry
}

func (w *window) add(entries ...entry) {
	for i, e := range slices.Backward(entries) {
		if e.base != e.rev-1 { // squashed when the window was shorter
			w.entries, entries = nil, entries[i+1:]
			break
		}
	}
	w.entries = append(w.entries, entries...)
	if excess := len(w.entries) - w.size; excess > w.size/4 {
		kept := make([]entry, w.size, w.size*3/2)
		copy(kept, w.entries[excess:])
		w.entries = kept
	}
}

// covers tells whether every change after rev, up to the head, is here.
func (w *window) covers(rev, head int64) bool {
	return rev == head || len(w.entries) > 0 && rev >= w.entries[0].base
}

// since returns the changes after rev, which the window covers.
func (w *window) since(rev int64) []entry {
	if len(w.entries) == 0 || rev >= w.entries[len(w.entries)-1].rev {
		return nil
	}
	return w.entries[w.index(rev):]
}

// index finds the change that was made on rev: there are no squashed runs here.
func (w *window) index(rev int64) int {
	return int(rev - w.entries[0].base)
}
