package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"github.com/coscribe/coscribe/auth/authtest"
)

// run attacks until ctx ends. Whoever is closed comes back at once.
func (a attack) run(ctx context.Context) error {
	var all sync.WaitGroup
	for i := range a.Silent {
		all.Go(func() { a.again(ctx, "127.0.0.2", func(conn *websocket.Conn) { a.silent(i, conn) }) })
	}
	for i := range a.Garbage {
		all.Go(func() { a.again(ctx, "127.0.0.3", func(conn *websocket.Conn) { a.garbage(i, conn) }) })
	}
	all.Wait()
	return nil
}

// again connects from an address of this machine, as often as it can.
func (a attack) again(ctx context.Context, from string, talk func(*websocket.Conn)) {
	dialer := websocket.Dialer{NetDialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}).DialContext}
	for ctx.Err() == nil {
		conn, _, err := dialer.DialContext(ctx, "ws://"+a.Server+"/v1/connect", nil)
		if err != nil {
			select { // it does not answer: the attack goes on nevertheless
			case <-ctx.Done():
			case <-time.After(10 * time.Millisecond):
			}
			continue
		}
		stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
		talk(conn)
		stop()
		_ = conn.Close()
	}
}

// silent says nothing. One in ten says something else than hello, now and then.
func (a attack) silent(i int, conn *websocket.Conn) {
	if i%10 == 0 {
		_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"t":"ping"}`))
	}
	drain(conn)
}

// garbage sends without a pause until it is closed.
func (a attack) garbage(i int, conn *websocket.Conn) {
	go drain(conn) // until it is closed
	user := fmt.Sprint("eve", i%a.Users)
	token := authtest.Token(user, map[string]string{"siege:*": "write"})
	kind := kinds[i%len(kinds)]
	if !kind.rude {
		hello := fmt.Sprintf(`{"t":"hello","client":"%s","token":"%s"}`, uuid.New(), token)
		if conn.WriteMessage(websocket.TextMessage, []byte(hello)) != nil {
			return
		}
		if conn.WriteMessage(websocket.TextMessage, []byte(`{"t":"open","doc":"`+plan+`"}`)) != nil {
			return
		}
	}
	for n := 0; ; n++ {
		if err := conn.WriteMessage(kind.frame, []byte(kind.texts[n%len(kind.texts)])); err != nil {
			return
		}
	}
}

// drain takes what comes until the connection is closed.
func drain(conn *websocket.Conn) {
	conn.SetPongHandler(func(string) error { return nil })
	for {
		if _, _, err := conn.NextReader(); err != nil {
			_ = conn.Close()
			return
		}
	}
}

// kind is one kind of garbage.
type kind struct {
	frame int
	rude  bool // says no hello before
	texts []string
}

var kinds = []kind{
	{frame: websocket.TextMessage, texts: []string{"", "x", "[]", `{"t":`, "\xff\xfe", http.MethodGet + " / HTTP/1.1"}},
	{frame: websocket.BinaryMessage, texts: []string{"", "\x00\x01\x02", strings.Repeat("\xff", 4000)}},
	{frame: websocket.TextMessage, texts: []string{`{"t":"x"}`, `{"t":"hello"}`, `{"t":"ping","t":"ping"}`, `{"t":"open"}`}},
	{frame: websocket.TextMessage, texts: []string{
		`{"t":"open","doc":"../plan"}`, `{"t":"open","doc":"other"}`, `{"t":"op","doc":"other","rev":0,"seq":1,"op":[]}`,
		`{"t":"presence","doc":"siege:elsewhere","rev":0}`, `{"t":"close","doc":"siege:elsewhere"}`,
	}},
	{frame: websocket.TextMessage, texts: []string{ // in the document that people write
		`{"t":"op","doc":"siege:plan","rev":0,"seq":1,"op":[{"retain":100000000}]}`,
		`{"t":"op","doc":"siege:plan","rev":99999999,"seq":1,"op":[{"insert":"x"}]}`,
		`{"t":"op","doc":"siege:plan","rev":0,"seq":7,"op":[{"insert":"x"}]}`,
		`{"t":"op","doc":"siege:plan","rev":0,"seq":1,"op":[{"insert":"\r"}]}`,
		`{"t":"op","doc":"siege:plan","rev":0,"seq":1,"op":7}`,
		`{"t":"presence","doc":"siege:plan","rev":99999999,"cursor":[0,0]}`,
	}},
	{frame: websocket.TextMessage, texts: []string{`{"t":"auth","token":"x.y.z"}`, `{"t":"auth","token":"` + forged + `"}`}},
	{frame: websocket.TextMessage, texts: []string{ // large
		`{"t":"op","doc":"siege:plan","rev":0,"seq":1,"op":[{"insert":"` + strings.Repeat("x", 1<<19) + `\r"}]}`,
		`{"t":"x","x":[` + strings.Repeat("[],", 1<<17) + `0]}`,
	}},
	{frame: websocket.TextMessage, rude: true, texts: []string{`{"t":"ping"}`, `{"t":"open","doc":"siege:plan"}`}},
	{frame: websocket.TextMessage, rude: true, texts: []string{`{"t":"hello","client":"3f0a52a6-58b3-4b0e-9d0e-6a1c4c1d0a01","token":"` + forged + `"}`}},
	{frame: websocket.PingMessage, texts: []string{"", strings.Repeat("x", 125)}},
}

// forged is a token with a signature that is none.
var forged = strings.TrimRight(authtest.Token("ann", map[string]string{"*": "admin"}), "AEIMQUYcgkosw048") + "A"
