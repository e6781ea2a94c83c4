package session_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
)

// What is done on the wire is what is counted.
func TestMetrics(t *testing.T) {
	s := start(t, servertest.Options{})
	ann, ben := s.Connect(), s.Connect()
	ann.Open("d")
	ben.Open("d")
	for seq := 1; seq <= 3; seq++ {
		ann.Op("d", seq-1, seq, `[{"insert":"x"}]`)
		ann.Changes(1)
	}
	ben.Changes(3)
	ann.Op("d", 3, 9, `[]`)
	ann.Refused("seq_gap", "d", 9)
	ann.Op("e", 0, 1, `[]`)
	ann.Refused("not_found", "e", 1)
	ann.Send(`{"t":"presence","doc":"d","rev":3,"cursor":[1,1]}`)
	ben.Expect(`{"t":"presence"}`)
	for _, want := range []struct {
		name  string
		value float64
		label []string
	}{
		{name: "coscribe_sessions", value: 2},
		{name: "coscribe_rooms", value: 1},
		{name: "coscribe_ops_committed_total", value: 3},
		{name: "coscribe_batch_ops", value: 3},
		{name: "coscribe_commit_duration_seconds", value: 3},
		{name: "coscribe_commit_batches", value: 3},
		{name: "coscribe_commits_in_flight", value: 0},
		{name: "coscribe_commit_errors_total", value: 0},
		{name: "coscribe_commit_queue_batches", value: 0},
		{name: "coscribe_inbox_requests", value: 0},
		{name: "coscribe_inbox_requests_max", value: 0},
		{name: "coscribe_broadcast_frames_total", value: 8},
		{name: "coscribe_presence_frames_total", value: 1},
		{name: "coscribe_predictions_failed_total", value: 0},
		{name: "coscribe_load_duration_seconds", value: 1},
		{name: "coscribe_documents_created_total", value: 1},
		{name: "coscribe_ops_refused_total", value: 1, label: []string{"code", "seq_gap"}},
		{name: "coscribe_messages_refused_total", value: 1, label: []string{"code", "not_found"}},
		{name: "coscribe_received_messages_total", value: 10},
	} {
		if got := s.Metric(want.name, want.label...); got != want.value {
			t.Errorf("%s%v is %v, want %v", want.name, want.label, got, want.value)
		}
	}
	for _, name := range []string{"coscribe_broadcast_bytes_total", "coscribe_sent_messages_total", "coscribe_sent_bytes_total", "coscribe_received_bytes_total"} {
		if s.Metric(name) == 0 {
			t.Errorf("%s is 0", name)
		}
	}
	ann.Expect(`{"t":"presence"}`)
	ann.Open("d") // as who was wrong about its own change
	ann.Send(`{"t":"open","doc":"d","rev":3}`)
	ann.Expect(`{"t":"opened","from":3}`)
	if n := s.Metric("coscribe_predictions_failed_total"); n != 1 {
		t.Errorf("%v failed predictions are counted", n)
	}
	ben.Leave()
	servertest.Eventually(t, "the end is counted", func() bool {
		return s.Metric("coscribe_sessions_closed_total", "code", "1006") == 1
	})
	s.Close()
	if n := s.Metric("coscribe_snapshot_duration_seconds"); n != 1 {
		t.Errorf("%v snapshots are counted", n)
	}
	if n := s.Metric("coscribe_snapshot_errors_total"); n != 0 {
		t.Errorf("%v failed snapshots are counted", n)
	}
}

// What goes wrong with the store, and what waits for it, is counted.
func TestMetricsOfFaults(t *testing.T) {
	s := start(t, servertest.Options{Slots: 1, Idle: time.Millisecond})
	is := func(name string, want float64) {
		t.Helper()
		servertest.Eventually(t, fmt.Sprintf("%s is %v", name, want), func() bool { return s.Metric(name) == want })
	}
	ann, ben := s.Connect(), s.Connect()
	ann.Open("d")
	ben.Open("e")

	commits := s.Store.HoldCommits(t)
	ann.Op("d", 0, 1, `[{"insert":"x"}]`)
	commits.Await()
	is("coscribe_commits_in_flight", 1)
	ben.Op("e", 0, 1, `[{"insert":"x"}]`)
	is("coscribe_commit_queue_batches", 1)
	loads := servertest.NewGate(t)
	s.Store.On(servertest.Hooks{Load: func(next func() error) error {
		loads.Pass()
		return next()
	}})
	ben.Send(`{"t":"open","doc":"f"}`)
	loads.Await()
	is("coscribe_inbox_requests", 1)
	is("coscribe_inbox_requests_max", 1)
	loads.Open()
	commits.Open()
	ann.Changes(1)
	is("coscribe_ops_committed_total", 2)

	fails := errors.New("the database is away")
	s.Store.On(servertest.Hooks{Commit: func([]storage.Batch, func() ([]storage.Outcome, error)) ([]storage.Outcome, error) {
		s.Store.On(servertest.Hooks{})
		return nil, fails
	}})
	ann.Op("d", 1, 2, `[{"insert":"x"}]`)
	ann.Changes(1)
	is("coscribe_commit_errors_total", 1)
	is("coscribe_catch_ups_total", 1)

	s.Store.On(servertest.Hooks{Commit: func(_ []storage.Batch, next func() ([]storage.Outcome, error)) ([]storage.Outcome, error) {
		s.Store.On(servertest.Hooks{})
		_, first := next() // it was another server's, as far as this one can tell
		outcomes, err := next()
		return outcomes, errors.Join(first, err)
	}})
	ann.Op("d", 2, 3, `[{"insert":"x"}]`)
	ann.Changes(1)
	is("coscribe_lost_races_total", 1)
	is("coscribe_catch_ups_total", 2)

	s.Store.On(servertest.Hooks{Changes: func(func() error) error { return fails }})
	ann.Leave() // and with it the room, after a snapshot that takes the changes
	is("coscribe_snapshot_errors_total", 1)
}

// P7: a reader who takes nothing is closed, and counted as slow: as the bytes
// that wait for it pass their bound, or as one write takes too long.
func TestSlowReadersAreCounted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		stall time.Duration
		ops   int // of half a megabyte
	}{
		"overflow": {stall: time.Hour, ops: 28},
		"stall":    {stall: 50 * time.Millisecond, ops: 15},
	} {
		s := servertest.Start(t, servertest.Options{StallTimeout: test.stall, Limits: wire.Limits{Document: 64 << 20}})
		slow := s.Dial(servertest.Dial{Window: 4096})
		slow.Hello("")
		slow.Open("d")
		writer := s.Connect()
		writer.Open("d")
		for seq := range test.ops {
			writer.Op("d", seq, seq+1, `[{"insert":"`+strings.Repeat("x", 1<<19)+`"}]`)
			writer.NextBytes() // its own change
		}
		servertest.Eventually(t, name+": the slow reader is counted", func() bool {
			return s.Metric("coscribe_slow_closes_total") == 1
		})
	}
}
