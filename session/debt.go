package session

import (
	"context"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"github.com/coscribe/coscribe/wire"
)

const (
	// spareBurst is how many refused messages the server answers, and spareRate
	// how many a second, before it matters whose they are.
	spareBurst = 4000
	spareRate  = 2000
	// debtBurst is how many a user, or an address whose user is not known, may
	// send beyond that, and debtRate how many a second are forgiven.
	debtBurst = 200
	debtRate  = 50
	// refusedBytes is how many bytes of a refused message count as another one.
	refusedBytes = 4 << 10
	// badEnd is what a connection counts that never said hello, or that was
	// closed because it does not speak the protocol.
	badEnd = 20
	// badLines is how many lines the log may have at once about sessions that were
	// closed for that; there is one a second more.
	badLines = 20
	// longestPause is how long a session is not read from because of a debt,
	// and longestWait how long a new connection waits to become one.
	longestPause = time.Second
	longestWait  = 5 * time.Second
	// maxLate is how many messages may come behind the end of a session, while its
	// peer has not heard of it; more of them are read slowly, latePause apart.
	maxLate   = 100
	latePause = 100 * time.Millisecond
	// pingRate is how many WebSocket pings of a session are answered a second.
	pingRate  = 1
	pingBurst = 20
)

// debts slow down those who send what is refused: answering costs more than
// asking, and closing a connection costs no one who comes back at once. Sessions in
// debt are read from more slowly, so that the network holds up who writes to
// them, and new connections wait. Nobody else waits for them. It is safe for
// concurrent use.
type debts struct {
	spare *rate.Limiter // what the server has for everyone; nil: nothing

	mu    sync.Mutex
	of    map[seat]*debtor
	sweep int // when so many are in of, those who owe nothing are forgotten
}

// debtor is somebody who has sent what was refused.
type debtor struct {
	credit  *rate.Limiter // below zero: in debt
	waiting int           // connections that wait
	told    time.Time     // when the log was told
}

// add counts n refused messages, and returns how long it takes until they are
// forgiven and whether that is news. A debt does not grow without end.
func (d *debts) add(who seat, n int) (pause time.Duration, news bool) {
	now := time.Now()
	if d.spare != nil && d.spare.AllowN(now, n) {
		return 0, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	of := d.find(who)
	if pause = of.debt(now); pause < 2*longestWait {
		pause = of.credit.ReserveN(now, min(n, debtBurst)).DelayFrom(now)
	}
	if news = pause > 0 && now.Sub(of.told) > time.Minute; news {
		of.told = now
	}
	return pause, news
}

// pause is how long it takes until the debt is paid.
func (d *debts) pause(who seat) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if of := d.of[who]; of != nil {
		return of.debt(time.Now())
	}
	return 0
}

// wait holds up a connection of somebody in debt. False: ctx has ended, or as
// many wait already; 0 is no limit.
func (d *debts) wait(ctx context.Context, who seat, limit int) bool {
	pause := min(d.pause(who), longestWait)
	if pause == 0 {
		return true
	}
	if !d.queue(who, 1, limit) {
		return false
	}
	defer d.queue(who, -1, 0)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (d *debts) queue(who seat, n, limit int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	of := d.find(who)
	if limit > 0 && of.waiting+n > limit {
		return false
	}
	of.waiting += n
	return true
}

func (d *debts) find(who seat) *debtor {
	of := d.of[who]
	if of == nil {
		d.forget()
		of = &debtor{credit: rate.NewLimiter(debtRate, debtBurst)}
		d.of[who] = of
	}
	return of
}

// forget drops whoever owes nothing. Looking is worth it each time that the
// number has doubled.
func (d *debts) forget() {
	if len(d.of) < d.sweep {
		return
	}
	if d.of == nil {
		d.of = make(map[seat]*debtor)
	}
	for who, of := range d.of {
		if of.waiting == 0 && of.credit.Tokens() >= debtBurst {
			delete(d.of, who)
		}
	}
	d.sweep = 2*len(d.of) + 64
}

func (d *debtor) debt(now time.Time) time.Duration {
	if tokens := d.credit.TokensAt(now); tokens < 0 {
		return time.Duration(-tokens / debtRate * float64(time.Second))
	}
	return 0
}

// Refuse implements docs.Session. What is the server's own fault costs nothing.
func (s *session) Refuse(e *wire.Error) {
	switch e.Code {
	case wire.Unavailable, wire.Closing, wire.Internal, wire.Replaced:
	default:
		s.owed.Add(1 + s.size.Load()/refusedBytes)
	}
	s.Send(wire.Refusal(e))
}

// pay waits, before the next message is looked at, for what was refused of
// those before.
func (s *session) pay() {
	owed := int(s.owed.Swap(0))
	if owed == 0 {
		return
	}
	pause, news := s.server.debts.add(seatOf(s.identity, s.address), owed)
	s.server.slowed(s, pause, news)
	time.Sleep(min(pause, longestPause))
}

// late takes a message behind the end. They are read until the peer answers
// the close frame, which one that floods the server never does.
func (s *session) late() {
	if s.behind++; s.behind > maxLate {
		time.Sleep(latePause)
	}
}

// settle counts how a connection ended, and tells whether it is one of many
// that ended badly.
func (s *session) settle(code int) (many bool) {
	debts := &s.server.debts
	bad := code == wire.CloseBadProtocol
	if s.link == nil || bad {
		pause, news := debts.add(seatOf(nil, s.address), badEnd) // who comes back is not known at first
		s.server.slowed(s, pause, news)
	}
	return s.link == nil || bad && !s.server.lines.Allow() || debts.pause(seatOf(s.identity, s.address)) > 0
}

// slowed counts a pause. The log is told once a minute whose it is.
func (s *Server) slowed(session *session, pause time.Duration, news bool) {
	if pause > 0 {
		s.metrics.pauses.Inc()
	}
	if news {
		session.log().Warn("slowed down: too much of what it sends is refused", "address", session.address.Addr().String())
	}
}

// pinged answers a WebSocket ping, as gorilla/websocket would, unless there
// are too many of them.
func (s *session) pinged(data string) error {
	if s.pings == nil {
		s.pings = rate.NewLimiter(pingRate, pingBurst)
	}
	if !s.pings.Allow() {
		s.owed.Add(1)
		s.pay()
		return nil
	}
	_ = s.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(farewell)) // its reader tells
	return nil
}
