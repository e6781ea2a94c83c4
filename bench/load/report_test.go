package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What was measured gets into the page and the pictures; what stands around
// the marks stays.
func TestReport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := report{From: filepath.Join(dir, "results.json"), Into: filepath.Join(dir, "RESULTS.md")}
	measured := results{Machine: "a machine", Runs: 3, For: "5s", Versions: map[string]string{"go": "go1"}, Servers: map[string]figures{
		"coscribe":    {"hot": {"µs/op": 30.4, "ops/s": 7000}, "open": {"cold ms": 4}, "crash": {}},
		"y-websocket": {"hot": {problem: 1}, "open": {"cold ms": none}, "crash": {"% lost": 100}},
	}}
	data, err := json.Marshal(measured)
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string]string{r.From: string(data), r.Into: "above\n" + beginMark + "stale\n" + endMark + "below\n"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // again changes nothing
		if err := r.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(r.Into)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"above\n" + beginMark, endMark + "below\n", "a machine; go 1.",
		"| 1 document, 10 writers, one op in flight each | server µs an op | 30 |  |  |  |  | failed | ≤ 35: met |",
		"|  | ops/s acknowledged | 7000 |  |  |  |  | failed | ≥ 8000: missed |",
		"| open a document with a long history | ms, cold process | 4.0 |  |  |  |  | – | ≤ 5: met |",
		"| acknowledged and lost at kill -9 | % of ops | 0 |  |  |  |  | 100 |  |",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page has no %q:\n%s", want, page)
		}
	}
	if strings.Contains(string(page), "stale") {
		t.Error("what was there before is still there")
	}
	for _, p := range pictures {
		svg, err := os.Open(filepath.Join(dir, p.file))
		if err != nil {
			t.Fatal(err)
		}
		defer svg.Close()
		for d := xml.NewDecoder(svg); err == nil; {
			_, err = d.Token()
		}
		if !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", p.file, err)
		}
	}
}
