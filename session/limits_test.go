package session_test

import (
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/session"
)

const busy = `{"t":"error","code":"rate_limited"}`

// turnedAway expects the refusal of a session and 1013 behind it.
func turnedAway(t *testing.T, c *servertest.Conn) {
	t.Helper()
	c.Expect(busy)
	c.Closed(1013)
}

func hello(c *servertest.Conn, user string) {
	c.Send(`{"t":"hello","client":"%s","token":"%s"}`, c.Client, authtest.Token(user, nil))
}

// silent connects and does not say hello.
func silent(s *servertest.Server, d servertest.Dial) *servertest.Conn {
	c := s.Dial(d)
	c.Send(`{"t":"ping"}`)
	c.Expect(`{"t":"error","code":"hello_required"}`)
	return c
}

func TestSessionsOfAUser(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true, Per: session.Limits{User: 2}})
	first, second := s.ConnectAs("ann", nil), s.ConnectAs("ann", nil)
	third := s.Dial(servertest.Dial{})
	hello(third, "ann")
	turnedAway(t, third)
	s.ConnectAs("ben", nil)
	if n := s.Metric("coscribe_sessions_refused_total", "limit", "user"); n != 1 {
		t.Errorf("%v sessions were counted as refused", n)
	}

	// P4: who comes back takes their own place.
	again := s.Dial(servertest.Dial{})
	again.Client = second.Client
	again.Hello(authtest.Token("ann", nil))
	second.Closed(4409)

	first.Leave()
	servertest.Eventually(t, "the place of who left is free", func() bool { return s.Sessions.Sessions() == 2 })
	s.ConnectAs("ann", nil)
	fifth := s.Dial(servertest.Dial{})
	hello(fifth, "ann")
	turnedAway(t, fifth)
}

// The server has room for so many sessions and no more, whoever they are. What
// did not become one takes no place.
func TestSessionsOfTheServer(t *testing.T) {
	s := start(t, servertest.Options{MaxSessions: 2})
	first := s.Connect()
	for range 3 {
		servertest.Eventually(t, "it is no upgrade", func() bool {
			answer, err := http.Get(s.URL + "/v1/connect")
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			return answer.StatusCode == http.StatusBadRequest
		})
	}
	placed := func() bool {
		ws, _, err := s.Try(servertest.Dial{})
		if err == nil {
			t.Cleanup(func() { _ = ws.Close() })
		}
		return err == nil
	}
	servertest.Eventually(t, "there is a second place", placed)
	before := s.Metric("coscribe_sessions_refused_total", "limit", "server")
	if _, answer, err := s.Try(servertest.Dial{}); err == nil || answer == nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a third session: %v", err)
	}
	if n := s.Metric("coscribe_sessions_refused_total", "limit", "server"); n != before+1 {
		t.Errorf("%v sessions were counted as refused after %v", n, before)
	}
	first.Leave()
	servertest.Eventually(t, "the place of who left is free", placed)
}

// An address counts only while nobody knows the user.
func TestSessionsOfAnAddress(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true, Per: session.Limits{Address: 1}})
	ann := silent(s, servertest.Dial{})
	turnedAway(t, s.Dial(servertest.Dial{}))
	known := http.Header{"Authorization": {"Bearer " + authtest.Token("cid", nil)}}
	silent(s, servertest.Dial{Header: known})
	ann.Hello(authtest.Token("ann", nil))
	s.Dial(servertest.Dial{}).Hello(authtest.Token("ben", nil))
	s.Dial(servertest.Dial{}).Hello(authtest.Token("ann", nil))
}

func TestSessionsOfAnonymousUsers(t *testing.T) {
	s := start(t, servertest.Options{Per: session.Limits{Address: 2, User: 1}})
	one := s.Connect()
	s.Connect()
	turnedAway(t, s.Dial(servertest.Dial{}))
	one.Leave()
	servertest.Eventually(t, "the place of who left is free", func() bool { return s.Sessions.Sessions() == 1 })
	s.Connect()
}

func TestAddressesBehindAProxy(t *testing.T) {
	from := func(hops string) servertest.Dial {
		return servertest.Dial{Header: http.Header{"X-Forwarded-For": {hops}}}
	}
	one := session.Limits{Address: 1}
	trusting := start(t, servertest.Options{
		Keyed: true, Per: one, Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")},
	})
	silent(trusting, from("192.0.2.1"))
	silent(trusting, from("192.0.2.2"))
	silent(trusting, from("192.0.2.1, 198.51.100.7, 10.1.1.1")) // the last one that is not a proxy
	silent(trusting, from("2001:db8:0:1::1"))
	silent(trusting, from("2001:db8:0:2::1"))
	for _, again := range []string{
		"192.0.2.2", "192.0.2.9, 192.0.2.1", "198.51.100.7, 10.3.2.1", "2001:db8:0:1::2", "::ffff:192.0.2.1",
	} {
		turnedAway(t, trusting.Dial(from(again)))
	}

	wary := servertest.Start(t, servertest.Options{Keyed: true, Per: one})
	silent(wary, from("192.0.2.1"))
	turnedAway(t, wary.Dial(from("192.0.2.2")))
}

