package main

import (
	"context"
	"errors"
	"time"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/bench/trace"
	"github.com/coscribe/coscribe/ot"
)

// fill types the trace, each transaction as a change of its own.
func (c coscribe) fill(ctx context.Context, path, _, doc string) error {
	tr, err := trace.Load(path)
	if err != nil {
		return err
	}
	typist, document, err := c.opens(ctx, doc, ot.Text)
	if err != nil {
		return err
	}
	defer typist.Close()
	for _, edit := range append([]ot.Delta{{ot.Insert(tr.Start+"\n", nil)}}, tr.Edits...) {
		const ahead = 64 // of the acknowledgements
		if err := document.Wait(ctx, func(s *client.State) bool { return s.Unacknowledged() < ahead }); err != nil {
			return err
		}
		if err := document.Edit(edit); err != nil {
			return err
		}
	}
	return document.Sync(ctx)
}

// opens returns a client that has a document open.
func (c coscribe) opens(ctx context.Context, doc string, typ ot.Type) (*client.Client, *client.Document, error) {
	one := client.New(client.Config{Address: c.URL})
	err := one.Connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	document, err := one.Open(ctx, doc, typ)
	if err != nil {
		one.Close()
	}
	return one, document, err
}

// meet has two clients do it. The one who is there makes each edit a change of
// its own.
func (c coscribe) meet(ctx context.Context, doc string, edits int) (float64, error) {
	there, here, err := c.opens(ctx, doc, ot.RichText)
	if err != nil {
		return 0, err
	}
	defer there.Close()
	absent := client.New(client.Config{Address: c.URL, Compose: true})
	defer absent.Close()
	if err := absent.Connect(ctx); err != nil {
		return 0, err
	}
	away, err := absent.Open(ctx, doc, ot.RichText)
	if err != nil {
		return 0, err
	}
	var length int
	_ = here.Do(func(s *client.State) error { length = s.View().Len(); return nil })
	absent.Cut()
	if err := errors.Join(burst(away, edits, length, 0, "a"), burst(here, edits, length, 11, "b"), here.Sync(ctx)); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := errors.Join(absent.Connect(ctx), away.Sync(ctx)); err != nil {
		return 0, err
	}
	var came ot.Document
	_ = away.Do(func(s *client.State) error { came = s.View(); return nil })
	err = here.Wait(ctx, func(s *client.State) bool { return s.View().Len() == length+2*edits })
	took := millis(time.Since(began))
	return took, errors.Join(err, here.Do(func(s *client.State) error {
		if !s.View().Content().Equal(came.Content()) {
			return errors.New("the two do not have the same")
		}
		return nil
	}))
}

// burst makes edits: letters, twenty at a place, the places spread.
func burst(doc *client.Document, edits, length, phase int, letter string) error {
	const letters = 20
	for i := range edits {
		at := (i/letters*37+phase)%(length-1) + 1 + i%letters
		if err := doc.Edit(ot.Delta{ot.Retain(at, nil), ot.Insert(letter, nil)}); err != nil {
			return err
		}
	}
	return nil
}
