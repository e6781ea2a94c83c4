package session

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/olahol/melody"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"
)

// Protocol is the WebSocket sub-protocol.
const Protocol = "coscribe.v1"

// Verifier says whom a token names.
type Verifier interface {
	Verify(token string) (*auth.Identity, error)
}

// Config is what a Server needs. Zero durations take the defaults.
type Config struct {
	Hub      *docs.Hub
	Verifier Verifier
	Origins  auth.Origins
	Limits   wire.Limits
	Logger   *slog.Logger

	// HelloTimeout is how long a connection may take to say hello. Default
	// 10 s.
	HelloTimeout time.Duration
	// StallTimeout is how long a reader may take nothing (P7). Default 10 s.
	StallTimeout time.Duration
	// MaxDocuments is how many documents a session may have open. Default 1000.
	MaxDocuments int
	// MaxSessions is how many connections there may be; 0: any number.
	MaxSessions int
	// Per is how much one session, user or address may take.
	Per Limits
	// TrustedProxies are the networks of proxies whose X-Forwarded-For counts.
	TrustedProxies []netip.Prefix
	// Metrics is where the server's metrics are registered; nil: nowhere.
	Metrics prometheus.Registerer
}

// Server serves GET /v1/connect. It is safe for concurrent use.
type Server struct {
	Config
	melody  *melody.Melody
	metrics *metrics
	writers writers
	running sync.WaitGroup // requests being served
	debts   debts
	lines   *rate.Limiter   // of the log, about sessions that ended badly
	upgrade *rate.Limiter   // how fast requests become sessions
	leaving context.Context // ends when the server goes away
	away    context.CancelFunc

	mu       sync.Mutex
	sessions map[*session]struct{}
	owners   map[owner]*session // whose client is connected here (P4)
	seats    map[seat]int       // sessions of a user or an address
	entered  int                // requests and connections
	draining bool
}

// Buffers of a connection, in bytes. What an editor sends is small; a message
// that does not fit takes one read more. What is sent to it goes past the buffer,
// which holds control frames alone.
const (
	readBuffer  = 256
	writeBuffer = 256
)

const (
	// maxHello bounds a message that comes before hello is answered, in bytes:
	// as many connections as an address may have can send one each. A token
	// of full size fits.
	maxHello = auth.MaxTokenBytes + 4<<10
	// upgradeRate is how many requests become sessions a second, for each CPU,
	// and upgradeBurst how many may at once: whoever is here already shall not wait
	// for all who come.
	upgradeRate  = 500
	upgradeBurst = 100
)

// owner names a client of a user.
type owner struct {
	client uuid.UUID
	user   string
}

// NewServer makes a server.
func NewServer(c Config) *Server {
	if c.HelloTimeout == 0 {
		c.HelloTimeout = 10 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.StallTimeout == 0 {
		c.StallTimeout = 10 * time.Second
	}
	if c.MaxDocuments == 0 {
		c.MaxDocuments = 1000
	}
	s := &Server{
		Config:   c,
		melody:   melody.New(),
		sessions: make(map[*session]struct{}),
		owners:   make(map[owner]*session),
		seats:    make(map[seat]int),
		debts:    debts{spare: rate.NewLimiter(spareRate, spareBurst)},
		lines:    rate.NewLimiter(1, badLines),
		upgrade:  rate.NewLimiter(rate.Limit(upgradeRate*runtime.GOMAXPROCS(0)), upgradeBurst),
	}
	s.leaving, s.away = context.WithCancel(context.Background())
	s.Per.Bytes.Burst = max(c.Per.Bytes.Burst, c.Limits.Message)
	s.metrics = newMetrics(c.Metrics, s)
	m := s.melody
	m.Config.MaxMessageSize = int64(min(maxHello, c.Limits.Message)) // until hello
	m.Config.MessageBufferSize = 0                                   // what waits is in the outbox
	m.Upgrader = &websocket.Upgrader{
		HandshakeTimeout: 10 * time.Second,
		ReadBufferSize:   readBuffer,
		WriteBufferSize:  writeBuffer,
		WriteBufferPool:  new(sync.Pool), // nobody holds one while idle
		Subprotocols:     []string{Protocol},
		CheckOrigin:      c.Origins.Allow,
		Error:            refuseUpgrade,
	}
	m.HandleConnect(func(conn *melody.Session) { from(conn).connected(conn) })
	m.HandleMessage(func(conn *melody.Session, frame []byte) { from(conn).receive(frame) })
	m.HandleMessageBinary(func(conn *melody.Session, _ []byte) { from(conn).garbage() })
	m.HandleError(func(conn *melody.Session, err error) { from(conn).failed(err) })
	m.HandleDisconnect(func(conn *melody.Session) { from(conn).disconnected() })
	return s
}

// from returns the session of a connection, which its line knows.
func from(conn *melody.Session) *session {
	return conn.WebsocketConnection().NetConn().(*line).session
}

// ServeHTTP upgrades a request to a session, which lives on after it returns.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if asked := websocket.Subprotocols(r); len(asked) > 0 && !slices.Contains(asked, Protocol) {
		http.Error(w, "the sub-protocol is "+Protocol, http.StatusBadRequest)
		return
	}
	if r.URL.Query().Has("token") || r.URL.Query().Has("access_token") {
		http.Error(w, "a token must not travel in a URL", http.StatusBadRequest)
		return
	}
	identity, err := s.fromHeader(r)
	if err != nil {
		w.Header().Set("WWW-Authenticate", "Bearer")
		http.Error(w, "the token is refused", http.StatusUnauthorized)
		return
	}
	if err := s.enter(); err != nil {
		http.Error(w, err.Message, http.StatusServiceUnavailable)
		return
	}
	session := newSession(s, identity, s.address(r))
	if !s.admit(r.Context(), session) {
		s.exit()
		http.Error(w, "come back later", http.StatusServiceUnavailable)
		return
	}
	upgraded := session.upgraded // who closes it forgets it
	go (&upgrade{w, r, session}).serve()
	<-upgraded
}

