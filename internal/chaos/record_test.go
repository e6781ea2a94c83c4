package chaos

import (
	"context"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/coscribe/coscribe/bench/client"
)

// recorder writes down what a swarm submits and when that is acknowledged.
type recorder struct {
	start time.Time

	mu      sync.Mutex
	typed   map[author][]time.Duration // edits that are not acknowledged
	acked   map[author][]acked
	reads   []porcupine.Operation
	unheard int // ops that were stored, and whose acknowledgement got lost
}

// author is one client in one document.
type author struct{ client, doc string }

// acked is an op from its first edit to its acknowledgement.
type acked struct {
	seq        int64
	typed, got time.Duration
}

func newRecorder() *recorder {
	return &recorder{start: time.Now(), typed: make(map[author][]time.Duration), acked: make(map[author][]acked)}
}

func (r *recorder) now() time.Duration { return time.Since(r.start) }

// Types implements swarm.Watcher.
func (r *recorder) Types(id, doc string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := author{id, doc}
	r.typed[a] = append(r.typed[a], r.now())
}

// Saw implements swarm.Watcher.
func (r *recorder) Saw(id, doc string, e client.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := author{id, doc}
	switch e := e.(type) {
	case client.Resumed:
		if e.Seq > e.Known {
			r.unheard++
		}
	case client.Acknowledged:
		r.acked[a] = append(r.acked[a], acked{seq: e.Seq, typed: r.typed[a][0], got: r.now()})
		r.typed[a] = r.typed[a][e.Edits:]
	}
}

// lost is how many ops were stored without their author hearing of it before
// the connection was gone.
func (r *recorder) lost() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.unheard
}

// read looks at the head of a document until ctx ends.
func (r *recorder) read(ctx context.Context, rest client.REST, doc string) {
	for ctx.Err() == nil {
		call := r.now()
		info, err := rest.Info(ctx, doc)
		if err != nil {
			continue // it does not exist yet, or the server is down
		}
		r.mu.Lock()
		r.reads = append(r.reads, operation(doc, call, r.now(), info.Rev, info.Rev))
		r.mu.Unlock()
	}
}

// line is what a call did to a document, seen as a log that is only appended
// to: an append takes it from one length to another, a read finds it at one.
type line struct{ from, to int64 }

func operation(doc string, call, got time.Duration, from, to int64) porcupine.Operation {
	return porcupine.Operation{Input: doc, Call: int64(call), Output: line{from, to}, Return: int64(got)}
}

// appendOnly is the model that every document is held to.
var appendOnly = porcupine.Model{
	Init: func() any { return int64(0) },
	Step: func(length, _, did any) (bool, any) { return length == did.(line).from, did.(line).to },
}

// linearizable holds everything that was acknowledged, and every read, against
// the lines of changes in the end: each takes its effect at one moment between
// its call and its answer.
func (r *recorder) linearizable(ctx context.Context, rest client.REST) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	logs := make(map[string][]porcupine.Operation)
	for _, op := range r.reads {
		logs[op.Input.(string)] = append(logs[op.Input.(string)], op)
	}
	lines := make(map[string]map[submitted]line)
	for a, ops := range r.acked {
		if lines[a.doc] == nil {
			var err error
			if lines[a.doc], err = readLine(ctx, rest, a.doc); err != nil {
				return err
			}
			for by, did := range lines[a.doc] {
				if by.client == "" { // at some time
					logs[a.doc] = append(logs[a.doc], operation(a.doc, 0, math.MaxInt64, did.from, did.to))
				}
			}
		}
		for _, op := range ops {
			did, here := lines[a.doc][submitted{a.client, op.seq}]
			if !here {
				return fmt.Errorf("P2: op %d of %s is acknowledged and not in %s", op.seq, a.client, a.doc)
			}
			logs[a.doc] = append(logs[a.doc], operation(a.doc, op.typed, op.got, did.from, did.to))
		}
	}
	for doc, log := range logs {
		if result := porcupine.CheckOperationsTimeout(appendOnly, log, 2*time.Minute); result != porcupine.Ok {
			return fmt.Errorf("P1: %d operations on %s: linearizable: %s", len(log), doc, result)
		}
	}
	return nil
}

// submitted names an op; one that came from nowhere by its revision.
type submitted struct {
	client string
	seq    int64
}

// readLine finds what each op did: its change, and the repair behind it (P8).
func readLine(ctx context.Context, rest client.REST, doc string) (map[submitted]line, error) {
	ops := make(map[submitted]line)
	var last submitted
	var user string
	for after, more := int64(0), true; more; {
		var changes []client.Change
		var err error
		if changes, more, err = rest.Changes(ctx, doc, after, 1000); err != nil {
			return nil, err
		}
		for _, c := range changes {
			by := submitted{c.Client, c.Seq}
			switch {
			case c.Client != "":
			case c.User == user:
				by, c.From = last, ops[last].from
			default:
				by.seq = c.Rev
			}
			ops[by] = line{c.From, c.Rev}
			last, user, after = by, c.User, c.Rev
		}
	}
	return ops, nil
}

// The model notices a read that is stale, and an op that comes too late.
func TestModelCanFail(t *testing.T) {
	t.Parallel()
	first := operation("d", 1, 2, 0, 1)
	for name, c := range map[string]struct {
		log  []porcupine.Operation
		want bool
	}{
		"in turn":      {[]porcupine.Operation{first, operation("d", 3, 4, 1, 1), operation("d", 5, 6, 1, 3)}, true},
		"at once":      {[]porcupine.Operation{operation("d", 1, 9, 1, 2), operation("d", 2, 8, 0, 1), operation("d", 3, 7, 0, 0)}, true},
		"stale read":   {[]porcupine.Operation{first, operation("d", 3, 4, 0, 0)}, false},
		"out of order": {[]porcupine.Operation{operation("d", 1, 2, 1, 2), operation("d", 3, 4, 0, 1)}, false},
		"fork":         {[]porcupine.Operation{first, operation("d", 1, 4, 0, 1)}, false},
	} {
		if got := porcupine.CheckOperations(appendOnly, c.log); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
