package httpapi_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/google/uuid"
)

// An edit by a server is transformed and broadcast like any other.
func TestSubmit(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "text", `[{"insert":"abc"}]`)
	c := s.Connect()
	c.Open("d")
	c.Op("d", 0, 1, `[{"insert":"x"}]`)
	c.Expect(`{"t":"changes"}`)
	a := s.Call(http.MethodPost, "/v1/documents/d/changes", `{"rev":0,"op":[{"retain":1},{"insert":"y"},{"retain":2}]}`)
	answers(t, a, http.StatusOK, "")
	a.Expect(t, `{"rev":2,"op":[{"retain":2},{"insert":"y"}]}`)
	m := c.Expect(`{"t":"changes","changes":[{"rev":2,"op":[{"retain":2},{"insert":"y"}],"user":"anonymous","at":"…"}]}`)
	if m.Has("changes.0.client") || m.Has("changes.0.seq") {
		t.Errorf("a client where none is: %s", m.Raw)
	}
	answers(t, s.Call(http.MethodPost, "/v1/documents/d/changes", `{"rev":3,"op":[]}`), http.StatusConflict, "bad_revision")
	answers(t, s.Call(http.MethodPost, "/v1/documents/d/changes", `{"rev":2,"op":[{"retain":9}]}`), http.StatusUnprocessableEntity, "invalid_op")
	for _, body := range []string{
		`{"op":[]}`, `{"rev":0}`, `{"rev":-1,"op":[]}`, `{"rev":"0","op":[]}`, `{"rev":0,"op":[],"x":1}`, `{}`, ``,
		`{"rev":0,"op":[],"client":"x","seq":1}`, `{"rev":0,"op":[],"epoch":"x"}`,
		`{"rev":0,"op":[],"seq":1}`, `{"rev":0,"op":[],"client":"3f0a52a6-58b3-4b0e-9d0e-6a1c4c1d0a01"}`,
	} {
		answers(t, s.Call(http.MethodPost, "/v1/documents/d/changes", body), http.StatusBadRequest, "bad_message")
	}
	c.Quiet()
}

// P3: a repeat gets the original answer, also after a restart.
func TestP3RepeatedEdit(t *testing.T) {
	store := servertest.SQLite(t)
	s := start(t, servertest.Options{Store: store})
	s.Create("d", "text", `[{"insert":"abc"}]`)
	client := uuid.NewString()
	edit := func(s *servertest.Server, rev, seq int, text string) servertest.Answer {
		return s.Call(http.MethodPost, "/v1/documents/d/changes",
			fmt.Sprintf(`{"rev":%d,"op":[{"insert":"%s"}],"client":"%s","seq":%d}`, rev, text, client, seq))
	}
	first, second := edit(s, 0, 1, "x"), edit(s, 1, 2, "y")
	first.Expect(t, `{"rev":1,"op":[{"insert":"x"}]}`)
	for _, again := range []servertest.Answer{edit(s, 0, 1, "x"), edit(s, 0, 1, "another")} {
		if again.Body != first.Body {
			t.Errorf("the repeat: %s, the original: %s", again.Body, first.Body)
		}
	}
	answers(t, edit(s, 2, 4, "z"), http.StatusConflict, "seq_gap")
	answers(t, edit(s, 1, 3, "z"), http.StatusConflict, "bad_revision") // below its previous one
	s.Close()
	s = servertest.Start(t, servertest.Options{Store: store})
	if again := edit(s, 0, 2, "y"); again.Body != second.Body {
		t.Errorf("after a restart: %s, the original: %s", again.Body, second.Body)
	}
	if content := s.Content("d"); content != `[{"insert":"yxabc"}]` {
		t.Errorf("content %s", content)
	}
}

// P3: a client id belongs to one user.
func TestP3ClientTaken(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	c := s.ConnectAs("ann", map[string]string{"*": "write"})
	c.Open("d")
	a := s.Call(http.MethodPost, "/v1/documents/d/changes", `{"rev":0,"op":[],"client":"`+c.Client+`","seq":1}`)
	answers(t, a, http.StatusForbidden, "client_taken")
	c.Op("d", 0, 1, `[]`)
	c.Expect(`{"t":"changes","changes":[{"seq":1}]}`)
}

// An optional epoch must be the document's.
func TestEpoch(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "text", `[]`)
	epoch := s.Call(http.MethodGet, "/v1/documents/d", "").Message.String("epoch")
	edit := `{"rev":0,"op":[],"epoch":"` + epoch + `"}`
	answers(t, s.Call(http.MethodPost, "/v1/documents/d/changes", edit), http.StatusOK, "")
	s.Call(http.MethodDelete, "/v1/documents/d", "")
	s.Create("d", "text", `[]`)
	answers(t, s.Call(http.MethodPost, "/v1/documents/d/changes", edit), http.StatusConflict, "bad_revision")
}

// C5: pages of changes.
func TestC5Changes(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "text", `[]`)
	if a := s.Call(http.MethodGet, "/v1/documents/d/changes", ""); a.Body != `{"changes":[],"next":null}`+"\n" {
		t.Errorf("none: %s", a.Body)
	}
	c := s.Connect()
	c.Open("d")
	var sent []string
	for seq := 1; seq <= 5; seq++ {
		c.Op("d", seq-1, seq, `[{"insert":"<x>"}]`)
		sent = append(sent, c.Expect(`{"t":"changes"}`).JSON("changes.0"))
	}
	for _, test := range []struct{ query, revs, next string }{
		{"", `[1,2,3,4,5]`, `null`},
		{"?limit=2", `[1,2]`, `2`},
		{"?limit=2&after=2", `[3,4]`, `4`},
		{"?limit=2&after=4", `[5]`, `null`},
		{"?limit=5", `[1,2,3,4,5]`, `null`},
		{"?after=5", `[]`, `null`},
		{"?after=9", `[]`, `null`},
	} {
		a := s.Call(http.MethodGet, "/v1/documents/d/changes"+test.query, "")
		answers(t, a, http.StatusOK, "")
		revs := []int{}
		for _, change := range a.List(t, "changes") {
			rev := change.Int("rev")
			revs = append(revs, rev)
			if got := change.JSON("op"); !change.Matches(t, sent[rev-1]) || got != `[{"insert":"\u003cx\u003e"}]` {
				t.Errorf("revision %d: %s, was sent as %s", rev, change.Raw, sent[rev-1])
			}
		}
		if got := fmt.Sprint(revs); got != fmt.Sprint(numbers(test.revs)) || a.JSON("next") != test.next {
			t.Errorf("%s: %v, next %s", test.query, revs, a.JSON("next"))
		}
	}
	for _, query := range []string{"?limit=0", "?limit=1001", "?after=-1", "?after=x", "?since=1"} {
		answers(t, s.Call(http.MethodGet, "/v1/documents/d/changes"+query, ""), http.StatusBadRequest, "bad_message")
	}
	answers(t, s.Call(http.MethodGet, "/v1/documents/none/changes", ""), http.StatusNotFound, "not_found")
}

// numbers reads the digits of a list.
func numbers(list string) []int {
	all := []int{}
	for _, c := range list {
		if c >= '0' && c <= '9' {
			all = append(all, int(c-'0'))
		}
	}
	return all
}
