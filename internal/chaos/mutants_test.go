package chaos

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A mutant is a fault put into our own code, which some test must notice.
type mutant struct {
	name string
	file string // below the module's root
	old  string // stands in file exactly once
	new  string
	run  string   // the tests that must notice
	in   []string // and their packages

	quick bool // it dies within seconds
}

// allMutants is for where one has the time.
var allMutants = flag.Bool("mutants", false, "let all mutants live, not only those that die quickly")

var mutants = []mutant{
	{
		name: "wrong priority: the op that comes later wins a tie",
		file: "docs/submit.go",
		old:  "return ot.Rebase(s.op.Normalize(), opsOf(r.window.since(s.rev), r.batch.entries)), nil",
		new: "op := s.op.Normalize()\n\tfor d := range opsOf(r.window.since(s.rev), r.batch.entries) {\n" +
			"\t\top = d.Transform(op, false)\n\t}\n\treturn op, nil",
		run: "TestFaultyStore|P5", in: []string{"./internal/chaos", "./session"},
	},
	{
		name: "no dedupe: a repeat is committed again",
		file: "docs/submit.go",
		old:  "\t\ts.repeat(r, a)\n\t\treturn\n",
		new:  "\t\ta.seq, a.rev = s.seq-1, 0\n",
		run:  "TestFaultyStore|P3", in: []string{"./internal/chaos", "./session"},
	},
	{
		name: "broadcast before commit: people see what is not durable",
		file: "docs/commit.go",
		old:  "r.inbox.force(internal(func(r *room) { r.settle(o, err) }))\n\t\tr.commits.Done()\n\t})\n\tr.batch.encode(r.id) // while the store works",
		new:  "_, _ = o, err\n\t})\n\tr.batch.encode(r.id)\n\tr.committed()",
		run:  "TestFaultyStore|P2", in: []string{"./internal/chaos", "./session"},
	},
	{
		name: "no barrier: an open is answered while the client's op is under way",
		file: "docs/join.go",
		old:  "r.reached(j.client()) && !r.batch.has(j.client()) && j.reachesBack(r)",
		new:  "r.reached(j.client()) && j.reachesBack(r)",
		run:  "C3", in: []string{"./session", "./docs"},
		quick: true,
	},
	{
		name: "own changes squashed: what is in flight meets other steps here than there",
		file: "docs/resume.go",
		old:  "from := max(q.own, q.open.Rev)",
		new:  "from := q.open.Rev",
		run:  "TestLongAbsence", in: []string{"./internal/chaos"},
	},
	{
		name: "no clock of the document's own: times run backwards",
		file: "docs/commit.go",
		old:  "if now.Before(r.proposed.at) {",
		new:  "if false {",
		run:  "TestClockJumps/sqlite", in: []string{"./internal/chaos"},
		quick: true,
	},
	{
		name: "merged into the op in flight: what is under a seq changes",
		file: "bench/client/state.go",
		old:  "last >= 0 && !(last == 0 && s.submitted)",
		new:  "last >= 0",
		run:  "TestFaultyStore/sqlite", in: []string{"./internal/chaos"},
		quick: true,
	},
}

// Each mutant of our own code is noticed; in passing, each of the quick ones.
func TestMutantsDie(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			overlay := m.overlay(t, root)
			if !m.quick && !*allMutants {
				return // it can be made
			}
			out, err := test(t, root, overlay, m.run, m.in)
			if err == nil {
				t.Fatalf("the mutant lives:\n%s", out)
			}
			if !strings.Contains(out, "--- FAIL") && !strings.Contains(out, "panic:") {
				t.Fatalf("the mutant does not compile, or no test failed: %v\n%s", err, out)
			}
		})
	}
}

// overlay makes the go command see the mutant's file in place of ours.
func (m mutant) overlay(t *testing.T, root string) string {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(m.file))
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		t.Fatalf("%s has the place of the fault %d times", m.file, n)
	}
	dir := t.TempDir()
	mutated := filepath.Join(dir, "mutant.go")
	text := strings.Replace(string(source), m.old, m.new, 1)
	if err := os.WriteFile(mutated, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{path: mutated}})
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		t.Fatal(err)
	}
	return overlay
}

func test(t *testing.T, root, overlay, run string, packages []string) (string, error) {
	t.Helper()
	args := append([]string{"test", "-count=1", "-failfast", "-timeout=5m", "-overlay", overlay, "-run", run}, packages...)
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	return string(out), err
}
