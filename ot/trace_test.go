package ot_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/ot"
)

// traces are recorded editing histories with the SHA-256 of the text that
// they end in.
var traces = map[string]string{
	"testdata/friendsforever_flat.json.gz":                 "4720ec330c91e288c00b71cab318f7a1cdde689dfc401f269c353acfd6cb03f6",
	conformance + "/traces/automerge-paper.json.gz":        "a489e9022976c14e46627aea174d07797edcb3fd17df42605956d4cf01bf9039",
	conformance + "/traces/sveltecomponent.json.gz":        "d8bb93b7cf87b4c3a0394fddc028284a093d90d5794a213d1ccb0794eb4ede8f",
	conformance + "/traces/friendsforever_flat.json.gz":    "4720ec330c91e288c00b71cab318f7a1cdde689dfc401f269c353acfd6cb03f6",
	conformance + "/traces/sveltecomponent_astral.json.gz": "9fd016deca26ab7db350897d0480a2f2f166ca62b22ec67543afa50955037e40",
}

// readTrace returns the patches of a trace as ops.
func readTrace(t testing.TB, file string) []ot.Delta {
	t.Helper()
	var trace struct {
		StartContent string
		Txns         []struct{ Patches [][3]json.RawMessage }
	}
	if err := json.Unmarshal(load(t, file), &trace); err != nil {
		t.Fatal(err)
	}
	ops := []ot.Delta{ot.Delta{ot.Insert(trace.StartContent, nil)}.Normalize()}
	for _, txn := range trace.Txns {
		for _, patch := range txn.Patches {
			op, err := patchOp(patch)
			if err != nil {
				t.Fatal(err)
			}
			ops = append(ops, op)
		}
	}
	return ops
}

func patchOp(patch [3]json.RawMessage) (ot.Delta, error) {
	var at, deleted int
	var inserted string
	for i, into := range []any{&at, &deleted, &inserted} {
		if err := json.Unmarshal(patch[i], into); err != nil {
			return nil, fmt.Errorf("patch %s: %w", patch, err)
		}
	}
	var b ot.Builder
	b.Retain(at, nil)
	b.Insert(inserted, nil)
	b.Delete(deleted)
	return b.Delta(), nil
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestTraces(t *testing.T) {
	t.Parallel()
	for file, want := range traces {
		if len(existing(t, file)) == 0 {
			continue
		}
		t.Run(strings.TrimSuffix(path.Base(file), ".json.gz"), func(t *testing.T) {
			t.Parallel()
			ops := readTrace(t, file)
			doc, err := applied(nil, ops...)
			if err != nil {
				t.Fatal(err)
			}
			if got := hashOf(doc.Text()); got != want {
				t.Errorf("the text has the hash %s, want %s", got, want)
			}
			all, err := ot.ComposeAll(slices.Values(ops))
			if err != nil {
				t.Fatal(err)
			}
			if !all.Equal(doc.Content()) {
				t.Errorf("composed to %d components that are not the content", len(all))
			}
		})
	}
}
