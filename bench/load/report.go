package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
)

// report makes what people read of what compare has measured: the tables in
// RESULTS.md, between two marks, and the pictures beside it. What stands around
// the marks is written by hand and stays.
type report struct {
	From string `default:"bench/results.json" help:"What compare has written."`
	Into string `default:"bench/RESULTS.md" help:"The page whose tables are made."`
}

const (
	beginMark = "<!-- made by bench/load report: begin -->\n"
	endMark   = "<!-- made by bench/load report: end -->\n"
)

// Run is what kong calls.
func (r report) Run(context.Context) error {
	data, err := os.ReadFile(r.From)
	if err != nil {
		return err
	}
	var measured results
	if err := json.Unmarshal(data, &measured); err != nil {
		return fmt.Errorf("read %s: %w", r.From, err)
	}
	page, err := os.ReadFile(r.Into)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(page), beginMark)
	_, after, ends := strings.Cut(rest, endMark)
	if !ok || !ends {
		return fmt.Errorf("%s has no marks to put the tables between", r.Into)
	}
	var made strings.Builder
	measured.page(&made)
	err = os.WriteFile(r.Into, []byte(before+beginMark+made.String()+endMark+after), 0o644)
	for _, p := range pictures {
		err = errors.Join(err, p.draw(measured, filepath.Dir(r.Into)))
	}
	return err
}

// line is a row of the table: one kind of work, one figure.
type line struct {
	work, unit string
	of, head   string  // scenario or experiment, and which of its figures
	digits     int     // behind the point
	target     float64 // ours; 0: none
	atLeast    bool    // the target is a lower bound
}

var lines = []line{
	{"1 document, 10 writers, one op in flight each", "server µs an op", "hot", "µs/op", 0, 35, false},
	{"", "ops/s acknowledged", "hot", "ops/s", 0, 8000, true},
	{"", "p99 ms", "hot", "p99 ms", 1, 0, false},
	{"", "ops a frame", "hot", "ops/frame", 1, 0, false},
	{"", "the load's own CPU, %", "hot", "load CPU %", 0, 0, false},
	{"the same on 100 KB", "server µs an op", "hot-100k", "µs/op", 0, 0, false},
	{"the same on 1 MB", "server µs an op", "hot-1m", "µs/op", 0, 0, false},
	{"1 writer at 20 ops/s, 500 readers", "server µs a delivery", "watch-500", "µs/frame", 1, 7, false},
	{"", "the load's own CPU, %", "watch-500", "load CPU %", 0, 0, false},
	{"1 writer as fast as acknowledged, 100 readers", "server µs a frame", "stream", "µs/frame", 1, 3.5, false},
	{"", "the load's own CPU, %", "stream", "load CPU %", 0, 0, false},
	{"20 writers as fast as acknowledged, 100 readers", "server µs a delivered op", "crowd", "µs/delivered op", 2, 0.6, false},
	{"", "ops/s acknowledged", "crowd", "ops/s", 0, 0, false},
	{"", "the load's own CPU, %", "crowd", "load CPU %", 0, 0, false},
	{"500 documents × 2 writers, 1,000 ops/s in all", "server CPU, %", "office", "server CPU %", 0, 12, false},
	{"50 documents × 2 writers", "ops/s", "wide-2", "ops/s", 0, 20_000, true},
	{"", "the load's own CPU, %", "wide-2", "load CPU %", 0, 0, false},
	{"50 documents × 10 writers", "ops/s", "wide-10", "ops/s", 0, 20_000, true},
	{"", "the load's own CPU, %", "wide-10", "load CPU %", 0, 0, false},
	{"open a document with a long history", "ms, cold process", "open", "cold ms", 1, 5, false},
	{"", "ms, warm", "open", "warm ms", 1, 1.5, false},
	{"10,000 offline edits meet 10,000 others", "ms", "offline", "ms", 0, 50, false},
	{"100 people moving cursors 10 times a second", "server CPU, %", "cursors", "server CPU %", 0, 5, false},
	{"", "frames a receiver a second", "cursors", "frames/s each", 0, 25, false},
	{"a session that has been used and is idle", "KB", "idle", "KB/session", 0, 16, false},
	{"the server after its first documents", "MB", "idle", "empty MB", 0, 30, false},
	{"acknowledged and lost at kill -9", "% of ops", "crash", "% lost", 0, 0, false},
}

func (r results) page(w io.Writer) {
	fmt.Fprintf(w, "\n%s; %s. Medians of %d runs of %s (paced ones twice as long), %s.\n\n",
		r.Machine, r.programs(), r.Runs, r.For, r.When.Format("2 January 2006"))
	fmt.Fprint(w, "| work | figure |")
	for _, c := range contestants {
		fmt.Fprintf(w, " %s |", c.title)
	}
	fmt.Fprintf(w, " target |\n| --- | --- |%s --- |\n| an acknowledgement means | |", strings.Repeat(" --: |", len(contestants)))
	for _, c := range contestants {
		fmt.Fprintf(w, " %s |", c.promise)
	}
	fmt.Fprintln(w, " on disk |")
	for _, l := range lines {
		fmt.Fprintf(w, "| %s | %s |", l.work, l.unit)
		for _, c := range contestants {
			fmt.Fprintf(w, " %s |", l.cell(r.Servers[c.name]))
		}
		fmt.Fprintf(w, " %s |\n", l.verdict(r.Servers["coscribe"]))
	}
	fmt.Fprintln(w)
}

func (r results) programs() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
		parts = append(parts, name+" "+strings.TrimPrefix(r.Versions[name], name))
	}
	return strings.Join(parts, ", ")
}

func (l line) cell(f figures) string {
	measured, there := f[l.of]
	v, has := measured[l.head]
	switch {
	case !there:
		return ""
	case measured[problem] != 0:
		return "failed"
	case v == none:
		return "–"
	case !has: // nothing is left out but zeros
		return "0"
	}
	return fmt.Sprintf("%.*f", l.digits, v)
}

// verdict is our target and whether it is met.
func (l line) verdict(f figures) string {
	v, ok := f[l.of][l.head]
	if l.target == 0 {
		return ""
	}
	sign, met := "≤", v <= l.target
	if l.atLeast {
		sign, met = "≥", v >= l.target
	}
	answer := "missed"
	if met {
		answer = "met"
	}
	if !ok {
		answer = "not measured"
	}
	return fmt.Sprintf("%s %v: %s", sign, l.target, answer)
}

// printVerdicts holds what was measured of our own server against the targets.
func printVerdicts(out io.Writer, measured figures) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	work := ""
	for _, l := range lines {
		if l.work != "" {
			work = l.work
		}
		if measured[l.of] != nil && l.target != 0 {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", work, l.unit, l.cell(measured), l.verdict(measured))
		}
	}
	_ = w.Flush() // as fmt.Println does not tell either
}
