package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/storage"
)

// heldFile tells a copy of this test binary to be the server of that file.
const heldFile = "COSCRIBE_TEST_SQLITE_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(heldFile); path != "" {
		fmt.Fprintln(os.Stderr, serve(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// serve commits to the document "doc" without end, and prints each revision
// that was stored.
func serve(path string) error {
	ctx := context.Background()
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	d, err := s.Document(ctx, "doc")
	if err != nil {
		return err
	}
	for {
		got, err := s.Commit(ctx, []storage.Batch{oneChange(d.Key, d.Rev)})
		if err != nil || got[0] != (storage.Outcome{}) {
			return fmt.Errorf("%+v, %w", got, err)
		}
		d.Rev++
		fmt.Println(d.Rev)
	}
}

func oneChange(key storage.Key, base int64) storage.Batch {
	return storage.Batch{Key: key, Base: base, Changes: []storage.Change{{
		Rev: base + 1, Base: base, User: "ann", At: time.UnixMilli(base), Op: strconv.AppendInt(nil, base+1, 10),
	}}}
}

func createDoc(t *testing.T, s *Store) storage.Document {
	t.Helper()
	d, err := s.Create(t.Context(), storage.NewDocument{ID: "doc"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A server that is killed at any moment has refused all others until then,
// leaves the file free, and has lost nothing of what it reported as stored.
func TestKilledServer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	s := openFile(t, path)
	d := createDoc(t, s)
	for round := range 5 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		stored := killedAfter(t, path, 20+round*7)
		s = openFile(t, path)
		changes, err := s.Changes(t.Context(), d.Key, 0, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(changes)) < stored {
			t.Fatalf("%d of %d stored changes are left", len(changes), stored)
		}
		for i, c := range changes {
			if c.Rev != int64(i+1) || string(c.Op) != strconv.Itoa(i+1) {
				t.Fatalf("change %d at place %d: %s", c.Rev, i, c.Op)
			}
		}
	}
}

// killedAfter lets another process serve the file, kills it after it has
// committed n times, and returns the last revision that it reported.
func killedAfter(t *testing.T, path string, n int) (last int64) {
	t.Helper()
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), heldFile+"="+path)
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for i := 0; lines.Scan(); i++ {
		if last, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
			t.Fatal(err)
		}
		if i == n {
			if _, err := Open(t.Context(), path); !errors.Is(err, storage.ErrInUse) {
				t.Errorf("opened beside another process: %v", err)
			}
			if err := server.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = server.Wait() // it was killed
	if last == 0 {
		t.Fatal("the other process stored nothing")
	}
	return last
}

func TestSecondStoreIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "test.db")
	s := openFile(t, path)
	alias := filepath.Join(dir, "alias.db")
	if err := os.Symlink(path, alias); err != nil {
		t.Fatal(err)
	}
	for _, again := range []string{path, filepath.Join(dir, "x", "..", "test.db"), alias} {
		if _, err := Open(t.Context(), again); !errors.Is(err, storage.ErrInUse) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error is %v", again, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	openFile(t, alias)
}

// The lock goes with a link that points to no file yet, too.
func TestNewFileBehindALink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	alias := filepath.Join(dir, "alias.db")
	if err := os.Symlink(filepath.Join(dir, "test.db"), alias); err != nil {
		t.Fatal(err)
	}
	openFile(t, alias)
	if _, err := Open(t.Context(), filepath.Join(dir, "test.db")); !errors.Is(err, storage.ErrInUse) {
		t.Errorf("error is %v", err)
	}
}

func TestUnusablePaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"no folder": filepath.Join(dir, "none", "test.db"), "a folder": dir, "a text": text,
	} {
		for range 2 { // the first failure leaves nothing behind that changes the second
			if s, err := Open(t.Context(), path); err == nil || errors.Is(err, storage.ErrInUse) {
				t.Errorf("%s: %v, %v", name, s, err)
			}
		}
	}
}
