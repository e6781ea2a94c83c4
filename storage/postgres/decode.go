package postgres

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/coscribe/coscribe/storage"
)

// epochMicros is 2000-01-01, from which Postgres counts microseconds.
var epochMicros = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

func toMicros(t time.Time) int64 { return t.UnixMilli()*1000 - epochMicros }

func fromMicros(us int64) time.Time { return time.UnixMicro(us + epochMicros).UTC() }

// scanDocuments reads rows of selectDocument, and closes them.
func scanDocuments(rows pgx.Rows) ([]storage.Document, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d storage.Document, err error) {
		err = row.Scan(&d.Key, &d.ID, &d.Type, &d.Epoch, &d.Created, &d.Rev, &d.Length, &d.Updated)
		d.Created, d.Updated = d.Created.UTC(), d.Updated.UTC()
		return d, err
	})
}

// scanSnapshot reads the row of a selectSnapshot.
func scanSnapshot(row pgx.Row, s *storage.Snapshot) error {
	return notFound(row.Scan(&s.Rev, &s.Format, &s.Content, &s.Authorship))
}

// scanChanges reads rows of selectChanges, and closes them; expected is how
// many there may well be. Opening a document reads thousands, so their binary
// form is taken as it is, a user who follows himself is one string, and ops
// share memory.
func scanChanges(rows pgx.Rows, expected int64) ([]storage.Change, error) {
	defer rows.Close()
	all := make([]storage.Change, 0, storage.Room(expected))
	var user string
	var ops arena
	for rows.Next() {
		v := rows.RawValues()
		if string(v[4]) != user {
			user = string(v[4])
		}
		c := storage.Change{
			Rev:    toInt64(v[0]),
			Base:   toInt64(v[1]),
			User:   user,
			At:     fromMicros(toInt64(v[5])),
			Format: int16(binary.BigEndian.Uint16(v[6])),
			Op:     ops.clone(v[7]),
		}
		if v[2] != nil {
			c.Client, c.Seq = uuid.UUID(v[2]), toInt64(v[3])
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// arena is the free end of a piece of memory that several values share.
type arena []byte

// pieceSize is how much memory a single value may keep from being freed.
const pieceSize = 8 << 10

// clone copies b. The copy cannot grow into its neighbour.
func (a *arena) clone(b []byte) []byte {
	if cap(*a)-len(*a) < len(b) {
		*a = make(arena, 0, max(pieceSize, len(b)))
	}
	start := len(*a)
	*a = append(*a, b...)
	return (*a)[start:len(*a):len(*a)]
}

func toInt64(b []byte) int64 { return int64(binary.BigEndian.Uint64(b)) }

func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return storage.ErrNotFound
	}
	return err
}
