package main

import (
	"bytes"
	"encoding/json"
	"testing"
)

// What quill-delta makes of the cases is for make fuzz-js: here each line has
// to be what that reads.
func TestWritesCases(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run(config{Cases: 50, Seed: 7}, &out); err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	if len(lines) != 50 {
		t.Fatalf("%d lines, not 50", len(lines))
	}
	for i, line := range lines {
		var read struct {
			Seed          uint64
			Doc, Raw, A   []map[string]any
			First, Normal []map[string]any
			Moved         []int
		}
		if err := json.Unmarshal(line, &read); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if want := uint64(7 + i); read.Seed != want || len(read.Moved) != 2 {
			t.Errorf("%s: seed %d, not %d", line, read.Seed, want)
		}
	}
}

func TestRepeatsCases(t *testing.T) {
	t.Parallel()
	var whole, part bytes.Buffer
	if err := run(config{Cases: 20, Seed: 1}, &whole); err != nil {
		t.Fatal(err)
	}
	if err := run(config{Cases: 1, Seed: 20}, &part); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(whole.Bytes(), part.Bytes()) {
		t.Errorf("seed 20 gave\n%s, at the end of\n%s", part.Bytes(), whole.Bytes())
	}
}
