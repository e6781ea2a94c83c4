package session_test

import (
	"net/http"
	"testing"

	"github.com/coscribe/coscribe/internal/servertest"
)

// Draining: everyone is told, what is being committed is told, what waits is
// answered with closing, and 1001 follows.
func TestDrain(t *testing.T) {
	s := start(t, servertest.Options{})
	c, other := s.Connect(), s.Connect()
	c.Open("d")
	other.Open("d")
	gate := s.Store.HoldCommits(t)
	c.Op("d", 0, 1, `[{"insert":"x"}]`)
	gate.Await()
	other.Op("d", 0, 1, `[{"insert":"y"}]`) // waits in the room
	other.Quiet()
	ended := make(chan struct{})
	go func() {
		s.Close()
		close(ended)
	}()
	c.Expect(`{"t":"draining","within":2000}`)
	other.Expect(`{"t":"draining","within":2000}`)
	if _, res, err := s.Try(servertest.Dial{}); err == nil || res == nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a newcomer: %v, %v", res, err)
	}
	for closing := false; !closing; { // the rooms hear of it a moment later
		c.Send(`{"t":"open","doc":"another"}`)
		m := c.Next()
		if closing = m.Matches(t, `{"t":"error","code":"closing","doc":"another"}`); !closing {
			m.Expect(t, `{"t":"opened"}`)
		}
	}
	gate.Open()
	c.Expect(`{"t":"changes","changes":[{"rev":1,"seq":1}]}`)
	c.Closed(1001)
	other.Expect(`{"t":"changes","changes":[{"rev":1}]}`)
	last := other.Closed(1001)
	if !last.Matches(t, `{"t":"error","code":"closing","seq":1}`) && !last.Matches(t, `{"t":"changes","changes":[{"rev":2,"seq":1}]}`) {
		t.Errorf("what waited: %s", last.Raw)
	}
	<-ended
	if a := s.Call(http.MethodGet, "/readyz", ""); a.Status != http.StatusServiceUnavailable {
		t.Errorf("ready: %d %s", a.Status, a.Body)
	}
	back := servertest.Start(t, servertest.Options{Store: s.Store.Store}).Connect()
	back.Open("d")
}

// What was acknowledged before is there after, and a server that starts on
// the same store goes on with it.
func TestP2Restart(t *testing.T) {
	store := servertest.SQLite(t)
	s := start(t, servertest.Options{Store: store})
	c := s.Connect()
	opened := c.Open("d")
	for seq := 1; seq <= 20; seq++ {
		c.Op("d", seq-1, seq, `[{"insert":"x"}]`)
		c.Expect(`{"t":"changes"}`)
	}
	s.Close()
	c.Closed(1001)
	s = servertest.Start(t, servertest.Options{Store: store})
	back := s.Dial(servertest.Dial{})
	back.Client = c.Client
	back.Hello("")
	resume(back, "d", 5, `,"epoch":"`+opened.String("epoch")+`"`)
	expectResumed(t, back.Expect(`{"t":"opened","seq":20}`), 5, 20)
	back.Op("d", 20, 21, `[{"insert":"y"}]`)
	back.Expect(`{"t":"changes","changes":[{"rev":21,"seq":21}]}`)
}
