package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/internal/servertest"
)

var adminAll = map[string]string{"*": "admin"}

// An admin of everything drops the sessions of a user, or those that have a
// document open, and no others.
func TestDropSessions(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	docs := map[string]string{"*": "write"}
	drop := func(query string) {
		t.Helper()
		answers(t, s.Call(http.MethodDelete, "/v1/sessions"+query, ""), http.StatusNoContent, "")
	}
	ann, anns, ben, cid := s.ConnectAs("ann", docs), s.ConnectAs("ann", docs), s.ConnectAs("ben", docs), s.ConnectAs("cid", docs)
	ann.Open("d")
	ben.Open("d")
	cid.Open("e")
	early := s.Dial(servertest.Dial{Header: http.Header{"Authorization": {"Bearer " + authtest.Token("ann", docs)}}}) // no hello yet
	early.Send(`{"t":"ping"}`)
	early.Expect(`{"t":"error","code":"hello_required"}`)

	drop("?user=ann")
	for _, c := range []*servertest.Conn{ann, anns, early} {
		c.Closed(4403).Expect(t, `{"t":"error","code":"forbidden"}`)
	}
	ben.Quiet()
	cid.Quiet()
	s.ConnectAs("ann", docs).Open("d") // the token was not taken away

	cid.Send(`{"t":"close","doc":"e"}`)
	cid.Quiet()
	drop("?doc=e")
	drop("?doc=absent")
	drop("?user=nobody")
	cid.Open("d")
	drop("?doc=d")
	ben.Closed(4403)
	cid.Closed(4403)
}

func TestDropSessionsRefuses(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	ann := s.ConnectAs("ann", adminAll)
	for _, test := range []struct {
		docs   map[string]string
		query  string
		status int
		code   string
	}{
		{adminAll, "", 400, "bad_message"},
		{adminAll, "?user=&doc=", 400, "bad_message"},
		{adminAll, "?user=ann&doc=d", 400, "bad_message"},
		{adminAll, "?doc=../d", 400, "bad_document_id"},
		{adminAll, "?users=ann", 400, "bad_message"},
		{map[string]string{"*": "write"}, "?user=ann", 403, "forbidden"},
		{map[string]string{"ann:*": "admin", "d": "admin"}, "?doc=d", 403, "forbidden"},
		{map[string]string{"*": "write", "d*": "admin"}, "", 403, "forbidden"},
		{nil, "?user=ann", 403, "forbidden"},
	} {
		token := authtest.Token("eve", test.docs)
		a := s.Do(servertest.Request{Method: http.MethodDelete, Path: "/v1/sessions" + test.query, Token: token})
		if answers(t, a, test.status, test.code); a.Status != test.status {
			t.Errorf("%v %s", test.docs, test.query)
		}
	}
	ann.Quiet()
}
