package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"github.com/coscribe/coscribe/auth/authtest"
)

// plan is the document that people write, and that attackers may write, too.
const plan = "siege:plan"

// patience is how long people wait before they give up.
const patience = 30 * time.Second

// people are one who types and one who looks on.
type people struct {
	writer, reader *websocket.Conn
	client         string
	every          time.Duration
	seq, rev       int64
	times          times
}

// message is what of a message people look at.
type message struct {
	T       string
	Code    string
	Changes []struct {
		Rev, Seq int64
		Client   string
	}
}

// meet lets two people open the plan.
func meet(server string, rate int) (*people, error) {
	p := &people{client: uuid.NewString(), every: time.Second / time.Duration(rate)}
	var err error
	if p.writer, err = open(server, "ann", p.client); err != nil {
		return nil, err
	}
	if p.reader, err = open(server, "ben", uuid.NewString()); err != nil {
		p.leave()
	}
	return p, err
}

func open(server, user, client string) (*websocket.Conn, error) {
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+server+"/v1/connect", nil)
	if err != nil {
		return nil, err
	}
	token := authtest.Token(user, map[string]string{plan: "write"})
	for _, text := range []string{
		fmt.Sprintf(`{"t":"hello","client":"%s","token":"%s"}`, client, token), `{"t":"open","doc":"` + plan + `","type":"text"}`,
	} {
		if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			return conn, err
		}
	}
	for {
		m, err := next(conn)
		if err != nil || m.T == "opened" {
			return conn, err
		}
	}
}

func next(conn *websocket.Conn) (m message, err error) {
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return m, err
	}
	_, data, err := conn.ReadMessage()
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err == nil && m.T == "error" {
		err = fmt.Errorf("people who type get %s", data)
	}
	return m, err
}

func (p *people) leave() {
	_ = p.writer.Close()
	if p.reader != nil {
		_ = p.reader.Close()
	}
}

// work types for a while, an op at a time, and notes when each one came to both.
func (p *people) work(ctx context.Context, lasts time.Duration) error {
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for end := time.Now().Add(lasts); time.Now().Before(end); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := p.typeOne(); err != nil {
			return err
		}
	}
	return nil
}

func (p *people) typeOne() error {
	p.seq++
	began := time.Now()
	text := fmt.Sprintf(`{"t":"op","doc":"%s","rev":%d,"seq":%d,"op":[{"insert":"x"}]}`, plan, p.rev, p.seq)
	if err := p.writer.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		return err
	}
	for _, conn := range []*websocket.Conn{p.writer, p.reader} {
		if err := p.await(conn); err != nil {
			return err
		}
		p.times = append(p.times, time.Since(began))
	}
	return nil
}

// await takes messages until the writer's op is in them.
func (p *people) await(conn *websocket.Conn) error {
	for {
		m, err := next(conn)
		if err != nil {
			return err
		}
		for _, c := range m.Changes {
			p.rev = max(p.rev, c.Rev)
			if c.Client == p.client && c.Seq == p.seq {
				return nil
			}
		}
	}
}

// take returns the times since it was called last.
func (p *people) take() times {
	t := p.times
	p.times = nil
	return t
}
