package swarm

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/bench/serverproc/servertest"
	"github.com/coscribe/coscribe/ot"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// deadline bounds a run that would hang; none comes near it.
func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func run(t *testing.T, cfg Config) {
	t.Helper()
	report, err := Run(deadline(t), cfg)
	t.Logf("%+v", report)
	if err != nil {
		t.Fatal(err)
	}
	if report.Edits == 0 || report.Changes == 0 || report.Acknowledged == 0 {
		t.Errorf("nothing happened: %+v", report)
	}
}

func TestOnAQuietNetwork(t *testing.T) {
	t.Parallel()
	for _, typ := range []ot.Type{ot.RichText, ot.Text} {
		t.Run(typ.String(), func(t *testing.T) {
			t.Parallel()
			run(t, Config{Address: servertest.Start(t).URL, Seed: 1, Type: typ, Clients: 6, Documents: 2, Edits: 60})
		})
	}
}

func TestOnACutNetwork(t *testing.T) {
	t.Parallel()
	for _, typ := range []ot.Type{ot.RichText, ot.Text} {
		t.Run(typ.String(), func(t *testing.T) {
			t.Parallel()
			run(t, Config{
				Address: servertest.Start(t).URL, Seed: 2, Type: typ,
				Clients: 8, Documents: 3, Edits: 60, CutEvery: 8, Deserters: 2,
			})
		})
	}
}

// P2, P3: a killed server loses nothing that it has acknowledged.
func TestThroughAKilledServer(t *testing.T) {
	t.Parallel()
	server := servertest.Start(t)
	run(t, Config{
		Address: server.URL, Seed: 3, Clients: 6, Documents: 2, Edits: 80, CutEvery: 20, Deserters: 1,
		Edited: func(n int) {
			if n%120 == 0 {
				server.Restart()
			}
		},
	})
}

// The checks have to see what they look for.
func TestChecksSeeFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*testing.T, context.Context, *swarm)
		want  string
	}{
		"a lost edit": {func(t *testing.T, ctx context.Context, s *swarm) {
			submit(t, ctx, s, func(length int) ot.Delta { return ot.Delta{ot.Delete(length)} })
		}, "is there 0 times"},
		"a repeated edit": {func(t *testing.T, ctx context.Context, s *swarm) {
			token := s.walkers[0].docs[0].typed[0]
			submit(t, ctx, s, func(int) ot.Delta { return ot.Delta{ot.Insert(token, nil)} })
		}, "is there 2 times"},
		"an edit of nobody": {func(t *testing.T, ctx context.Context, s *swarm) {
			submit(t, ctx, s, func(int) ot.Delta { return ot.Delta{ot.Insert("⟦9.9⟧", nil)} })
		}, "nobody typed"},
		"a change seen otherwise": {func(t *testing.T, ctx context.Context, s *swarm) {
			c := s.ledger.seen[s.document(0)][3]
			c.Op = ot.Delta{ot.Delete(1)}
			s.ledger.seen[s.document(0)][3] = c
		}, "P1: revision 3 was sent as"},
		"a misprediction": {func(t *testing.T, ctx context.Context, s *swarm) {
			s.ledger.event(s.document(0), client.Mispredicted{Seq: 1})
		}, "1 mispredicted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := deadline(t)
			cfg := Config{Address: servertest.Start(t).URL, Type: ot.Text, Clients: 2, Edits: 10}.withDefaults()
			s := newSwarm(cfg)
			defer s.leave()
			if err := s.walk(ctx); err != nil {
				t.Fatal(err)
			}
			if err := s.check(ctx); err != nil {
				t.Fatalf("before it is spoilt: %v", err)
			}
			c.spoil(t, ctx, s)
			if err := s.check(ctx); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("check says %v, want %q", err, c.want)
			}
		})
	}
}

// submit edits the document behind the swarm's back.
func submit(t *testing.T, ctx context.Context, s *swarm, op func(length int) ot.Delta) {
	t.Helper()
	rest := client.REST{Address: s.cfg.Address}
	info, err := rest.Info(ctx, s.document(0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rest.Submit(ctx, info.ID, info.Rev, op(info.Length)); err != nil {
		t.Fatal(err)
	}
}
