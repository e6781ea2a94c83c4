package session_test

import (
	"testing"

	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/internal/servertest"
)

// P3: the owner of a client id is not held up by who comes with the same id:
// a stranger is refused at once, while an op of the owner is being committed, and
// takes no place among the owner's requests.
func TestP3StrangersTakeNoPlace(t *testing.T) {
	s := start(t, servertest.Options{Keyed: true})
	s.Create("d", "text", `[]`)
	ann := s.ConnectAs("ann", writeAll)
	ann.Open("d")
	gate := s.Store.HoldCommits(t)
	ann.Op("d", 0, 1, `[{"insert":"x"}]`)
	gate.Await()
	eve := s.Dial(servertest.Dial{})
	eve.Client = ann.Client
	eve.Hello(authtest.Token("eve", writeAll))
	for range 10 {
		eve.Send(`{"t":"open","doc":"d"}`)
		eve.Refused("client_taken", "d", 0) // the commit is still held up
	}
	gate.Open()
	ann.Expect(`{"t":"changes","changes":[{"rev":1}]}`)
}
