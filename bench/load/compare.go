package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// compare measures all servers, one after the other, on one machine.
type compare struct {
	config
	With []string `help:"Servers to measure. Default: all."`
	Out  string   `default:"bench/results.json" help:"Where to write what was measured. What is there of other servers stays."`
}

// results is what was measured.
type results struct {
	Machine  string             `json:"machine"`
	Versions map[string]string  `json:"versions"` // of programs
	When     time.Time          `json:"when"`
	Runs     int                `json:"runs"`
	For      string             `json:"for"`
	Servers  map[string]figures `json:"servers"`
}

// figures of one server: by scenario or experiment, and there by head.
type figures map[string]map[string]float64

// problem is the head under which stands that a measurement failed.
const problem = "failed"

// Run is what kong calls. What fails for one server is told, and the others go
// on: that, too, is a result.
func (c compare) Run(ctx context.Context) error {
	if c.Database == "sqlite" {
		c.Database = "postgres"
	}
	if len(c.With) == 0 {
		for _, s := range contestants {
			c.With = append(c.With, s.name)
		}
	}
	all, err := c.begin(ctx)
	if err != nil {
		return err
	}
	for _, name := range c.With {
		if err := c.measure(ctx, name, all); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// begin reads what was measured before.
func (c compare) begin(ctx context.Context) (*results, error) {
	all := &results{Servers: make(map[string]figures)}
	data, err := os.ReadFile(c.Out)
	switch {
	case err == nil:
		err = json.Unmarshal(data, all)
	case errors.Is(err, os.ErrNotExist):
		err = nil
	}
	all.Machine, all.Versions = machine(), versions(ctx, c.Peers)
	all.When, all.Runs, all.For = time.Now().UTC().Truncate(time.Second), c.Runs, c.For.String()
	return all, err
}

// measure puts everything on one server, and writes down what is there after
// each step.
func (c compare) measure(ctx context.Context, name string, all *results) (err error) {
	loads, tries, err := choose(c.Only)
	if err != nil {
		return err
	}
	l, err := newLab(ctx, c.config, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	if all.Servers[name] == nil {
		all.Servers[name] = make(figures)
	}
	note := func(what string, measured map[string]float64, failed error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if failed != nil {
			fmt.Printf("%s %-18s %-10s FAILED: %v\n", clockTime(), name, what, failed)
			measured = map[string]float64{problem: 1}
		} else {
			fmt.Printf("%s %-18s %-10s %s\n", clockTime(), name, what, brief(measured))
		}
		all.Servers[name][what] = measured
		return all.write(c.Out)
	}
	for _, s := range loads {
		r, failed := l.repeat(ctx, s)
		if err := note(s.name, r.named(), failed); err != nil {
			return err
		}
	}
	for _, e := range tries {
		of, failed := l.try(ctx, e)
		if err := note(e.name, e.named(of), failed); err != nil {
			return err
		}
	}
	return nil
}

func clockTime() string { return time.Now().Format(time.TimeOnly) }

// named are the figures by head, without those that mean nothing.
func (r row) named() map[string]float64 {
	named := make(map[string]float64)
	for i, f := range r.figures {
		if f != 0 {
			named[columns[i].head] = f
		}
	}
	return named
}

// named are the figures by head.
func (e experiment) named(of []float64) map[string]float64 {
	named := make(map[string]float64)
	for i, f := range of {
		named[e.heads[i]] = f
	}
	return named
}

func brief(measured map[string]float64) string {
	var parts []string
	for _, head := range slices.Sorted(maps.Keys(measured)) {
		parts = append(parts, fmt.Sprintf("%s %.4g", head, measured[head]))
	}
	return strings.Join(parts, ", ")
}

func (r *results) write(path string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

func machine() string {
	model := "unknown CPU"
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(data)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d × %s, %s/%s", runtime.NumCPU(), model, runtime.GOOS, runtime.GOARCH)
}

// versions asks the programs and reads what the peers' lock file pins.
func versions(ctx context.Context, peers string) map[string]string {
	found := map[string]string{"go": runtime.Version()}
	if out, err := exec.CommandContext(ctx, "node", "--version").Output(); err == nil {
		found["node"] = strings.TrimSpace(string(out))
	}
	var pinned struct {
		Dependencies map[string]string `json:"dependencies"`
	}
	if data, err := os.ReadFile(peers + "/package.json"); err == nil && json.Unmarshal(data, &pinned) == nil {
		maps.Copy(found, pinned.Dependencies)
	}
	return found
}
