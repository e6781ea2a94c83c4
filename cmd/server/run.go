package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/httpapi"
	"github.com/coscribe/coscribe/session"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/web"
	"github.com/coscribe/coscribe/webhooks"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// drainWithin is how long sessions have to come back elsewhere.
const drainWithin = 2 * time.Second

// Run serves until the program is told to end.
func (c *Config) Run(t *terminal) error {
	return run(t.ctx, *c, c.logger(os.Stderr), t.out)
}

// run serves until ctx ends, then finishes what is under way.
func run(ctx context.Context, c Config, logger *slog.Logger, out io.Writer) error {
	keyless := c.keyless()
	verifier, err := c.verifier(ctx, logger)
	if err != nil {
		return err
	}
	origins, err := auth.ParseOrigins(c.AllowedOrigins)
	if err != nil {
		return fmt.Errorf("--allowed-origins: %w", err)
	}
	encryption, err := c.TLS.config(logger)
	if err != nil {
		return err
	}
	if err := serveDebug(ctx, c.DebugListen, logger); err != nil {
		return err
	}
	listener, err := c.listen(keyless)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // the server may have closed it
	store, err := c.open(ctx)
	if err != nil {
		return err
	}
	stuck := false // a call to the store does not end
	defer func() {
		if stuck {
			return // closing waits for it
		}
		if err := store.Close(); err != nil {
			logger.Error("database did not close", "err", err)
		}
	}()
	if err := warn(ctx, store, logger); err != nil {
		return err
	}
	metrics := newRegistry()
	hook, err := c.Webhook.start(ctx, store, logger, metrics)
	if err != nil {
		return err
	}
	s := assemble(ctx, c, parts{
		store: hook.Watch(store), hook: hook, verifier: verifier, origins: origins, keyless: keyless,
		encryption: encryption, logger: logger, metrics: metrics,
	})
	logger.Info("listening", "address", listener.Addr().String(), "database", c.Source.String(), "version", version())
	if c.LogFormat != "json" {
		greet(out, c, listener.Addr(), keyless)
	}
	failed := make(chan error, 1)
	go func() { failed <- s.serve(listener) }() // it ends with shutdown
	select {
	case err = <-failed:
	case <-ctx.Done():
		logger.Info("shutting down", "delay", c.ShutdownDelay.String(), "timeout", c.ShutdownTimeout.String())
		time.Sleep(c.ShutdownDelay) // a second signal ends the program
	}
	finished, late := s.shutdown(c.ShutdownTimeout)
	stuck = !finished
	return errors.Join(err, late)
}

// parts are what a server is made of.
type parts struct {
	store      storage.Store
	hook       *webhooks.Sender // nil: none
	verifier   verifier
	origins    auth.Origins
	keyless    bool
	encryption *tls.Config // nil: none
	logger     *slog.Logger
	metrics    *prometheus.Registry
}

// server is the parts put together. It does not own the store.
type server struct {
	http     *http.Server
	sessions *session.Server
	hub      *docs.Hub
	hook     *webhooks.Sender
}

// assemble puts a server together. It is not ready any more once ctx has
// ended.
func assemble(ctx context.Context, c Config, p parts) *server {
	limits, metrics := c.told(), p.metrics
	hub := docs.NewHub(docs.Config{
		Store: p.store, Logger: p.logger, Limits: limits, Shared: c.isPostgres(), CommitSlots: c.commitSlots(),
		MaxRooms: c.MaxRooms, MaxCreates: c.MaxUserCreates, Metrics: metrics, Retain: c.Retain,
	})
	sessions := session.NewServer(session.Config{
		Hub: hub, Verifier: p.verifier, Origins: p.origins, Limits: limits, Logger: p.logger,
		MaxSessions: c.MaxSessions, MaxDocuments: c.MaxSessionDocuments, Per: c.per(), TrustedProxies: c.TrustedProxies, Metrics: metrics,
	})
	mux := http.NewServeMux()
	mux.Handle("GET /v1/connect", sessions)
	mux.Handle("/", web.Handler())
	httpapi.Register(mux, httpapi.Config{
		Hub: hub, Verifier: p.verifier, Origins: p.origins, Sessions: sessions, Limits: limits, Logger: p.logger, Metrics: metrics,
		Ready: func(r context.Context) error {
			if ctx.Err() != nil {
				return errors.New("the server is going away")
			}
			return p.store.Ping(r)
		},
	})
	var handler http.Handler = mux
	if p.keyless {
		handler = httpapi.LoopbackOnly(mux)
	}
	return &server{hub: hub, sessions: sessions, hook: p.hook, http: newHTTP(handler, p.encryption, p.logger)}
}

// newRegistry makes a registry of this server's own, with what Go and the
// kernel know of the process.
func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(
			collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile("^/gc/heap/live:bytes$")},
		)),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
	)
	return r
}

// shutdown takes nothing new, finishes what is being committed, and sends
// everyone away. It tells whether nobody uses the store any more.
func (s *server) shutdown(timeout time.Duration) (finished bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	s.sessions.Drain(drainWithin)
	finished = s.hub.Close(ctx)
	s.sessions.Close(ctx)
	_ = s.http.Shutdown(ctx) // past its time, what is left is cut off
	late := ctx.Err() != nil
	finished = s.hook.Close(ctx) && finished // what it does not get told is kept
	if late {
		_ = s.http.Close()
		err = fmt.Errorf("not everything was finished within %s", timeout)
	}
	return finished, err
}

// greet says what is on and how to try it.
func greet(out io.Writer, c Config, addr net.Addr, keyless bool) {
	http, ws := "http", "ws"
	if c.TLS.on() {
		http, ws = "https", "wss"
	}
	url := http + "://" + addr.String()
	fmt.Fprintf(out, "Coscribe listens on %s, documents are in %s\n", url, c.Source)
	if keyless {
		fmt.Fprintln(out, "NO KEY IS SET: everyone on this machine is the admin \"anonymous\". For more than trying it out: --jwt-secret-file.")
	}
	token := ""
	if !keyless {
		token = ` -H "Authorization: Bearer $TOKEN"`
	}
	fmt.Fprintf(out, "Open %s in two browser windows and write to yourself, or try it from a shell:\n", url)
	fmt.Fprintf(out, "  curl%s %s/v1/documents -H 'Content-Type: application/json' -d '{\"id\":\"hello\",\"content\":[{\"insert\":\"Hello\\n\"}]}'\n", token, url)
	fmt.Fprintf(out, "  curl%s %s/v1/documents/hello/content?format=text\n", token, url)
	fmt.Fprintf(out, "Editors connect to %s://%s/v1/connect. The API is described at %s/docs.\n", ws, addr, url)
}