// The bucket fills by one a second: the test would have to take minutes for
// all to pass.
const manyMessages = 200

func TestMessagesASecond(t *testing.T) {
	s := start(t, servertest.Options{Per: session.Limits{Messages: session.Rate{PerSecond: 1, Burst: 5}}})
	c := s.Connect()
	c.Open("d")
	for seq := range manyMessages {
		c.Op("d", 0, seq+1, `[{"insert":"x"}]`)
	}
	refused, passed := make(map[int]bool), 0
	for len(refused)+passed < manyMessages {
		m := c.Next()
		switch {
		case m.Matches(t, `{"t":"error","code":"rate_limited","doc":"d"}`):
			refused[m.Int("seq")] = true
		case m.Has("changes"):
			passed += len(m.List(t, "changes"))
		default:
			passed++ // what follows an op that was refused does not fit
		}
	}
	if len(refused) == 0 || passed == 0 || refused[1] {
		t.Errorf("%d are refused, %d passed", len(refused), passed)
	}
	if n := s.Metric("coscribe_messages_refused_total", "code", "rate_limited"); int(n) != len(refused) {
		t.Errorf("%v are counted as refused, not %d", n, len(refused))
	}
	c.Send(`{"t":"close","doc":"d"}`) // always allowed: nobody is in the room
	servertest.Eventually(t, "the room is empty", func() bool {
		return s.Call(http.MethodGet, "/v1/documents/d/presence", "").Status == http.StatusOK
	})
}

func TestBytesASecond(t *testing.T) {
	o := servertest.Options{Per: session.Limits{Bytes: session.Rate{PerSecond: 1, Burst: 1}}}
	o.Limits.Message = 1000 // a burst holds one message at least
	s := start(t, o)
	c := s.Connect()
	c.Open("d")
	refused := 0
	for range manyMessages {
		c.Send(`{"t":"ping"}`)
		if c.Next().Matches(t, busy) {
			refused++
		}
	}
	if refused == 0 || refused == manyMessages {
		t.Errorf("%d of %d are refused", refused, manyMessages)
	}
}

func TestDocumentsCreatedAMinute(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true, MaxCreates: 3})
	all := map[string]string{"*": "write"}
	ann := s.ConnectAs("ann", all)
	ann.Open("a")
	ann.Open("b")
	token := authtest.Token("ann", all)
	create := func(token, id string) int {
		return s.Do(servertest.Request{Method: http.MethodPost, Path: "/v1/documents", Body: `{"id":"` + id + `"}`, Token: token}).Status
	}
	if status := create(token, "c"); status != http.StatusCreated {
		t.Fatalf("the third: %d", status)
	}
	// From here on the bucket has a third of a document a minute less than one.
	begin := time.Now()
	ann.Send(`{"t":"open","doc":"d"}`)
	over := ann.Next()
	status := create(token, "e")
	if time.Since(begin) < 15*time.Second { // it fills by one in twenty
		over.Expect(t, `{"t":"error","code":"rate_limited","doc":"d"}`)
		if status != http.StatusTooManyRequests {
			t.Errorf("REST: %d", status)
		}
	}
	ann.Open("a") // what exists is no creation
	s.ConnectAs("ben", all).Open("f")
	if status := create(authtest.Token("ann", map[string]string{"*": "admin"}), "g"); status != http.StatusCreated {
		t.Errorf("an admin: %d", status)
	}
}

func TestRoomsInMemory(t *testing.T) {
	s := start(t, servertest.Options{MaxRooms: 2, Idle: time.Hour})
	c := s.Connect()
	c.Open("a")
	c.Open("b")
	c.Send(`{"t":"open","doc":"c"}`)
	c.Refused("unavailable", "c", 0)
	if n := s.Metric("coscribe_rooms_refused_total"); n != 1 {
		t.Errorf("%v refusals are counted", n)
	}
	if a := s.Call(http.MethodPost, "/v1/documents/a/changes", `{"rev":0,"op":[]}`); a.Status != http.StatusOK {
		t.Errorf("an edit of what is open: %d %s", a.Status, a.Body)
	}
	c.Changes(1)
	// A room that nobody is in makes way, long before its time.
	c.Send(`{"t":"close","doc":"b"}`)
	servertest.Eventually(t, "there is space for another", func() bool {
		c.Send(`{"t":"open","doc":"c"}`)
		return c.Next().Matches(t, `{"t":"opened","doc":"c"}`)
	})
	if n := s.Metric("coscribe_rooms"); n != 2 {
		t.Errorf("%v rooms are counted", n)
	}
	c.Open("a") // it was never given up
}
