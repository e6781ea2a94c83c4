package session_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/coscribe/coscribe/internal/servertest"
)

// resume asks for what came after a revision, with what else is known of it.
func resume(c *servertest.Conn, doc string, rev int, known string) {
	c.Send(`{"t":"open","doc":"` + doc + `","rev":` + fmt.Sprint(rev) + known + `}`)
}

// expectResumed checks an opened whose changes lead from one revision to
// another, one by one.
func expectResumed(t *testing.T, m servertest.Message, from, to int) {
	t.Helper()
	m.Expect(t, fmt.Sprintf(`{"t":"opened","from":%d,"rev":%d}`, from, to))
	if m.Has("content") {
		t.Errorf("content and changes: %s", m.Raw)
	}
	list := m.List(t, "changes")
	if len(list) != to-from {
		t.Fatalf("%d changes from %d to %d", len(list), from, to)
	}
	for i, change := range list {
		change.Expect(t, fmt.Sprintf(`{"rev":%d,"op":"…","user":"anonymous","at":"…"}`, from+i+1))
	}
}

func expectFresh(t *testing.T, m servertest.Message) {
	t.Helper()
	if m.Expect(t, `{"t":"opened","content":"…"}`); m.Has("from") || m.Has("changes") {
		t.Errorf("content and changes: %s", m.Raw)
	}
}

// S5: changes come one by one, gapless, from any revision: from 0, beyond the
// window, and from the head; from memory and after the room has left it.
func TestS5Resume(t *testing.T) {
	s := start(t, servertest.Options{Limits: limits(10), Idle: 1})
	writer := s.Connect()
	writer.Open("d")
	const head = 40
	at := []string{writer.Open("d").String("at")}
	for seq := 1; seq <= head; seq++ {
		writer.Op("d", seq-1, seq, `[{"insert":"x"}]`)
		at = append(at, writer.Expect(`{"t":"changes"}`).String("changes.0.at"))
	}
	epoch := writer.Open("d").String("epoch")
	check := func() {
		t.Helper()
		c := s.Connect()
		for _, from := range []int{0, 1, 2, head - 12, head - 11, head - 10, head - 9, head - 1, head} {
			for _, known := range []string{
				``, `,"epoch":"` + epoch + `"`, `,"at":"` + at[from] + `"`, `,"epoch":"` + epoch + `","at":"` + at[from] + `"`,
				`,"epoch":null,"at":null`,
			} {
				resume(c, "d", from, known)
				expectResumed(t, c.Next(), from, head)
			}
		}
		c.Leave()
	}
	check()
	writer.Leave()
	servertest.Eventually(t, "the room leaves memory", func() bool { return s.Hub.Rooms() == 0 })
	check()
}

// S5, P1: changes that are committed while a long resume is read from the
// store come once and in order, and the reading ends however many they are.
func TestS5ResumeWhileWriting(t *testing.T) {
	s := start(t, servertest.Options{Limits: limits(4)})
	writer := s.Connect()
	writer.Open("d")
	write := func(from, to int) {
		for seq := from; seq <= to; seq++ {
			writer.Op("d", seq-1, seq, `[{"insert":"x"}]`)
			writer.Expect(`{"t":"changes"}`)
		}
	}
	write(1, 20)
	for _, during := range []struct{ more, under int }{
		{0, 0}, {2, 0}, {0, 1}, {30, 0}, {30, 1},
	} {
		head := s.Call(http.MethodGet, "/v1/documents/d", "").Int("rev")
		reading, committing := servertest.NewGate(t), servertest.NewGate(t)
		s.Store.On(servertest.Hooks{Changes: func(next func() error) error {
			reading.Pass()
			return next()
		}})
		c := s.Connect()
		resume(c, "d", 0, "")
		reading.Await()
		write(head+1, head+during.more)
		head += during.more
		if during.under > 0 { // in the store, but not yet told
			s.Store.On(servertest.Hooks{Commit: afterCommit(committing)})
			writer.Op("d", head, head+1, `[{"insert":"x"}]`)
			committing.Await()
		} else {
			s.Store.On(servertest.Hooks{})
		}
		reading.Open()
		m := c.Expect(`{"t":"opened"}`)
		expectResumed(t, m, 0, m.Int("rev"))
		committing.Open()
		if during.under > 0 {
			writer.Expect(`{"t":"changes"}`)
			head++
		}
		for next := m.Int("rev") + 1; next <= head; next++ {
			c.Expect(`{"t":"changes","changes":[{"rev":%d}]}`, next)
		}
		s.Store.On(servertest.Hooks{})
		c.Quiet()
		c.Leave()
	}
}