// admit lets a request go on when it is its turn: not all at once, and not
// before a debt is paid. False: the caller has gone, or the server goes.
func (s *Server) admit(ctx context.Context, session *session) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.leaving, cancel)()
	return s.debts.wait(ctx, seatOf(session.identity, session.address), s.Per.Address) && s.upgrade.Wait(ctx) == nil
}

// upgrade is a request on its way to being a session. It is what the WebSocket
// library answers to, and hijacks.
type upgrade struct {
	http.ResponseWriter
	request *http.Request
	session *session
}

// serve upgrades a request and reads from the connection until it ends. It
// has a goroutine of its own: the one that net/http calls with holds buffers
// and a stack several times as large, for as long as the session lives. What
// stays on this one's stack meanwhile is kept small for the same reason: the
// runtime then gives it 4 KB, not 8.
func (u *upgrade) serve() {
	defer u.end()
	err := u.session.server.melody.HandleRequest(u, u.request)
	u.session.failedUpgrade(err)
}

// Hijack implements http.Hijacker: the library gets a line.
func (u *upgrade) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(u.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	u.ResponseWriter, u.request = nil, nil // they hold buffers and a token
	return newLine(conn, u.session), buffered, nil
}

// end counts the session out. A panic ends it alone.
func (u *upgrade) end() {
	s := u.session
	if cause := recover(); cause != nil {
		s.log().Error("connection panicked", "cause", cause, "stack", string(debug.Stack()))
	}
	s.handOver() // where the upgrade failed
	s.server.exit()
}

// fromHeader returns whom the Authorization header names; nil without one.
func (s *Server) fromHeader(r *http.Request) (*auth.Identity, error) {
	token, given, err := auth.Bearer(r)
	if err != nil || !given {
		return nil, err
	}
	return s.Verifier.Verify(token)
}

func refuseUpgrade(w http.ResponseWriter, _ *http.Request, status int, reason error) {
	if errors.As(reason, new(websocket.HandshakeError)) && status == http.StatusBadRequest {
		w.Header().Set("Upgrade", "websocket")
	}
	http.Error(w, reason.Error(), status)
}

// enter counts a request in, unless the server is going away or full.
func (s *Server) enter() *wire.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.draining:
		return wire.Errorf(wire.Closing, "the server is going away")
	case s.MaxSessions > 0 && s.entered >= s.MaxSessions:
		s.metrics.turned.WithLabelValues("server").Inc()
		return wire.Errorf(wire.Unavailable, "the server has %d sessions already", s.MaxSessions)
	}
	s.entered++
	s.running.Add(1)
	return nil
}

// exit counts a connection, or a request that did not become one, out.
func (s *Server) exit() {
	s.mu.Lock()
	s.entered--
	s.mu.Unlock()
	s.running.Done()
}

// add registers a connection, or tells why it has to be closed, and with what
// code.
func (s *Server) add(session *session) (code int, refusal *wire.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return wire.CloseDraining, wire.Errorf(wire.Closing, "the server is going away")
	}
	if err := s.take(session, seatOf(session.identity, session.address)); err != nil {
		return wire.CloseOverloaded, err
	}
	s.sessions[session] = struct{}{}
	return 0, nil
}

// claim makes a session the one of its client and returns the one that was,
// whose seat it may take over.
func (s *Server) claim(session *session) (older *session, refusal *wire.Error) {
	who := session.owner()
	s.mu.Lock()
	defer s.mu.Unlock()
	older = s.owners[who]
	if older != nil {
		s.leave(older)
	}
	if err := s.take(session, seatOf(session.identity, session.address)); err != nil {
		return nil, err
	}
	s.owners[who] = session
	return older, nil
}

func (s *Server) remove(session *session) {
	who := session.owner()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, session)
	s.leave(session)
	if s.owners[who] == session {
		delete(s.owners, who)
	}
}

// Sessions returns how many connections there are.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

// Drain tells every session that the server is going away and to come back
// within the time given, and takes no new ones.
func (s *Server) Drain(within time.Duration) {
	frame := wire.Draining(within)
	for _, session := range s.everyone() {
		session.Send(frame)
	}
}

// Close ends every session and waits, as long as ctx lasts, until they have
// said goodbye.
func (s *Server) Close(ctx context.Context) {
	for _, session := range s.everyone() {
		session.out.finish(wire.CloseDraining, "the server is going away")
	}
	gone := make(chan struct{})
	go func() {
		s.running.Wait()
		close(gone)
	}()
	select {
	case <-gone:
	case <-ctx.Done():
	}
}

func (s *Server) everyone() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining = true
	s.away()
	list := make([]*session, 0, len(s.sessions))
	for session := range s.sessions {
		list = append(list, session)
	}
	return list
}
