// Command deltas makes random documents and ops and writes what the engine
// makes of them, one JSON object in a line, for quill-delta to be asked the
// same:
//
//	go run ./bench/deltas --cases 1000000 | node client-js/scripts/ask-quill-delta.mjs
//
// The same seed gives the same case.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/alecthomas/kong"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/ot/ottest"
)

type config struct {
	Cases uint64 `default:"10000" help:"How many cases."`
	Seed  uint64 `default:"1" help:"The seed of the first one; the others follow it."`
}

func main() {
	var cfg config
	kong.Parse(&cfg, kong.Description("Writes random deltas and what the engine makes of them."))
	if err := run(cfg, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "deltas:", err)
		os.Exit(1)
	}
}

func run(cfg config, to io.Writer) error {
	out := bufio.NewWriterSize(to, 1<<16)
	var line []byte
	for seed := cfg.Seed; seed < cfg.Seed+cfg.Cases; seed++ {
		made, err := answer(seed)
		if err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
		line = made.appendTo(line[:0], seed)
		if _, err := out.Write(line); err != nil {
			return fmt.Errorf("writing a case: %w", err)
		}
	}
	return out.Flush()
}

// A question is one case: deltas by name, with what was asked and what the
// engine answered, and where a place went.
type question struct {
	deltas []named
	at     int
	moved  [2]int // without and with priority
}

type named struct {
	name  string
	delta ot.Delta
}

// answer makes the case of a seed: ops a and b on a document, next after a.
func answer(seed uint64) (question, error) {
	s := ottest.Rand(seed)
	t := ot.RichText
	if s.IntN(4) == 0 {
		t = ot.Text
	}
	doc := ottest.Document(s, t, 6)
	a, b := ottest.Op(s, t, doc, 6), ottest.Op(s, t, doc, 6)
	raw := ottest.RawOp(s, t, doc, 6)
	after, err := doc.Apply(a)
	if err != nil {
		return question{}, fmt.Errorf("applying: %w", err)
	}
	next := ottest.Op(s, t, after, 6)
	both, err := a.Compose(next)
	if err != nil {
		return question{}, fmt.Errorf("composing: %w", err)
	}
	back, err := a.Invert(doc)
	if err != nil {
		return question{}, fmt.Errorf("inverting: %w", err)
	}
	at := s.IntN(20)
	return question{
		deltas: []named{
			{"doc", doc.Content()}, {"a", a}, {"b", b}, {"next", next}, {"raw", raw},
			{"after", after.Content()}, {"both", both}, {"back", back}, {"normal", raw.Normalize()},
			{"first", a.Transform(b, true)}, {"second", a.Transform(b, false)},
		},
		at:    at,
		moved: [2]int{a.TransformPosition(at, false), a.TransformPosition(at, true)},
	}, nil
}

func (q question) appendTo(line []byte, seed uint64) []byte {
	line = append(line, `{"seed":`...)
	line = strconv.AppendUint(line, seed, 10)
	for _, d := range q.deltas {
		line = append(line, `,"`+d.name+`":`...)
		line = otjson.Append(line, d.delta)
	}
	return fmt.Appendf(line, ",\"at\":%d,\"moved\":[%d,%d]}\n", q.at, q.moved[0], q.moved[1])
}
