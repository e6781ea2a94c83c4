package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/postgres"
	"github.com/coscribe/coscribe/storage/sqlite"
)

// Config is the command line and the environment.
type Config struct {
	Listen         string        `env:"COSCRIBE_LISTEN" default:"127.0.0.1:8080" help:"Address to listen on."`
	Database       string        `env:"COSCRIBE_DATABASE" default:"sqlite:coscribe.db" help:"sqlite:FILE or postgres://…"`
	JWTSecretFile  string        `name:"jwt-secret-file" env:"COSCRIBE_JWT_SECRET_FILE" help:"File with the HS256 secret. Without any key the server is for this machine only and everyone is anonymous."`
	JWTPublicKey   string        `name:"jwt-public-key" env:"COSCRIBE_JWT_PUBLIC_KEY" help:"PEM file with the public key (RS256, ES256 or EdDSA, by its type)."`
	AllowedOrigins []string      `env:"COSCRIBE_ALLOWED_ORIGINS" help:"Origins of pages that may connect, or *. Same origin only without it."`
	DebugListen    string        `env:"COSCRIBE_DEBUG_LISTEN" help:"Address for Go profiles, such as 127.0.0.1:6060. Keep it to this machine."`
	Retain         time.Duration `env:"COSCRIBE_RETAIN" default:"0s" help:"How long every change is kept by itself, such as 720h; older runs of one user's changes are squashed into one. 0s: for good."`
	LogLevel       slog.Level    `env:"COSCRIBE_LOG_LEVEL" default:"INFO" help:"DEBUG, INFO, WARN or ERROR."`
}

// Validate is called by kong.
func (c Config) Validate() error {
	if c.Retain < 0 {
		return errors.New("--retain cannot be negative")
	}
	return nil
}

// verifier is what both halves of the server ask whom a token names.
type verifier interface {
	Verify(token string) (*auth.Identity, error)
}

// verifier returns who decides about tokens; keyless tells that nobody does.
func (c Config) verifier() (v verifier, keyless bool, err error) {
	switch {
	case c.JWTSecretFile != "" && c.JWTPublicKey != "":
		return nil, false, errors.New("--jwt-secret-file and --jwt-public-key exclude each other: the algorithm is pinned by the one key")
	case c.JWTSecretFile != "":
		v, err = auth.LoadHS256(c.JWTSecretFile)
	case c.JWTPublicKey != "":
		v, err = auth.LoadPublicKey(c.JWTPublicKey)
	default:
		v, keyless = auth.Keyless{}, true
	}
	return v, keyless, err
}

// listen opens the address; without a key only on this machine's own.
func (c Config) listen(keyless bool) (net.Listener, error) {
	if keyless {
		host, _, err := net.SplitHostPort(c.Listen)
		ip := net.ParseIP(host)
		if err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, fmt.Errorf("without a key the server listens on loopback only, not on %s: give --jwt-secret-file or --jwt-public-key, or listen on 127.0.0.1", c.Listen)
		}
	}
	return net.Listen("tcp", c.Listen)
}

// commitSlots is how many transactions are in flight at once: SQLite has one
// writer, Postgres commits several as fast as one.
func (c Config) commitSlots() int {
	if c.isPostgres() {
		return 4
	}
	return 1
}

func (c Config) isPostgres() bool {
	return strings.HasPrefix(c.Database, "postgres://") || strings.HasPrefix(c.Database, "postgresql://")
}

// open opens the database.
func (c Config) open(ctx context.Context) (storage.Store, error) {
	if c.isPostgres() {
		return postgres.Open(ctx, c.Database, postgres.Options{})
	}
	if path, ok := strings.CutPrefix(c.Database, "sqlite:"); ok && path != "" {
		return sqlite.Open(ctx, path)
	}
	return nil, fmt.Errorf("--database is sqlite:FILE or postgres://…, not %q", redact(c.Database))
}

// redact keeps a password out of an error message.
func redact(database string) string {
	scheme, rest, ok := strings.Cut(database, "://")
	if _, host, secret := strings.Cut(rest, "@"); ok && secret {
		return scheme + "://…@" + host
	}
	return database
}
