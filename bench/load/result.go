package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"
)

// usage is what the kernel knows of a server's process.
type usage interface {
	URL() string
	CPU() (time.Duration, error)
	Memory() (int64, error)
	Profile(ctx context.Context, d time.Duration, w io.Writer) error
	Kill()
}

// sight is a look at all counters at one moment.
type sight struct {
	at                    time.Duration
	server, load          time.Duration // CPU
	acks, frames, changes int64
}

func (t *trial) sight() (s sight, err error) {
	if s.server, err = t.server.CPU(); err != nil {
		return s, err
	}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return s, fmt.Errorf("read the load's own CPU time: %w", err)
	}
	s.load = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	for _, m := range t.members {
		s.acks += m.seen.acks.Load()
		s.frames += m.seen.frames.Load()
		s.changes += m.seen.changes.Load()
	}
	s.at = clock()
	return s, nil
}

// result is what one run came to.
type result struct {
	from, to              time.Duration // the measured interval, in clock
	acks, frames, changes int64         // acknowledged; delivered, to all together
	server, load          time.Duration // CPU
	p50, p99              time.Duration
	empty, memory         int64 // bytes, before anyone joined, and after
	sessions              int
}

func (s sight) since(b sight) result {
	return result{
		from: b.at, to: s.at, acks: s.acks - b.acks, frames: s.frames - b.frames, changes: s.changes - b.changes,
		server: s.server - b.server, load: s.load - b.load,
	}
}

// samples fills in the latencies of the measured interval.
func (r *result) samples(members []*member) {
	var waits []time.Duration
	for _, m := range members {
		for _, s := range m.samples {
			if s.at >= r.from && s.at < r.to {
				waits = append(waits, s.wait)
			}
		}
	}
	if len(waits) == 0 {
		return
	}
	slices.Sort(waits)
	r.p50, r.p99 = waits[len(waits)/2], waits[len(waits)*99/100]
}

// row is a line of the table: medians of the runs.
type row struct {
	scenario scenario
	figures  []float64
}

// columns are the figures of a row. Each is 0 where it means nothing.
var columns = []struct {
	head   string
	digits int
	of     func(s scenario, r result) float64
}{
	{"ops/s", 0, func(_ scenario, r result) float64 { return over(float64(r.acks), r.seconds()) }},
	{"p50 ms", 2, func(_ scenario, r result) float64 { return r.p50.Seconds() * 1e3 }},
	{"p99 ms", 2, func(_ scenario, r result) float64 { return r.p99.Seconds() * 1e3 }},
	{"server CPU %", 0, func(_ scenario, r result) float64 { return over(100*r.server.Seconds(), r.seconds()) }},
	{"µs/op", 1, func(_ scenario, r result) float64 { return over(r.micros(), float64(r.acks)) }},
	{"µs/frame", 2, func(_ scenario, r result) float64 { return over(r.micros(), float64(r.frames)) }},
	{"µs/delivered op", 2, func(_ scenario, r result) float64 { return over(r.micros(), float64(r.changes)) }},
	{"ops/frame", 1, func(_ scenario, r result) float64 { return over(float64(r.changes), float64(r.frames)) }},
	{"frames/s each", 1, func(s scenario, r result) float64 {
		return over(float64(r.frames), r.seconds()*float64(s.docs*(s.writers+s.readers)))
	}},
	{"load CPU %", 0, func(_ scenario, r result) float64 { return over(100*r.load.Seconds(), r.seconds()) }},
	{"empty MB", 1, func(s scenario, r result) float64 {
		if !s.idle {
			return 0
		}
		return float64(r.empty) / 1e6
	}},
	{"KB/session", 1, func(_ scenario, r result) float64 {
		return over(float64(r.memory-r.empty)/1e3, float64(r.sessions))
	}},
}

func (r result) seconds() float64 { return (r.to - r.from).Seconds() }
func (r result) micros() float64  { return r.server.Seconds() * 1e6 }

// over is a/b, 0 where b is.
func over(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// medians takes the median of each figure by itself.
func medians(s scenario, results []result) row {
	r := row{scenario: s}
	for _, c := range columns {
		var of []float64
		for _, one := range results {
			of = append(of, c.of(s, one))
		}
		r.figures = append(r.figures, median(of))
	}
	return r
}

func printTable(out io.Writer, rows []row) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "scenario\t")
	for _, c := range columns {
		fmt.Fprint(w, c.head, "\t")
	}
	fmt.Fprintln(w)
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t", r.scenario.about)
		for i, c := range columns {
			if r.figures[i] == 0 {
				fmt.Fprint(w, "\t")
				continue
			}
			fmt.Fprintf(w, "%.*f\t", c.digits, r.figures[i])
		}
		fmt.Fprintln(w)
	}
	w.Flush()
}
