package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime"
	"syscall"
	"time"
)

// Config is the command line and the environment of the server.
type Config struct {
	Listen string `env:"COSCRIBE_LISTEN" default:"127.0.0.1:8080" help:"Address to listen on."`
	Source
	Keys
	TLS
	AllowedOrigins []string      `env:"COSCRIBE_ALLOWED_ORIGINS" help:"Origins of pages that may connect, or *. Same origin only without it."`
	DebugListen    string        `env:"COSCRIBE_DEBUG_LISTEN" help:"Address for Go profiles, such as 127.0.0.1:6060. Keep it to this machine."`
	Retain         time.Duration `env:"COSCRIBE_RETAIN" default:"0s" help:"How long every change is kept by itself, such as 720h; older runs of one user's changes are squashed into one. 0s: for good."`
	Webhook
	LogLevel  slog.Level `env:"COSCRIBE_LOG_LEVEL" default:"INFO" help:"DEBUG, INFO, WARN or ERROR."`
	LogFormat string     `env:"COSCRIBE_LOG_FORMAT" default:"text" enum:"text,json" help:"text or json."`

	ShutdownDelay   time.Duration `env:"COSCRIBE_SHUTDOWN_DELAY" default:"0s" help:"How long /readyz fails before anyone is sent away: as long as a load balancer takes to notice."`
	ShutdownTimeout time.Duration `env:"COSCRIBE_SHUTDOWN_TIMEOUT" default:"20s" help:"What ending may take after that."`

	Limits
}

// Validate is called by kong.
func (c Config) Validate() error {
	if c.Retain < 0 || c.ShutdownDelay < 0 || c.ShutdownTimeout < 0 {
		return errors.New("--retain, --shutdown-delay and --shutdown-timeout cannot be negative")
	}
	return errors.Join(c.Keys.check(), c.TLS.check(), c.Webhook.check(), c.Limits.check())
}

// listen opens the address; without a key only on this machine's own.
func (c Config) listen(keyless bool) (net.Listener, error) {
	if keyless {
		host, _, err := net.SplitHostPort(c.Listen)
		ip := net.ParseIP(host)
		if err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, fmt.Errorf("without a key the server listens on loopback only, not on %s: give --jwt-secret-file, --jwt-public-key or --jwks-url, or listen on 127.0.0.1", c.Listen)
		}
	}
	l, err := net.Listen("tcp", c.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		err = errors.New("another program listens there, perhaps another server; --listen takes another address")
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", c.Listen, err)
	}
	return l, nil
}

// logger writes to out what the flags ask for.
func (c Config) logger(out io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}

// commitSlots is how many transactions are in flight at once: SQLite has one
// writer. Postgres commits several as fast as one while it has CPUs for them,
// most likely as many as are here; beyond that more batches had better share
// one.
func (c Config) commitSlots() int {
	if c.isPostgres() {
		return min(max(2, runtime.NumCPU()), 4)
	}
	return 1
}
