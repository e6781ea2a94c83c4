// Command type types a recorded editing history into a document, as one person
// at one editor, and checks what the server has in the end.
//
//	go run ./bench/type --trace automerge-paper.json.gz --server http://127.0.0.1:8080 --doc paper
//
// Each transaction of the trace is committed as a change of its own: there is
// one op in flight at a time (S1), so it goes at the pace of acknowledgements.
// With --compose what is typed while an op is in flight is composed into the
// next one, as an editor does.
//
// It reads the text back over REST and compares its SHA-256 with the
// expected.json beside the trace. Exit codes: 0 as expected, 1 not.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/bench/trace"
	"github.com/coscribe/coscribe/ot"
)

type config struct {
	Trace   string `required:"" help:"The trace, a .json.gz with an expected.json beside it." type:"existingfile"`
	Server  string `default:"http://127.0.0.1:8080" help:"The server's base URL."`
	Doc     string `required:"" help:"The document to type into. It must be new."`
	Type    string `default:"text" enum:"text,rich-text" help:"The document's type."`
	Token   string `env:"COSCRIBE_TOKEN" help:"A JWT that may write the document."`
	Compose bool   `help:"Compose what is typed while an op is in flight."`
	Behind  int    `default:"64" help:"Type no further ahead of the acknowledgements than this many edits."`
	Limit   int    `default:"0" help:"Type only so many edits, and check against their own text. 0: all."`
}

func main() {
	var cfg config
	kong.Parse(&cfg, kong.Description("Types a recorded editing history into a document."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, cfg, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "type:", err)
		stop()
		os.Exit(1)
	}
}

// run types the whole trace and checks the result.
func run(ctx context.Context, cfg config, out io.Writer) error {
	tr, err := trace.Load(cfg.Trace)
	if err != nil {
		return err
	}
	typ, err := ot.ParseType(cfg.Type)
	if err != nil {
		return err
	}
	if cfg.Limit > 0 && cfg.Limit < len(tr.Edits) {
		if err := tr.Truncate(cfg.Limit); err != nil {
			return err
		}
	}
	t := &typist{cfg: cfg, trace: tr, out: out}
	if err := t.typeAll(ctx, typ); err != nil {
		return err
	}
	rest := client.REST{Address: t.address, Token: cfg.Token}
	text, err := rest.Text(ctx, cfg.Doc)
	if err != nil {
		return fmt.Errorf("read the text back: %w", err)
	}
	if typ == ot.RichText {
		text = strings.TrimSuffix(text, "\n") // the one it was created with
	}
	if err := tr.Check(text); err != nil {
		return err
	}
	fmt.Fprintf(out, "text as expected: %d bytes, SHA-256 %s\n", len(text), tr.Want.SHA256)
	return nil
}

// typist types one trace.
type typist struct {
	cfg   config
	trace *trace.Trace
	out   io.Writer

	// guarded by the client's lock: they are written where events are handed out
	acknowledged, ops, mispredicted int
}

func (t *typist) address() string { return strings.TrimSuffix(t.cfg.Server, "/") }

func (t *typist) event(_ string, e client.Event) {
	switch e := e.(type) {
	case client.Acknowledged:
		t.acknowledged += e.Edits
		t.ops++
	case client.Mispredicted:
		t.mispredicted++
	}
}

// typeAll returns when every edit is acknowledged.
func (t *typist) typeAll(ctx context.Context, typ ot.Type) (err error) {
	c := client.New(client.Config{Address: t.address, Token: t.cfg.Token, Compose: t.cfg.Compose, Events: t.event})
	ctx, cancel := context.WithCancelCause(ctx)
	connected := make(chan struct{})
	go func() {
		defer close(connected)
		if err := c.Run(ctx); err != nil {
			cancel(err)
		}
	}()
	defer func() {
		cancel(nil)
		<-connected
	}()
	doc, err := c.Open(ctx, t.cfg.Doc, typ)
	if err != nil {
		return err
	}
	if err := t.begin(doc); err != nil {
		return err
	}
	start := time.Now()
	if err := t.edits(ctx, doc, start); err != nil {
		return err
	}
	took := time.Since(start)
	var rev int64
	_ = doc.Do(func(s *client.State) error { rev = s.Rev(); return nil })
	fmt.Fprintf(t.out, "\n%s: %d edits in %d ops, revision %d, %.1f s, %.0f edits/s, %.0f ops/s, %d mispredicted\n",
		t.trace.Name, t.acknowledged, t.ops, rev, took.Seconds(),
		float64(t.acknowledged)/took.Seconds(), float64(t.ops)/took.Seconds(), t.mispredicted)
	if t.mispredicted > 0 {
		return errors.New("own changes came back different")
	}
	return nil
}

// begin makes sure that the document is new and types what the trace starts
// with.
func (t *typist) begin(doc *client.Document) error {
	return doc.Do(func(s *client.State) error {
		if s.Rev() != 0 {
			return fmt.Errorf("document %s is at revision %d already", doc.ID(), s.Rev())
		}
		if t.trace.Start == "" {
			return nil
		}
		return s.Edit(ot.Delta{ot.Insert(t.trace.Start, nil)})
	})
}

func (t *typist) edits(ctx context.Context, doc *client.Document, start time.Time) error {
	shown := start
	for i, edit := range t.trace.Edits {
		near := func(s *client.State) bool { return s.Unacknowledged() < t.cfg.Behind }
		if err := doc.Wait(ctx, near); err != nil {
			return fmt.Errorf("edit %d: %w", i, err)
		}
		if err := doc.Edit(edit); err != nil {
			return fmt.Errorf("edit %d: %w", i, err)
		}
		if now := time.Now(); now.Sub(shown) > time.Second/2 {
			shown = now
			t.progress(doc, i+1, now.Sub(start))
		}
	}
	if err := doc.Sync(ctx); err != nil {
		return err
	}
	t.progress(doc, len(t.trace.Edits), time.Since(start))
	return nil
}

func (t *typist) progress(doc *client.Document, typed int, took time.Duration) {
	_ = doc.Do(func(s *client.State) error {
		fmt.Fprintf(t.out, "\r%d of %d typed, %d acknowledged, %d behind, %.0f ops/s   ",
			typed, len(t.trace.Edits), t.acknowledged, s.Unacknowledged(), float64(t.ops)/took.Seconds())
		return nil
	})
}
