package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/bench/serverproc/servertest"
	"github.com/coscribe/coscribe/ot"
)

func TestMain(m *testing.M) { servertest.Main(m) }

func newTestLab(t *testing.T) *lab {
	t.Helper()
	cfg := config{Runs: 1, For: 100 * time.Millisecond, Database: "sqlite", Server: servertest.Binary()}
	l, err := newLab(t.Context(), cfg, "coscribe")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// figure returns the one under that head.
func figure(t *testing.T, r row, head string) float64 {
	t.Helper()
	for i, c := range columns {
		if c.head == head {
			return r.figures[i]
		}
	}
	t.Fatalf("no column %q", head)
	return 0
}

func TestEveryKindOfLoad(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scenario scenario
		want     []string // figures that are not nothing
	}{
		{scenario{name: "fast", docs: 2, writers: 2, readers: 1, size: 100}, []string{"ops/s", "p50 ms", "p99 ms", "ops/frame", "frames/s each"}},
		{scenario{name: "paced", docs: 1, writers: 2, readers: 2, size: 100, rate: 100}, []string{"ops/s", "p50 ms", "frames/s each"}},
		{scenario{name: "cursors", docs: 1, writers: 3, size: 100, cursors: 20}, []string{"frames/s each"}},
		{scenario{name: "idle", docs: 1, writers: 3, size: 100, idle: true}, []string{"empty MB"}}, // what three sessions add is lost in the noise
	} {
		t.Run(c.scenario.name, func(t *testing.T) {
			t.Parallel()
			l := newTestLab(t)
			r, err := l.repeat(t.Context(), c.scenario)
			if err != nil {
				t.Fatal(err)
			}
			for _, head := range c.want {
				if figure(t, r, head) <= 0 {
					t.Errorf("%s is %v", head, figure(t, r, head))
				}
			}
		})
	}
}

// A run that does not converge does not count.
func TestVerifySeesFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*testing.T, context.Context, *trial)
		want  string
	}{
		"a lost op": {func(_ *testing.T, _ context.Context, tr *trial) {
			tr.members[0].seen.acks.Add(1)
		}, "ops acknowledged, but revision"},
		"a foreign change": {func(t *testing.T, ctx context.Context, tr *trial) {
			if _, err := tr.server.(coscribe).rest.Submit(ctx, tr.doc(0), 0, ot.Delta{ot.Insert("!", nil)}); err != nil {
				t.Fatal(err)
			}
		}, "ops acknowledged, but revision"},
		"frames that lead elsewhere": {func(_ *testing.T, _ context.Context, tr *trial) {
			last := tr.members[len(tr.members)-1]
			last.frames = last.frames[:len(last.frames)-1]
		}, "the frames lead to"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newTestLab(t)
			server, err := l.start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer server.Kill()
			tr := newTrial(scenario{docs: 1, writers: 2, readers: 1, size: 50}, l.cfg, server)
			runTrial(t, tr)
			if err := tr.server.verify(t.Context(), tr); err != nil {
				t.Fatalf("before it is spoilt: %v", err)
			}
			c.spoil(t, t.Context(), tr)
			if err := tr.server.verify(t.Context(), tr); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("verify says %v, want %q", err, c.want)
			}
		})
	}
}

func runTrial(t *testing.T, tr *trial) {
	t.Helper()
	for _, step := range []func(context.Context) error{
		tr.create, tr.join,
		func(ctx context.Context) error { _, err := tr.run(ctx); return err },
	} {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMedians(t *testing.T) {
	t.Parallel()
	second := func(acks int64) result { return result{from: time.Second, to: 2 * time.Second, acks: acks} }
	r := medians(scenario{}, []result{second(30), second(10), second(20)})
	if got := figure(t, r, "ops/s"); got != 20 {
		t.Errorf("median of 30, 10, 20 is %v", got)
	}
}
