package session_test

import (
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/internal/servertest"
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
