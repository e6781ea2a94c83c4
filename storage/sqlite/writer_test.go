package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

func openNew(t *testing.T) *Store {
	t.Helper()
	return openFile(t, filepath.Join(t.TempDir(), "test.db"))
}

// Reads go on, and see what was, while a transaction is writing.
func TestReadersDoNotWait(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	d := createDoc(t, s)
	b := oneChange(d.Key, 0)
	err := s.write.transact(t.Context(), func(ctx context.Context) error {
		if moved, err := s.write.append(ctx, &b); err != nil || !moved {
			t.Errorf("moved: %v, %v", moved, err)
		}
		for range 2 * readers {
			if l, err := s.Load(t.Context(), "doc", 10); err != nil || l.Document.Rev != 0 || len(l.Changes) != 0 {
				t.Errorf("loaded %+v, %v", l, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if l, err := s.Load(t.Context(), "doc", 10); err != nil || l.Document.Rev != 1 || len(l.Changes) != 1 {
		t.Errorf("loaded %+v, %v", l, err)
	}
}

// A caller that gives up while another one writes has stored nothing.
func TestWaitForTheTurnEnds(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	d := createDoc(t, s)
	err := s.write.transact(t.Context(), func(context.Context) error {
		ctx, cancel := context.WithCancel(t.Context())
		result := make(chan error)
		go func() {
			_, err := s.Commit(ctx, []storage.Batch{oneChange(d.Key, 0)})
			result <- err
		}()
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Document(t.Context(), "doc"); err != nil || got.Rev != 0 {
		t.Errorf("head %d, %v", got.Rev, err)
	}
}

// A full disk is nobody's data: the call fails as a whole, and the next one
// works when there is room again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	d := createDoc(t, s)
	limit := func(pages string) {
		t.Helper()
		if _, err := s.write.conn.ExecContext(t.Context(), "PRAGMA max_page_count = "+pages); err != nil {
			t.Fatal(err)
		}
	}
	b := oneChange(d.Key, 0)
	b.Changes[0].Op = make([]byte, 1<<20)
	limit("1") // no more than there are
	if got, err := s.Commit(t.Context(), []storage.Batch{b}); err == nil {
		t.Fatalf("stored without room: %+v", got)
	}
	limit("1000000")
	if got, err := s.Commit(t.Context(), []storage.Batch{b}); err != nil || got[0] != (storage.Outcome{}) {
		t.Fatalf("%+v, %v", got, err)
	}
}

// A document with a long history costs no more to look into than a short one.
func TestReadsGoByAnIndex(t *testing.T) {
	t.Parallel()
	s := openNew(t)
	key, client := int64(1), uuid.New()
	for name, q := range map[string]struct {
		text string
		args []any
	}{
		"document":   {selectDocument + `WHERE d.id = ?`, []any{"doc"}},
		"list":       {selectList, []any{"a", "b", 10}},
		"snapshot":   {selectSnapshot, []any{key, 10}},
		"changes":    {selectChanges, []any{key, 10, 10}},
		"client":     {selectClient, []any{key, client[:]}},
		"submission": {selectSubmission, []any{key, client[:], 1}},
	} {
		rows, err := s.read.db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+q.text, q.args...)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(step, "SCAN") || strings.Contains(step, "TEMP B-TREE") {
				t.Errorf("%s: %s", name, step)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
}
