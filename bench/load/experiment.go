package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// experiment is a measurement that is no load: something is done, and it takes
// its time or leaves something behind.
type experiment struct {
	name, about string
	heads       []string // of its figures
	once        func(ctx context.Context, l *lab) ([]float64, error)
}

var experiments = []experiment{
	{"open", "open the document of a trace with its whole history: ms of a cold process, of a warm one", []string{"cold ms", "warm ms"}, opening},
	{"offline", "10,000 edits made offline meet 10,000 of somebody else: ms until both have all", []string{"ms"}, meeting},
	{"crash", "10 writers, kill -9 in the middle: acknowledged ops that are gone, %", []string{"% lost"}, crashing},
}

// none is a figure that a server cannot have.
const none = -1

// try repeats an experiment and returns the medians of its figures.
func (l *lab) try(ctx context.Context, e experiment) ([]float64, error) {
	all := make([][]float64, len(e.heads))
	for range l.cfg.Runs {
		figures, err := e.once(ctx, l)
		if err != nil {
			return nil, err
		}
		for i, f := range figures {
			all[i] = append(all[i], f)
		}
	}
	medians := make([]float64, len(all))
	for i := range all {
		medians[i] = median(all[i])
	}
	return medians, nil
}

func median(of []float64) float64 {
	of = slices.Sorted(slices.Values(of))
	return of[len(of)/2]
}

// opening measures from the dial to the last byte of the content. A process is
// cold when nobody has opened a document in it.
func opening(ctx context.Context, l *lab) (figures []float64, err error) {
	const doc, cold, warm = "trace", 5, 20
	s, database, err := l.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { s.Kill() }() // the last one
	if err := s.fill(ctx, l.cfg.Trace, database, doc); err != nil {
		return nil, fmt.Errorf("fill: %w", err)
	}
	first := []float64{}
	for range cold {
		if !l.on.keeps {
			first = []float64{none} // it forgets
			break
		}
		s.Kill()
		again, err := l.run(ctx, database)
		if err != nil {
			return nil, err
		}
		s = again
		took, err := joins(ctx, s, doc)
		if err != nil {
			return nil, err
		}
		first = append(first, took)
	}
	stays := newMember(s.speak(), doc, 0, false, nil) // so that it stays open
	defer stays.close()
	if err := stays.join(ctx, stays, s.URL()); err != nil {
		return nil, err
	}
	var later []float64
	for range warm {
		took, err := joins(ctx, s, doc)
		if err != nil {
			return nil, err
		}
		later = append(later, took)
	}
	return []float64{median(first), median(later)}, nil
}

// joins is how long a new member takes to have the content, in ms.
func joins(ctx context.Context, s server, doc string) (float64, error) {
	m := newMember(s.speak(), doc, 0, false, nil)
	defer m.close()
	began := time.Now()
	err := m.join(ctx, m, s.URL())
	return millis(time.Since(began)), err
}

func millis(d time.Duration) float64 { return d.Seconds() * 1e3 }

// meeting leaves it to each server's own client.
func meeting(ctx context.Context, l *lab) ([]float64, error) {
	const edits = 10_000
	s, err := l.start(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Kill()
	if err := s.create(ctx, "met", text(1<<10)); err != nil {
		return nil, err
	}
	took, err := s.meet(ctx, "met", edits)
	return []float64{took}, err
}

// text is plain text of a size, with a newline at its end.
func text(size int) string {
	return strings.Repeat("one line of the text\n", size/21+1)[:size-1] + "\n"
}

// crashing kills the server under ten writers and looks what a new process on
// the same database has.
func crashing(ctx context.Context, l *lab) ([]float64, error) {
	s, database, err := l.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Kill()
	t := newTrial(scenario{docs: 1, writers: 10, size: 1 << 10}, l.cfg, s)
	if err := errors.Join(t.create(ctx), t.join(ctx)); err != nil {
		return nil, err
	}
	t.shoot(ctx)
	acknowledged := t.acknowledged()[t.doc(0)]
	again, err := l.run(ctx, database)
	if err != nil {
		return nil, err
	}
	defer again.Kill()
	length, err := again.length(ctx, t.doc(0))
	if err != nil {
		return nil, err
	}
	// What was committed and not yet acknowledged may be there, too.
	lost := max(0, acknowledged-int64(max(0, length-t.size)))
	return []float64{over(100*float64(lost), float64(acknowledged))}, nil
}
