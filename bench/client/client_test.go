package client

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"github.com/coscribe/coscribe/bench/serverproc/servertest"
	"github.com/coscribe/coscribe/ot"
)

// These tests run against the real server.

func TestMain(m *testing.M) { servertest.Main(m) }

func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// connect returns a client that is connected once.
func connect(t *testing.T, cfg Config) *Client {
	t.Helper()
	c := New(cfg)
	t.Cleanup(c.Close)
	if err := c.Connect(deadline(t)); err != nil {
		t.Fatal(err)
	}
	return c
}

func openDoc(t *testing.T, c *Client, id string) *Document {
	t.Helper()
	d, err := c.Open(deadline(t), id, ot.Text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func syncDoc(t *testing.T, d *Document) {
	t.Helper()
	if err := d.Sync(deadline(t)); err != nil {
		t.Fatal(err)
	}
}

// shows waits until the document reads so.
func shows(t *testing.T, d *Document, text string) {
	t.Helper()
	var last string
	err := d.Wait(deadline(t), func(s *State) bool {
		last = s.View().Text()
		return last == text
	})
	if err != nil {
		t.Fatalf("shows %q, want %q: %v", last, text, err)
	}
}

func TestTwoClientsTwoDocuments(t *testing.T) {
	t.Parallel()
	server := servertest.Start(t)
	a, b := connect(t, Config{Address: server.URL}), connect(t, Config{Address: server.URL})
	for _, id := range []string{"one", "two"} {
		da, db := openDoc(t, a, id), openDoc(t, b, id)
		if err := da.Edit(insert(0, "from a, ")); err != nil {
			t.Fatal(err)
		}
		syncDoc(t, da)
		shows(t, db, "from a, ")
		if err := db.Edit(insert(8, "from b 😀")); err != nil {
			t.Fatal(err)
		}
		shows(t, da, "from a, from b 😀")
		text, err := REST{Address: server.URL}.Text(deadline(t), id)
		if err != nil || text != "from a, from b 😀" {
			t.Errorf("REST reads %q, %v", text, err)
		}
	}
	if err := a.Ping(deadline(t)); err != nil {
		t.Error(err)
	}
}

func TestOfflineEditsArriveAfterACut(t *testing.T) {
	t.Parallel()
	server := servertest.Start(t)
	a, b := connect(t, Config{Address: server.URL}), connect(t, Config{Address: server.URL})
	da, db := openDoc(t, a, "d"), openDoc(t, b, "d")
	a.Cut()
	if err := a.Ping(deadline(t)); !errors.Is(err, ErrNotConnected) {
		t.Errorf("ping without a connection: %v", err)
	}
	if err := da.Edit(insert(0, "offline")); err != nil {
		t.Fatal(err)
	}
	if err := db.Edit(insert(0, "online ")); err != nil {
		t.Fatal(err)
	}
	syncDoc(t, db)
	if err := a.Connect(deadline(t)); err != nil {
		t.Fatal(err)
	}
	syncDoc(t, da)
	shows(t, da, "online offline")
	shows(t, db, "online offline")
}

// S1, S5: whoever was away for longer than the window resumes all the same.
func TestOfflineBeyondTheWindow(t *testing.T) {
	t.Parallel()
	server := servertest.Start(t)
	a, b := connect(t, Config{Address: server.URL}), connect(t, Config{Address: server.URL})
	da, db := openDoc(t, a, "d"), openDoc(t, b, "d")
	if err := da.Edit(insert(0, "|")); err != nil {
		t.Fatal(err)
	}
	shows(t, db, "|")
	a.Cut()
	if err := da.Edit(insert(1, "behind")); err != nil {
		t.Fatal(err)
	}
	const others = 1100
	for range others {
		if err := db.Edit(insert(0, "x")); err != nil {
			t.Fatal(err)
		}
	}
	syncDoc(t, db)
	if err := a.Connect(deadline(t)); err != nil {
		t.Fatal(err)
	}
	syncDoc(t, da)
	want := strings.Repeat("x", others) + "|behind"
	shows(t, da, want)
	shows(t, db, want)
}

func TestPresence(t *testing.T) {
	t.Parallel()
	server := servertest.Start(t)
	a, b := connect(t, Config{Address: server.URL}), connect(t, Config{Address: server.URL})
	da, db := openDoc(t, a, "d"), openDoc(t, b, "d")
	if err := da.Edit(insert(0, "text")); err != nil {
		t.Fatal(err)
	}
	shows(t, db, "text")
	if err := da.SetPresence(&Range{1, 3}, jsontext.Value(`{"name":"A"}`)); err != nil {
		t.Fatal(err)
	}
	sees := func(want Range) func(*State) bool {
		return func(s *State) bool {
			p, ok := s.Peers()[a.ID()]
			return ok && p.Cursor != nil && *p.Cursor == want && string(p.State) == `{"name":"A"}` && p.User.ID == "anonymous"
		}
	}
	if err := db.Wait(deadline(t), sees(Range{1, 3})); err != nil {
		t.Fatal(err)
	}
	if err := db.Edit(insert(2, "++")); err != nil {
		t.Fatal(err)
	}
	if err := db.Wait(deadline(t), sees(Range{1, 5})); err != nil {
		t.Fatal(err)
	}
	a.Close()
	if err := db.Wait(deadline(t), func(s *State) bool { return len(s.Peers()) == 0 }); err != nil {
		t.Errorf("a peer stays after it left: %v", err)
	}
}

func TestRunReconnectsToAReplacedServer(t *testing.T) {
	t.Parallel()
	server := servertest.Start(t)
	c := New(Config{Address: server.URL})
	ctx, stop := context.WithCancel(deadline(t))
	ran := make(chan error)
	go func() { ran <- c.Run(ctx) }()
	d := openDoc(t, c, "d")
	if err := d.Edit(insert(0, "before")); err != nil {
		t.Fatal(err)
	}
	syncDoc(t, d)
	server.Replace()
	if err := d.Edit(insert(6, " after")); err != nil {
		t.Fatal(err)
	}
	syncDoc(t, d)
	shows(t, d, "before after")
	stop()
	if err := <-ran; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestANewerConnectionReplaces(t *testing.T) {
	t.Parallel()
	server := servertest.Start(t)
	id := uuid.NewString()
	older := New(Config{Address: server.URL, Client: id})
	ran := make(chan error)
	go func() { ran <- older.Run(deadline(t)) }()
	d := openDoc(t, older, "d")
	newer := connect(t, Config{Address: server.URL, Client: id})
	if err := <-ran; CodeOf(err) != CodeReplaced {
		t.Errorf("P4: the older one ends with %v", err)
	}
	if err := d.Edit(insert(0, "x")); CodeOf(err) != CodeReplaced {
		t.Errorf("P4: an edit of the older one: %v", err)
	}
	openDoc(t, newer, "d")
}

func TestDeletedDocument(t *testing.T) {
	t.Parallel()
	server := servertest.Start(t)
	events := make(chan Event, 100)
	c := connect(t, Config{Address: server.URL, Events: func(_ string, e Event) { events <- e }})
	d := openDoc(t, c, "d")
	c.Cut()
	if err := d.Edit(insert(0, "kept")); err != nil {
		t.Fatal(err)
	}
	rest := REST{Address: server.URL}
	if err := rest.Delete(deadline(t), "d"); err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(deadline(t)); err != nil {
		t.Fatal(err)
	}
	if err := d.Sync(deadline(t)); CodeOf(err) != CodeNotFound {
		t.Errorf("S6: resume of a deleted document: %v", err)
	}
	e := <-events
	if draft, ok := e.(Drafted); !ok || draft.Edits != 1 {
		t.Errorf("S6: event %T%+v, want the edit as a draft", e, e)
	}
}

func TestLeave(t *testing.T) {
	t.Parallel()
	server := servertest.Start(t)
	c := connect(t, Config{Address: server.URL})
	d := openDoc(t, c, "d")
	d.Leave()
	if err := d.Edit(insert(0, "x")); !errors.Is(err, ErrClosed) {
		t.Errorf("edit after leaving: %v", err)
	}
	again := openDoc(t, c, "d")
	if err := again.Edit(insert(0, "x")); err != nil {
		t.Fatal(err)
	}
	syncDoc(t, again)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	key := "a secret of thirty-two bytes, or more"
	if err := os.WriteFile(secret, []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	server := servertest.Start(t, "--jwt-secret-file", secret)
	token := func(user, right string) string {
		claims := jwt.MapClaims{"sub": user, "exp": time.Now().Add(time.Hour).Unix(), "docs": map[string]string{"*": right}}
		signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(key))
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	for name, bad := range map[string]string{"none": "", "garbage": "x.y.z"} {
		err := New(Config{Address: server.URL, Token: bad}).Connect(deadline(t))
		if CodeOf(err) != CodeUnauthorized {
			t.Errorf("%s: %v", name, err)
		}
	}
	id := uuid.NewString()
	writer := connect(t, Config{Address: server.URL, Token: token("ann", "write"), Client: id})
	d := openDoc(t, writer, "d")
	if err := d.Edit(insert(0, "x")); err != nil {
		t.Fatal(err)
	}
	syncDoc(t, d)

	reader := connect(t, Config{Address: server.URL, Token: token("bob", "read")})
	if err := openDoc(t, reader, "d").Edit(insert(0, "y")); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a reader's edit: %v", err)
	}
	_, err := reader.Open(deadline(t), "new", ot.Text)
	if code := CodeOf(err); code != CodeNotFound {
		t.Errorf("A1: a reader opens what does not exist: %v", err)
	}
	thief := connect(t, Config{Address: server.URL, Token: token("eve", "write"), Client: id})
	if _, err := thief.Open(deadline(t), "d", ot.Text); CodeOf(err) != CodeClientTaken {
		t.Errorf("P3: someone else's client id: %v", err)
	}
	if err := d.Edit(insert(0, "z")); err != nil {
		t.Fatal(err)
	}
	syncDoc(t, d) // the owner is not disturbed
	if _, err := (REST{Address: server.URL, Token: token("bob", "read")}).Submit(deadline(t), "d", 0, insert(0, "q")); CodeOf(err) != CodeForbidden {
		t.Errorf("A1: a reader's edit over REST: %v", err)
	}
}
