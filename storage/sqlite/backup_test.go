package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

// While a server commits, a backup is an earlier moment of the database: an
// unbroken line up to a head, which a server can go on from.
func TestBackupOfALiveDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "live.db")
	s := openFile(t, path)
	d := createDoc(t, s)
	var writer sync.WaitGroup
	stop := make(chan struct{})
	begun := make(chan struct{})
	writer.Go(func() {
		for base := int64(0); ; base++ {
			if got, err := s.Commit(t.Context(), []storage.Batch{oneChange(d.Key, base)}); err != nil || got[0] != (storage.Outcome{}) {
				t.Errorf("%+v, %v", got, err)
				return
			}
			if base == 10 {
				close(begun)
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	<-begun
	to := filepath.Join(t.TempDir(), "copy.db")
	err := Backup(t.Context(), path, to)
	close(stop)
	writer.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy is %v, %v", info.Mode(), err)
	}
	twin := openFile(t, to)
	l, err := twin.Load(t.Context(), d.ID, 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	if l.Document.Rev < 10 || int64(len(l.Changes)) != l.Document.Rev {
		t.Errorf("%d changes, the head is %d", len(l.Changes), l.Document.Rev)
	}
	if got, err := twin.Commit(t.Context(), []storage.Batch{oneChange(d.Key, l.Document.Rev)}); err != nil || got[0] != (storage.Outcome{}) {
		t.Errorf("going on from the copy: %+v, %v", got, err)
	}
}

func TestBackupOverwritesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "live.db")
	openFile(t, path)
	to := filepath.Join(dir, "mine")
	if err := os.WriteFile(to, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Backup(t.Context(), path, to); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	if kept, err := os.ReadFile(to); err != nil || string(kept) != "mine" {
		t.Errorf("it is %q now, %v", kept, err)
	}
	// Of what is not there no copy is made, and no file either.
	absent, copied := filepath.Join(dir, "absent.db"), filepath.Join(dir, "copy.db")
	if err := Backup(t.Context(), absent, copied); err == nil {
		t.Error("a backup of nothing")
	}
	for _, name := range []string{absent, copied, copied + ".part"} {
		if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A store that reads only stands beside one that serves.
func TestReadOnlyStore(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "live.db")
	s := openFile(t, path)
	d := createDoc(t, s)
	reader, err := OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if _, err := s.Commit(t.Context(), []storage.Batch{oneChange(d.Key, 0)}); err != nil {
		t.Fatal(err)
	}
	if got, err := reader.Document(t.Context(), d.ID); err != nil || got.Rev != 1 {
		t.Errorf("it sees %+v, %v", got, err)
	}
	_, create := reader.Create(t.Context(), storage.NewDocument{ID: "x"})
	_, commit := reader.Commit(t.Context(), []storage.Batch{oneChange(d.Key, 1)})
	for _, err := range []error{
		create, commit, reader.Delete(t.Context(), d.Key), reader.SetEpoch(t.Context(), d.Key, uuid.New()),
		reader.PutSnapshot(t.Context(), d.Key, storage.Snapshot{Rev: 1}),
	} {
		if !errors.Is(err, errReadOnly) {
			t.Errorf("writing: %v", err)
		}
	}
	absent := filepath.Join(t.TempDir(), "absent.db")
	if _, err := OpenReadOnly(t.Context(), absent); err == nil {
		t.Error("a database that is not there is opened")
	}
	if _, err := os.Lstat(absent); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was made: %v", err)
	}
}
