package session

import (
	"errors"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/olahol/melody"
	"golang.org/x/time/rate"
)

// maxGarbage is how many frames that are no messages a connection may send.
const maxGarbage = 5

// session is one connection. Unless said otherwise its fields belong to the
// goroutine that reads from it.
type session struct {
	server  *Server
	id      uuid.UUID
	started time.Time
	conn    *websocket.Conn // nil until it is upgraded
	out     outbox          // safe for concurrent use
	address netip.Prefix
	seat    seat // belongs to server.mu

	messages *rate.Limiter // nil: no limit
	bytes    *rate.Limiter // nil: no limit
	pings    *rate.Limiter // nil until one comes
	size     atomic.Int64  // bytes of the message that came last
	owed     atomic.Int64  // refused since it was paid for, see debts
	tally    tally
	cause    atomic.Int32 // the close code that the connection ended with; 0: unknown

	link     *docs.Link // nil until hello
	identity *auth.Identity
	strikes  int
	behind   int         // messages that came after the end
	ended    atomic.Bool // nothing that still comes in counts
	revoked  atomic.Bool // nothing that is under way counts either: replaced (P4), or dropped

	upgraded chan struct{} // closed, and then nil, when the request is not needed any longer

	who atomic.Pointer[member] // set at hello; read by rooms

	mu    sync.Mutex
	timer *time.Timer // until hello: its deadline; then: the token's end; nil: none
}

// member is what rooms know of a session.
type member struct {
	client   uuid.UUID
	user     wire.User
	identity *auth.Identity
	link     *docs.Link
}

func newSession(server *Server, identity *auth.Identity, address netip.Prefix) *session {
	s := &session{
		server: server, id: uuid.New(), identity: identity, address: address, started: time.Now(),
		messages: server.Per.Messages.limiter(), bytes: server.Per.Bytes.limiter(),
		out:      outbox{metrics: server.metrics, writers: &server.writers, stall: server.StallTimeout},
		upgraded: make(chan struct{}),
	}
	s.out.failed = s.failed
	return s
}

// log returns the server's log, with who this is. It is made when there is
// something to log: that is seldom, and sessions are many.
func (s *session) log() *slog.Logger {
	who := s.who.Load()
	if who == nil {
		return s.server.Logger
	}
	return s.server.Logger.With("session", s.id, "client", who.client, "user", who.user.ID)
}

// Client implements docs.Session.
func (s *session) Client() uuid.UUID { return s.who.Load().client }

// User implements docs.Session.
func (s *session) User() wire.User { return s.who.Load().user }

// Access implements docs.Session.
func (s *session) Access(doc string) auth.Access {
	if s.revoked.Load() {
		return auth.None
	}
	return s.who.Load().identity.Access(doc)
}

// Send implements docs.Session.
func (s *session) Send(frame *wire.Frame) { s.out.send(frame) }

// Behind implements docs.Session.
func (s *session) Behind() bool { return s.out.behind() }

// Close implements docs.Session.
func (s *session) Close(code int, reason *wire.Error) {
	if s.ended.Swap(true) {
		return
	}
	s.out.send(wire.Refusal(reason))
	s.out.finish(code, string(reason.Code))
}

func (s *session) owner() owner {
	who := s.who.Load()
	if who == nil {
		return owner{}
	}
	return owner{who.client, who.user.ID}
}

// handOver lets the request end that the session began as.
func (s *session) handOver() {
	if s.upgraded != nil {
		close(s.upgraded)
		s.upgraded = nil
	}
}

func (s *session) failedUpgrade(err error) {
	if err != nil {
		s.log().Debug("upgrade failed", "err", err)
	}
}

// connected runs before anything is read.
func (s *session) connected(conn *melody.Session) {
	s.out.line.upgraded = true
	conn.Request = nil // it holds the token
	s.conn = conn.WebsocketConnection()
	s.conn.SetPingHandler(s.pinged)
	s.handOver()
	s.after(s.server.HelloTimeout, func() {
		s.Close(wire.CloseNoHello, wire.Errorf(wire.HelloRequired, "no hello came in time"))
	})
	if code, refusal := s.server.add(s); refusal != nil {
		s.Close(code, refusal)
	}
}

// disconnected runs once nothing more can be read.
func (s *session) disconnected() {
	s.ended.Store(true)
	s.stopTimer()
	s.out.drop()
	if s.link != nil {
		s.link.Detach()
	}
	s.server.remove(s)
	s.report()
}

// receive handles one frame. A panic ends this session alone.
func (s *session) receive(frame []byte) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log().Error("session panicked", "cause", cause, "stack", string(debug.Stack()))
			s.Close(wire.CloseOverloaded, wire.Errorf(wire.Internal, "the session failed"))
		}
	}()
	s.pay()
	if s.ended.Load() {
		s.late()
		return
	}
	s.size.Store(int64(len(frame)))
	s.tally.bytes += int64(len(frame))
	s.server.metrics.received(len(frame))
	tooFast := s.tooFast(len(frame))
	msg, err := wire.Decode(frame)
	if errors.Is(err, wire.ErrNotMessage) {
		s.garbage()
		return
	}
	if tooFast {
		if refusal := slowDown(msg); refusal != nil {
			s.refuse(refusal)
			return
		}
	}
	if _, hello := msg.(wire.Hello); s.link == nil && !hello {
		s.refuse(wire.Errorf(wire.HelloRequired, "hello comes first"))
		return
	}
	if refusal, ok := errors.AsType[*wire.Error](err); ok {
		s.refuse(refusal)
		return
	}
	if refusal := s.handle(msg); refusal != nil {
		s.refuse(refusal)
	}
}

