package servertest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/httpapi"
	"github.com/coscribe/coscribe/session"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/sqlite"
	"github.com/coscribe/coscribe/wire"
	"github.com/prometheus/client_golang/prometheus"
)

// Options say how a server differs from the usual one. Zero values take the
// defaults of the parts, and limits that no test comes near.
type Options struct {
	Shared bool          // other servers may work on the same database
	Slots  int           // transactions in flight
	Store  storage.Store // SQLite in a folder of the test's without it
	Limits wire.Limits
	Keyed  bool // tokens are needed, signed with authtest.Secret
	Pages  []string

	HelloTimeout time.Duration
	StallTimeout time.Duration
	Idle         time.Duration
	Clock        func() time.Time
	MaxSessions  int
	MaxDocuments int
	MaxRooms     int
	MaxCreates   int
	Per          session.Limits
	Proxies      []netip.Prefix
	Logger       *slog.Logger
}

// Server is a running server. It ends with the test.
type Server struct {
	URL      string // http://127.0.0.1:…
	Store    *Store
	Hub      *docs.Hub
	Sessions *session.Server
	Metrics  *prometheus.Registry

	t     testing.TB
	keyed bool
	gone  atomic.Bool
}

// Start starts a server.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Store == nil {
		o.Store = SQLite(t)
	}
	if o.Limits.Message == 0 {
		o.Limits.Message = 1 << 20
	}
	if o.Limits.Document == 0 {
		o.Limits.Document = 10 << 20
	}
	if o.Limits.Window == 0 {
		o.Limits.Window = 1000
	}
	origins, err := auth.ParseOrigins(o.Pages)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, keyed: o.Keyed, Store: &Store{Store: o.Store}, Metrics: prometheus.NewRegistry()}
	verifier := s.verifier()
	s.Hub = docs.NewHub(docs.Config{
		Shared: o.Shared, CommitSlots: o.Slots,
		Store: s.Store, Limits: o.Limits, Idle: o.Idle, Clock: o.Clock, Logger: o.Logger,
		MaxRooms: o.MaxRooms, MaxCreates: o.MaxCreates, Metrics: s.Metrics,
	})
	s.Sessions = session.NewServer(session.Config{
		Hub: s.Hub, Verifier: verifier, Origins: origins, Limits: o.Limits,
		HelloTimeout: o.HelloTimeout, StallTimeout: o.StallTimeout, MaxSessions: o.MaxSessions, MaxDocuments: o.MaxDocuments,
		Per: o.Per, TrustedProxies: o.Proxies, Logger: o.Logger, Metrics: s.Metrics,
	})
	mux := http.NewServeMux()
	mux.Handle("GET /v1/connect", s.Sessions)
	httpapi.Register(mux, httpapi.Config{
		Hub: s.Hub, Verifier: verifier, Origins: origins, Sessions: s.Sessions, Limits: o.Limits, Ready: s.ready, Metrics: s.Metrics,
	})
	var handler http.Handler = mux
	if !o.Keyed {
		handler = httpapi.LoopbackOnly(mux)
	}
	web := httptest.NewServer(handler)
	s.URL = web.URL
	t.Cleanup(func() {
		s.Close()
		web.Close()
	})
	return s
}

// SQLite opens an empty store of the test's own.
func SQLite(t testing.TB) storage.Store {
	t.Helper()
	store, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return store
}

// Close ends the server as its command does: rooms finish, then everyone is
// sent away. Further calls do nothing.
func (s *Server) Close() {
	if s.gone.Swap(true) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute) // machines may be busy
	defer cancel()
	s.Sessions.Drain(2 * time.Second)
	s.Hub.Close(ctx)
	s.Sessions.Close(ctx)
	if ctx.Err() != nil {
		s.t.Error("the server did not end in time")
	}
}

func (s *Server) ready(ctx context.Context) error {
	if s.gone.Load() {
		return errors.New("the server is going away")
	}
	return s.Store.Ping(ctx)
}

type verifier interface {
	Verify(token string) (*auth.Identity, error)
}

func (s *Server) verifier() verifier {
	if !s.keyed {
		return auth.Keyless{}
	}
	v, err := auth.NewHS256([]byte(authtest.Secret))
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

// socket is the address of the WebSocket.
func (s *Server) socket() string { return "ws" + strings.TrimPrefix(s.URL, "http") + "/v1/connect" }

// Eventually waits until ok; tests use it for what nobody is told about.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}