// S6: where the client's base is not on the document's line, the answer to a
// resume is the content.
func TestS6LostBase(t *testing.T) {
	s := start(t, servertest.Options{Limits: limits(5), Idle: 1})
	writer := s.Connect()
	opened := writer.Open("d")
	at := []string{opened.String("at")}
	for seq := 1; seq <= 20; seq++ {
		writer.Op("d", seq-1, seq, `[{"insert":"x"}]`)
		at = append(at, writer.Expect(`{"t":"changes"}`).String("changes.0.at"))
	}
	c := s.Connect()
	const foreign = `,"epoch":"7d444840-9dc0-11d1-b245-5ffdce74fad2"`
	for _, rev := range []int{0, 3, 15, 16, 19, 20} {
		for _, known := range []string{
			foreign, foreign + `,"at":"` + at[rev] + `"`, `,"at":"2001-01-01T00:00:00.000Z"`,
		} {
			resume(c, "d", rev, known)
			m := c.Next()
			expectFresh(t, m)
			m.Expect(t, `{"rev":20,"epoch":"`+opened.String("epoch")+`"}`)
		}
	}
	for _, rev := range []int{21, 1000, 1 << 52} { // above the head: a restored backup
		resume(c, "d", rev, "")
		expectFresh(t, c.Next())
		resume(c, "d", rev, `,"epoch":"`+opened.String("epoch")+`"`)
		expectFresh(t, c.Next())
	}
	c.Leave()
	writer.Leave()
	servertest.Eventually(t, "the room leaves memory", func() bool { return s.Hub.Rooms() == 0 })
	c = s.Connect()
	for _, rev := range []int{0, 3, 15, 20} {
		resume(c, "d", rev, `,"at":"2001-01-01T00:00:00.000Z"`)
		expectFresh(t, c.Next())
	}
}

// S6: deleted, and created again.
func TestS6Recreated(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	opened := c.Open("d")
	c.Op("d", 0, 1, `[{"insert":"old"}]`)
	c.Expect(`{"t":"changes"}`)
	s.Call(http.MethodDelete, "/v1/documents/d", "")
	c.Expect(`{"t":"closed","doc":"d","code":"not_found"}`)
	resume(c, "d", 1, `,"epoch":"`+opened.String("epoch")+`"`) // a resume never creates
	c.Refused("not_found", "d", 0)
	c.Op("d", 1, 2, `[]`)
	c.Refused("not_found", "d", 2)
	s.Create("d", "rich-text", `[{"insert":"new\n"}]`)
	resume(c, "d", 1, `,"epoch":"`+opened.String("epoch")+`"`)
	m := c.Expect(`{"t":"opened","rev":0,"seq":0,"content":[{"insert":"new\n"}]}`)
	if m.String("epoch") == opened.String("epoch") {
		t.Error("the same epoch")
	}
	resume(c, "d", 0, `,"at":"`+opened.String("at")+`"`)
	expectFresh(t, c.Next())
	c.Op("d", 0, 1, `[{"insert":"a "}]`) // its seq begins anew
	c.Expect(`{"t":"changes","changes":[{"rev":1,"seq":1}]}`)
}

// Opening creates what does not exist, of the type that is asked for; on one
// that exists the type is ignored.
func TestOpenCreates(t *testing.T) {
	s := start(t, servertest.Options{})
	c := s.Connect()
	for _, test := range []struct{ id, typ, want, content string }{
		{"plain", `"text"`, "text", `[]`},
		{"rich", `"rich-text"`, "rich-text", `[{"insert":"\n"}]`},
		{"default", `null`, "rich-text", `[{"insert":"\n"}]`},
		{"plain", `"rich-text"`, "text", `[]`},
		{"plain", `"spreadsheet"`, "text", `[]`},
	} {
		c.Send(`{"t":"open","doc":"%s","type":%s}`, test.id, test.typ)
		c.Expect(`{"t":"opened","type":"%s","rev":0,"seq":0,"epoch":"…","at":"…","content":%s}`, test.want, test.content)
	}
	if a := s.Call(http.MethodGet, "/v1/documents/plain", ""); !a.Matches(t, `{"type":"text","rev":0,"length":0}`) {
		t.Errorf("over REST: %s", a.Body)
	}
}
