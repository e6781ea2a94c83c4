// Package trace reads recorded editing histories: real people writing real
// documents, one transaction after the other.
//
// The format is that of github.com/josephg/editing-traces, gzipped JSON with
// positions in UTF-16 code units. An expected.json beside the traces says what
// the text has to be in the end.
package trace

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/coscribe/coscribe/ot"
)

// Trace is one recorded history.
type Trace struct {
	Name  string
	Start string
	Edits []ot.Delta // one for each transaction, each on top of the one before
	Want  Sum        // of the text after the last edit
}

// Sum identifies a text.
type Sum struct {
	SHA256 string `json:"sha256utf8"`
	UTF16  int    `json:"utf16"`
}

// file is the recorded form. A patch is [position, deleted, inserted].
type file struct {
	StartContent string `json:"startContent"`
	Txns         []struct {
		Patches []patch `json:"patches"`
	} `json:"txns"`
}

type patch struct {
	at, deleted int
	inserted    string
}

func (p *patch) UnmarshalJSON(data []byte) error {
	parts := [3]any{&p.at, &p.deleted, &p.inserted}
	return json.Unmarshal(data, &parts)
}

func (p patch) delta() ot.Delta {
	var b ot.Builder
	b.Retain(p.at, nil)
	b.Insert(p.inserted, nil)
	b.Delete(p.deleted)
	return b.Delta()
}

// Load reads the trace at path and its facts from the expected.json beside it.
func Load(path string) (*Trace, error) {
	var raw file
	if err := readGzip(path, &raw); err != nil {
		return nil, fmt.Errorf("read trace: %w", err)
	}
	want, err := expected(path)
	if err != nil {
		return nil, fmt.Errorf("read what the trace should give: %w", err)
	}
	t := &Trace{Name: filepath.Base(path), Start: raw.StartContent, Want: want}
	t.Edits = make([]ot.Delta, len(raw.Txns))
	for i, txn := range raw.Txns {
		var edit ot.Delta
		for _, p := range txn.Patches {
			if edit, err = edit.Compose(p.delta()); err != nil {
				return nil, fmt.Errorf("compose transaction %d: %w", i, err)
			}
		}
		t.Edits[i] = edit
	}
	return t, nil
}

// Truncate keeps the first n edits, and expects the text that they give by
// themselves.
func (t *Trace) Truncate(n int) error {
	doc, err := ot.NewDocument(ot.Delta{ot.Insert(t.Start, nil)})
	if err != nil {
		return fmt.Errorf("truncate trace: %w", err)
	}
	for i, edit := range t.Edits[:n] {
		if doc, err = doc.Apply(edit); err != nil {
			return fmt.Errorf("truncate trace: edit %d: %w", i, err)
		}
	}
	sum := sha256.Sum256([]byte(doc.Text()))
	t.Edits = t.Edits[:n]
	t.Want = Sum{SHA256: hex.EncodeToString(sum[:]), UTF16: doc.Len()}
	return nil
}

// Check compares a final text with what the trace should give.
func (t *Trace) Check(text string) error {
	sum := sha256.Sum256([]byte(text))
	if got := hex.EncodeToString(sum[:]); got != t.Want.SHA256 {
		return fmt.Errorf("text of %d bytes has SHA-256 %s, want %s", len(text), got, t.Want.SHA256)
	}
	return nil
}

func readGzip(path string, out any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	return json.NewDecoder(z).Decode(out)
}

func expected(path string) (Sum, error) {
	data, err := os.ReadFile(filepath.Join(filepath.Dir(path), "expected.json"))
	if err != nil {
		return Sum{}, err
	}
	var facts map[string]struct{ End Sum }
	if err := json.Unmarshal(data, &facts); err != nil {
		return Sum{}, err
	}
	fact, ok := facts[filepath.Base(path)]
	if !ok {
		return Sum{}, fmt.Errorf("nothing about %s in expected.json", filepath.Base(path))
	}
	return fact.End, nil
}
