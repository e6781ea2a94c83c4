package swarm

import (
	"context"
	"errors"
	"fmt"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/bench/typing"
	"github.com/coscribe/coscribe/ot"
)

const page = 100 // changes asked for at once

// checkDocument holds one document against all that worked on it.
func (s *swarm) checkDocument(ctx context.Context, id string) error {
	rest := client.REST{Address: s.cfg.Address, Token: s.cfg.Token}
	content, head, err := rest.Content(ctx, id, -1)
	if err != nil {
		return fmt.Errorf("read the content: %w", err)
	}
	return errors.Join(
		s.checkHistory(ctx, rest, id, content, head),
		s.checkViews(ctx, id, content, head),
		s.checkTokens(id, content),
		s.checkPresence(ctx, id),
	)
}

// checkHistory reads the line of changes from its beginning: gapless, each seq
// once and in order, equal to what the clients saw, and leading to content.
func (s *swarm) checkHistory(ctx context.Context, rest client.REST, id string, content ot.Delta, head int64) error {
	start, _, err := rest.Content(ctx, id, 0)
	if err != nil {
		return fmt.Errorf("read revision 0: %w", err)
	}
	doc, err := ot.NewDocument(start)
	if err != nil {
		return fmt.Errorf("revision 0: %w", err)
	}
	rev, seqs := int64(0), make(map[string]int64)
	for more := true; more; {
		var changes []client.Change
		if changes, more, err = rest.Changes(ctx, id, rev, page); err != nil {
			return fmt.Errorf("read changes after %d: %w", rev, err)
		}
		if more && len(changes) == 0 {
			return fmt.Errorf("an empty page of changes after %d with a next one", rev)
		}
		for _, c := range changes {
			if c.From != rev {
				return fmt.Errorf("P1: change %d follows %d, not %d", c.Rev, c.From, rev)
			}
			if doc, err = doc.Apply(c.Op); err != nil {
				return fmt.Errorf("P6: change %d: %w", c.Rev, err)
			}
			if err := s.checkChange(id, c, seqs); err != nil {
				return err
			}
			rev = c.Rev
		}
	}
	s.ledger.counted(int(rev))
	switch {
	case rev != head:
		return fmt.Errorf("changes end at %d, content is of %d", rev, head)
	case !doc.Content().Equal(content):
		return fmt.Errorf("the changes give %v, the content is %v", doc.Content(), content)
	}
	return nil
}

// checkChange holds one change against the seqs before it and the clients.
func (s *swarm) checkChange(id string, c client.Change, seqs map[string]int64) error {
	if c.From != c.Rev-1 {
		return nil
	}
	if c.Client != "" {
		if c.Seq != seqs[c.Client]+1 {
			return fmt.Errorf("P3: change %d is seq %d of %s, the one before was %d", c.Rev, c.Seq, c.Client, seqs[c.Client])
		}
		seqs[c.Client] = c.Seq
	}
	s.ledger.mu.Lock()
	defer s.ledger.mu.Unlock()
	if seen, ok := s.ledger.seen[id][c.Rev]; ok && !same(seen, c) {
		return fmt.Errorf("P1: revision %d was sent as %+v and is read as %+v", c.Rev, seen, c)
	}
	return s.ledger.split
}

// checkViews compares what every client sees with the content.
func (s *swarm) checkViews(ctx context.Context, id string, content ot.Delta, head int64) error {
	return s.each(id, func(w *walker, d *work) error {
		caughtUp := func(s *client.State) bool { return s.Synchronised() && s.Rev() >= head }
		if err := d.doc.Wait(ctx, caughtUp); err != nil {
			return fmt.Errorf("catch up with %d: %w", head, err)
		}
		return d.doc.Do(func(s *client.State) error {
			if got := s.View().Content(); !got.Equal(content) {
				return fmt.Errorf("sees %v, the content is %v", got, content)
			}
			return nil
		})
	})
}

// checkTokens looks for every edit. Those acknowledged are there once; of
// those without an acknowledgement, which only deserters have, at most once.
func (s *swarm) checkTokens(id string, content ot.Delta) error {
	doc, err := ot.NewDocument(content)
	if err != nil {
		return err
	}
	counts := typing.Count(doc.Text())
	var failed []error
	for _, w := range s.walkers {
		for _, d := range w.docs {
			if d.id != id {
				continue
			}
			acked := d.acknowledged()
			for i, token := range d.typed {
				n := counts[token]
				delete(counts, token)
				if n > 1 || n == 0 && i < acked {
					failed = append(failed, fmt.Errorf("P3: %s, acknowledged: %t, is there %d times", token, i < acked, n))
				}
			}
			if !w.gone && acked != len(d.typed) {
				failed = append(failed, fmt.Errorf("client %d: %d of %d edits acknowledged", w.id, acked, len(d.typed)))
			}
		}
	}
	if len(counts) > 0 {
		failed = append(failed, fmt.Errorf("nobody typed %v", counts))
	}
	return errors.Join(failed...)
}

// checkPresence waits until everyone sees everyone's cursor where its owner
// has it (S7).
func (s *swarm) checkPresence(ctx context.Context, id string) error {
	if s.cfg.Apart {
		return nil
	}
	if s.cfg.NoPresence {
		return nil
	}
	own := make(map[string]*client.Range)
	err := s.each(id, func(w *walker, d *work) error {
		return d.doc.Do(func(s *client.State) error {
			own[w.client.ID()] = s.Cursor()
			return nil
		})
	})
	if err != nil {
		return err
	}
	return s.each(id, func(w *walker, d *work) error {
		var last map[string]client.Peer
		err := d.doc.Wait(ctx, func(s *client.State) bool {
			last = s.Peers()
			return agree(last, own, w.client.ID())
		})
		if err != nil {
			return fmt.Errorf("S7: shows %s, the others are %s: %w", peers(last), ranges(own), err)
		}
		return nil
	})
}

func agree(shown map[string]client.Peer, own map[string]*client.Range, self string) bool {
	for id, at := range own {
		p, here := shown[id]
		switch {
		case id == self:
		case at == nil && (!here || p.Cursor == nil):
		case at == nil || p.Cursor == nil || *p.Cursor != *at:
			return false
		}
	}
	return true
}

func peers(shown map[string]client.Peer) string {
	at := make(map[string]*client.Range, len(shown))
	for id, p := range shown {
		at[id] = p.Cursor
	}
	return ranges(at)
}

func ranges(at map[string]*client.Range) string {
	text := ""
	for id, r := range at {
		if r != nil {
			text += fmt.Sprintf("%s %v ", id[:8], *r)
		}
	}
	return "[" + text + "]"
}

// each calls f for everyone who is still there and works on the document.
func (s *swarm) each(id string, f func(*walker, *work) error) error {
	var failed []error
	for _, w := range s.walkers {
		for _, d := range w.docs {
			if w.gone || d.id != id {
				continue
			}
			if err := f(w, d); err != nil {
				failed = append(failed, fmt.Errorf("client %d: %w", w.id, err))
			}
		}
	}
	return errors.Join(failed...)
}

func (l *ledger) counted(changes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sum.Changes += changes
}
