package storage

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// What every driver needs alike.

// ValidText reports whether s can be stored as text: well-formed UTF-8
// without U+0000, which Postgres has no text for. Payloads are bytes and know
// no such limit.
func ValidText(s string) bool {
	return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

// Check says what keeps d from being stored, before a database is asked.
func (d *NewDocument) Check() error {
	switch {
	case d.ID == "" || !ValidText(d.ID):
		return fmt.Errorf("document id %q cannot be stored", d.ID)
	case !ValidText(d.Type):
		return fmt.Errorf("document type %q cannot be stored", d.Type)
	case d.Snapshot.Rev != 0:
		return fmt.Errorf("the first snapshot is of revision %d, not 0", d.Snapshot.Rev)
	}
	return nil
}

// Document is what Create returns of d, but for the key: a document at revision
// 0, its time in UTC and whole milliseconds as it is stored.
func (d *NewDocument) Document() Document {
	created := d.Created.UTC().Truncate(time.Millisecond)
	return Document{
		ID: d.ID, Type: d.Type, Epoch: d.Epoch, Created: created, Length: d.Length, Updated: created,
	}
}

// Check says what keeps b from being stored, before a database is asked. A
// driver turns it into the batch's own Outcome.Err.
func (b *Batch) Check() error {
	if len(b.Changes) == 0 {
		return fmt.Errorf("a batch without changes")
	}
	head := b.Base
	for i := range b.Changes {
		c := &b.Changes[i]
		switch {
		case head < 0 || c.Base != head || c.Rev != head+1:
			return fmt.Errorf("change %d from %d, where %d follows", c.Rev, c.Base, head)
		case (c.Client == uuid.Nil) != (c.Seq == 0) || c.Seq < 0:
			return fmt.Errorf("change %d has seq %d of client %s", c.Rev, c.Seq, c.Client)
		case !ValidText(c.User):
			return fmt.Errorf("change %d: user %q cannot be stored", c.Rev, c.User)
		}
		head = c.Rev
	}
	return nil
}

// Check says what keeps s from being squashed, before a database is asked.
func (s *Squash) Check() error {
	last := s.From
	for _, r := range s.Runs {
		if r.Base < last || r.Rev <= r.Base+1 || r.Rev > s.To {
			return fmt.Errorf("a run from %d to %d, where %d to %d is left", r.Base, r.Rev, last, s.To)
		}
		last = r.Rev
	}
	if s.From < 0 || s.To <= s.From {
		return fmt.Errorf("the mark cannot go from %d to %d", s.From, s.To)
	}
	return nil
}

// WithPrefix cuts docs, in byte order from the first that may match, where
// they cease to begin with prefix. Drivers list from a bound below and cut
// here: a bound above would need the text that comes next behind a prefix.
func WithPrefix(docs []Document, prefix string) []Document {
	i := slices.IndexFunc(docs, func(d Document) bool { return !strings.HasPrefix(d.ID, prefix) })
	if i < 0 {
		return docs
	}
	return docs[:i]
}

// Tail is how many revisions lie between what Load starts at and the head: at
// least as many as there are changes to load.
func (l *Loaded) Tail(window int64) int64 {
	return l.Document.Rev - max(min(l.Snapshot.Rev, l.Document.Rev-window), 0)
}

// Room is a capacity for as many values as a database is expected to return;
// moderate, as what was squashed is less.
func Room(expected int64) int { return int(min(max(expected, 0), 4096)) }
