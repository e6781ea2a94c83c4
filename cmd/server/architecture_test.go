package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

const module = "github.com/coscribe/coscribe/"

// ARCHITECTURE.md draws a ladder: a package imports only from lower lines.
func TestImportLadder(t *testing.T) {
	t.Parallel()
	height := ladder(t)
	unseen := make(map[string]bool)
	for name := range height {
		unseen[name] = true
	}
	for name, imports := range packages(t) {
		above, on := height[name]
		if !on {
			if !beside(name) {
				t.Errorf("%s has no place on the ladder in ARCHITECTURE.md", name)
			}
			continue
		}
		delete(unseen, name)
		for _, imported := range imports {
			if below, on := height[imported]; !on || below >= above {
				t.Errorf("%s imports %s, which is not below it", name, imported)
			}
		}
	}
	for name := range unseen {
		t.Errorf("%s is on the ladder in ARCHITECTURE.md and nowhere else", name)
	}
}

// beside tells what serves tests and measurements, and stands on no ladder.
func beside(name string) bool {
	return strings.HasPrefix(name, "bench/") || strings.HasPrefix(name, "internal/") ||
		strings.HasPrefix(name, "examples/") || strings.HasSuffix(name, "test")
}

// ladder returns how high each package stands: the last line is 1.
func ladder(t *testing.T) map[string]int {
	t.Helper()
	page, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```ladder\n(.*?)\n```").FindSubmatch(page)
	if block == nil {
		t.Fatal("ARCHITECTURE.md has no ladder")
	}
	height := make(map[string]int)
	lines := strings.Split(string(block[1]), "\n")
	for i, line := range lines {
		for _, name := range strings.Fields(line) {
			height[name] = len(lines) - i
		}
	}
	return height
}

// packages returns the module's packages and which of them each imports,
// tests left out.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := make(map[string][]string)
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		var own []string
		for _, path := range p.Imports {
			if name, ok := strings.CutPrefix(path, module); ok {
				own = append(own, name)
			}
		}
		all[strings.TrimPrefix(p.ImportPath, module)] = own
	}
}
