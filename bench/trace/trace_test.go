package trace

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/ot"
)

// write makes a directory with one trace and its expected.json.
func write(t *testing.T, raw, end string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "small.json.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := gzip.NewWriter(f)
	if _, err := z.Write([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(end))
	facts := fmt.Sprintf(`{"small.json.gz":{"end":{"sha256utf8":%q,"utf16":%d}}}`, hex.EncodeToString(sum[:]), len(end))
	if err := os.WriteFile(filepath.Join(dir, "expected.json"), []byte(facts), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func play(t *testing.T, tr *Trace) string {
	t.Helper()
	doc, err := ot.NewDocument(ot.Delta{ot.Insert(tr.Start, nil)})
	if err != nil {
		t.Fatal(err)
	}
	for i, edit := range tr.Edits {
		if doc, err = doc.Apply(edit); err != nil {
			t.Fatalf("edit %d: %v", i, err)
		}
	}
	return doc.Text()
}

func TestLoad(t *testing.T) {
	t.Parallel()
	raw := `{"startContent":"ab","txns":[
		{"time":"x","patches":[[1,0,"😀"]]},
		{"patches":[[3,1,""],[0,1,"c"]]}]}`
	tr, err := Load(write(t, raw, "c😀"))
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.Edits) != 2 {
		t.Errorf("%d edits, want one for each of 2 transactions", len(tr.Edits))
	}
	text := play(t, tr)
	if text != "c😀" {
		t.Errorf("text %q, want c😀", text)
	}
	if err := tr.Check(text); err != nil {
		t.Errorf("the right text is refused: %v", err)
	}
	if err := tr.Check("c😀 "); err == nil {
		t.Error("a wrong text passes")
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	if _, err := Load(filepath.Join(t.TempDir(), "none.json.gz")); err == nil {
		t.Error("a missing file passes")
	}
	path := write(t, `{"txns":[{"patches":[["x"]]}]}`, "")
	if _, err := Load(path); err == nil {
		t.Error("a patch without a position passes")
	}
	path = write(t, `{"txns":[]}`, "")
	facts := filepath.Join(filepath.Dir(path), "expected.json")
	if err := os.WriteFile(facts, []byte(`{}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), "nothing about") {
		t.Errorf("a trace without facts: %v", err)
	}
}

// The recorded traces stand beside a checkout of the project, not in it.
func TestRecordedTraces(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../../../shared/conformance/traces/[fs]*.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			tr, err := Load(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := tr.Check(play(t, tr)); err != nil {
				t.Error(err)
			}
		})
	}
}
