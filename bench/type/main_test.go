package main

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/bench/serverproc/servertest"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// record writes a trace of n letters, with an expected.json for the text end.
func record(t *testing.T, n int, end string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "small.json.gz")
	var txns []string
	for i := range n {
		txns = append(txns, fmt.Sprintf(`{"patches":[[%d,0,"%c"]]}`, i, 'a'+i%26))
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := gzip.NewWriter(f)
	if _, err := fmt.Fprintf(z, `{"startContent":"","txns":[%s]}`, strings.Join(txns, ",")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(end))
	facts := fmt.Sprintf(`{"small.json.gz":{"end":{"sha256utf8":%q}}}`, hex.EncodeToString(sum[:]))
	if err := os.WriteFile(filepath.Join(dir, "expected.json"), []byte(facts), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const letters = "abcdefghijklmnopqrstuvwxyz"

func TestEveryEditIsAChange(t *testing.T) {
	t.Parallel()
	server := servertest.Start(t)
	for _, typ := range []string{"text", "rich-text"} {
		cfg := config{Trace: record(t, 52, letters+letters), Server: server.URL(), Doc: typ, Type: typ, Behind: 8}
		if err := run(t.Context(), cfg, t.Output()); err != nil {
			t.Fatalf("%s: %v", typ, err)
		}
		info, err := client.REST{Address: server.URL}.Info(t.Context(), typ)
		if err != nil {
			t.Fatal(err)
		}
		if info.Rev != 52 || info.Type != typ {
			t.Errorf("%s: 52 edits made revision %d of a %s", typ, info.Rev, info.Type)
		}
	}
}

func TestComposeAndLimit(t *testing.T) {
	t.Parallel()
	server := servertest.Start(t)
	cfg := config{
		Trace: record(t, 52, "not looked at"), Server: server.URL(), Doc: "d", Type: "text",
		Behind: 20, Compose: true, Limit: 40,
	}
	if err := run(t.Context(), cfg, t.Output()); err != nil {
		t.Fatal(err)
	}
	info, err := client.REST{Address: server.URL}.Info(t.Context(), "d")
	if err != nil {
		t.Fatal(err)
	}
	if info.Length != 40 || info.Rev > 40 {
		t.Errorf("40 edits made %d units at revision %d", info.Length, info.Rev)
	}
}

func TestWrongTextIsAnError(t *testing.T) {
	t.Parallel()
	server := servertest.Start(t)
	cfg := config{Trace: record(t, 3, "abd"), Server: server.URL(), Doc: "d", Type: "text", Behind: 8}
	if err := run(t.Context(), cfg, t.Output()); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("a wrong text: %v", err)
	}
	if err := run(t.Context(), cfg, t.Output()); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("a document that is not new: %v", err)
	}
}