func (s *session) handle(msg wire.Message) *wire.Error {
	switch m := msg.(type) {
	case wire.Op:
		s.tally.ops++
		if err := s.require(auth.Write, m.Doc, m.Seq); err != nil {
			return err
		}
		return s.link.Submit(m)
	case wire.Presence:
		if err := s.require(auth.Read, m.Doc, 0); err != nil {
			return err
		}
		return s.link.SetPresence(m)
	case wire.Ping:
		s.Send(wire.Pong())
		return nil
	case wire.Open:
		return s.open(m)
	case wire.Close:
		if err := s.require(auth.Read, m.Doc, 0); err != nil {
			return err
		}
		return s.link.Close(m.Doc)
	case wire.Hello:
		return s.hello(m)
	case wire.Auth:
		return s.renew(m)
	}
	return wire.Errorf(wire.Internal, "the message is not handled")
}

// require is where it is decided what this session may do.
func (s *session) require(least auth.Access, doc string, seq int64) *wire.Error {
	if s.identity.Access(doc) < least {
		return wire.Errorf(wire.Forbidden, "this takes the right to %s the document", least).About(doc, seq)
	}
	return nil
}

func (s *session) open(m wire.Open) *wire.Error {
	if err := s.require(auth.Read, m.Doc, 0); err != nil {
		return err
	}
	if s.link.Has(m.Doc) {
		return s.link.Open(m)
	}
	if s.link.Opened() >= s.server.MaxDocuments {
		return wire.Errorf(wire.RateLimited, "a session opens %d documents at most", s.server.MaxDocuments).About(m.Doc, 0)
	}
	s.tally.documents++
	return s.link.Open(m)
}

func (s *session) hello(m wire.Hello) *wire.Error {
	if s.link != nil {
		return wire.Errorf(wire.BadMessage, "hello was said already")
	}
	if m.Token != "" || s.identity == nil {
		identity, err := s.server.Verifier.Verify(m.Token)
		if err != nil {
			s.Close(wire.CloseUnauthenticated, refusedToken(err))
			return nil
		}
		s.identity = identity
	}
	link := s.server.Hub.Link(s)
	s.remember(m.Client, link)
	user := s.User()
	s.stopTimer()
	older, refusal := s.server.claim(s)
	if refusal != nil {
		s.Close(wire.CloseOverloaded, refusal)
		return nil
	}
	if older != nil {
		older.revoked.Store(true)
		older.Close(wire.CloseReplaced, wire.Errorf(wire.Replaced, "the client connected again"))
	}
	s.link = link
	s.conn.SetReadLimit(int64(s.server.Limits.Message))
	s.expire()
	s.Send(wire.HelloAnswer(s.id.String(), user, s.identity.Expires, s.server.Limits))
	return nil
}

// renew takes a new token: from the next message on it is what counts.
func (s *session) renew(m wire.Auth) *wire.Error {
	identity, err := s.server.Verifier.Verify(m.Token)
	if err != nil {
		return wire.Errorf(wire.Unauthorized, "%v", err)
	}
	if identity.ID != s.identity.ID {
		return wire.Errorf(wire.Unauthorized, "the token is another user's")
	}
	s.identity = identity
	s.remember(s.Client(), s.link)
	s.expire()
	s.Send(wire.AuthAnswer(identity.Expires))
	s.link.Review()
	return nil
}

// remember lets rooms know who this is.
func (s *session) remember(client uuid.UUID, link *docs.Link) {
	s.who.Store(&member{
		client: client, user: wire.User{ID: s.identity.ID, Name: s.identity.Name}, identity: s.identity, link: link,
	})
}

// expire ends the session when its token does. A token that was taken within
// the leeway for clocks lasts as long as that leeway.
func (s *session) expire() {
	if s.identity.Expires.IsZero() {
		s.stopTimer()
		return
	}
	left := time.Until(s.identity.Expires)
	if left <= 0 {
		left += auth.Leeway
	}
	s.after(left, func() {
		s.Close(wire.CloseUnauthenticated, wire.Errorf(wire.TokenExpired, "the token has run out"))
	})
}

func refusedToken(err error) *wire.Error {
	code := wire.Unauthorized
	if errors.Is(err, auth.ErrExpired) {
		code = wire.TokenExpired
	}
	return wire.Errorf(code, "%v", err)
}

func (s *session) refuse(e *wire.Error) {
	s.server.metrics.refuse(e.Code)
	s.Refuse(e)
}

// garbage answers a frame that is no message.
func (s *session) garbage() {
	if s.pay(); s.ended.Load() {
		s.late()
		return
	}
	refusal := wire.Errorf(wire.BadMessage, "every message is one JSON object with a kind in one text frame")
	if s.strikes++; s.strikes >= maxGarbage {
		s.Close(wire.CloseBadProtocol, refusal)
		return
	}
	s.refuse(refusal)
}

func (s *session) after(d time.Duration, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	s.timer = time.AfterFunc(d, f)
}

func (s *session) stopTimer() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil // it holds what it would have done
	}
}
