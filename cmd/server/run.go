package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/httpapi"
	"github.com/coscribe/coscribe/session"
	"github.com/coscribe/coscribe/web"
	"github.com/coscribe/coscribe/wire"
)

// Limits of the protocol, told to every client.
var limits = wire.Limits{
	Message:  1 << 20,
	Document: 10 << 20,
	Window:   1000,
}

const (
	// drainWithin is how long sessions have to come back elsewhere.
	drainWithin = 2 * time.Second
	// shutdownTimeout bounds what is left to do when the server ends.
	shutdownTimeout = 20 * time.Second
)

// run serves until ctx ends, then finishes what is under way.
func run(ctx context.Context, c Config, logger *slog.Logger, out io.Writer) error {
	verifier, keyless, err := c.verifier()
	if err != nil {
		return err
	}
	origins, err := auth.ParseOrigins(c.AllowedOrigins)
	if err != nil {
		return fmt.Errorf("--allowed-origins: %w", err)
	}
	if err := serveDebug(ctx, c.DebugListen); err != nil {
		return err
	}
	listener, err := c.listen(keyless)
	if err != nil {
		return err
	}
	store, err := c.open(ctx)
	if err != nil {
		_ = listener.Close()
		return fmt.Errorf("open the database: %w", err)
	}
	hub := docs.NewHub(docs.Config{Store: store, Logger: logger, Limits: limits, Shared: c.isPostgres(), CommitSlots: c.commitSlots(), Retain: c.Retain})
	sessions := session.NewServer(session.Config{
		Hub: hub, Verifier: verifier, Origins: origins, Limits: limits, Logger: logger,
	})
	mux := http.NewServeMux()
	mux.Handle("GET /v1/connect", sessions)
	mux.Handle("/", web.Handler())
	httpapi.Register(mux, httpapi.Config{
		Hub: hub, Verifier: verifier, Origins: origins, Limits: limits, Logger: logger,
		Ready: func(r context.Context) error {
			if ctx.Err() != nil {
				return errors.New("the server is going away")
			}
			return store.Ping(r)
		},
	})
	var handler http.Handler = mux
	if keyless {
		handler = auth.LoopbackOnly(mux)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	greet(out, c, listener.Addr(), keyless)

	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	shutdown(server, sessions, hub)
	if cerr := store.Close(); cerr != nil {
		logger.Error("database did not close", "err", cerr)
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// shutdown takes nothing new, finishes what is being committed, and sends
// everyone away.
func shutdown(server *http.Server, sessions *session.Server, hub *docs.Hub) {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	sessions.Drain(drainWithin)
	hub.Close(ctx)
	sessions.Close(ctx)
	_ = server.Shutdown(ctx) // past its time, what is left is cut off
}

// greet says what is on and how to try it.
func greet(out io.Writer, c Config, addr net.Addr, keyless bool) {
	url := "http://" + addr.String()
	fmt.Fprintf(out, "Coscribe listens on %s, documents are in %s\n", url, redact(c.Database))
	if keyless {
		fmt.Fprintln(out, "NO KEY IS SET: everyone on this machine is the admin \"anonymous\". For more than trying it out: --jwt-secret-file.")
	}
	token := ""
	if !keyless {
		token = ` -H "Authorization: Bearer $TOKEN"`
	}
	fmt.Fprintf(out, "Try it:\n")
	fmt.Fprintf(out, "  curl%s %s/v1/documents -H 'Content-Type: application/json' -d '{\"id\":\"hello\",\"content\":[{\"insert\":\"Hello\\n\"}]}'\n", token, url)
	fmt.Fprintf(out, "  curl%s %s/v1/documents/hello/content?format=text\n", token, url)
	fmt.Fprintf(out, "Editors connect to ws://%s/v1/connect. The API is described at %s/openapi.json.\n", addr, url)
}
