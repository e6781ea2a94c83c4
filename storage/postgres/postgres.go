package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"golang.org/x/sync/errgroup"

	"github.com/coscribe/coscribe/internal/nonblock"
	"github.com/coscribe/coscribe/migrations"
	"github.com/coscribe/coscribe/storage"
)

// warm is how many connections are ready when Open returns, and stay so:
// setting one up costs milliseconds, which no editor should wait.
const warm = 4

// settings of every connection; the package's documentation says why.
var settings = map[string]string{
	"synchronous_commit":            "on",
	"default_transaction_isolation": "read committed",
	"default_transaction_read_only": "off",
	"plan_cache_mode":               "force_generic_plan",
	"enable_seqscan":                "off",
	"enable_mergejoin":              "off",
	"jit":                           "off",
}

// Options are the settings that a URL does not carry. The zero value is fine.
type Options struct {
	// MaxConns bounds the connections to Postgres. 0: what the URL's
	// pool_max_conns says, or else the larger of 4 and the number of CPUs.
	MaxConns int
	// ReadOnly opens the database to look at it: its schema is left as it is
	// and has to be up to date, it may be a standby, and what would write
	// returns an error.
	ReadOnly bool
}

// Store is a [storage.Store] in a Postgres database. Open makes one.
type Store struct {
	pool *pgxpool.Pool
}

var _ storage.Store = (*Store)(nil)

// Open connects to the database at url (postgres://…, or the keywords that
// libpq takes), brings its schema up to date, and sees that documents can be
// kept there. Its tables go to the first schema of the search path. The caller
// closes the store.
func Open(ctx context.Context, url string, opts Options) (*Store, error) {
	s, err := open(ctx, url, opts)
	if err != nil {
		return nil, fmt.Errorf("opening Postgres database: %w", err)
	}
	return s, nil
}

func open(ctx context.Context, url string, opts Options) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if opts.MaxConns > 0 {
		config.MaxConns = int32(opts.MaxConns)
	}
	return openConfig(ctx, config, opts.ReadOnly)
}

func openConfig(ctx context.Context, config *pgxpool.Config, readOnly bool) (*Store, error) {
	config.MinConns = min(warm, config.MaxConns)
	config.AfterConnect = prepareStatements
	config.ConnConfig.DialFunc = nonblocking(config.ConnConfig.DialFunc)
	params := config.ConnConfig.RuntimeParams
	if params["application_name"] == "" {
		params["application_name"] = "coscribe"
	}
	maps.Copy(params, settings)
	if readOnly {
		params["default_transaction_read_only"] = "on"
	} else if err := prepareDatabase(ctx, config.ConnConfig.Copy()); err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := warmUp(ctx, pool, int(config.MinConns)); err != nil {
		pool.Close()
		return nil, err
	}
	return &Store{pool}, nil
}

// nonblocking makes a dialer's connections such as the runtime takes no notice
// of: it would at each commit.
func nonblocking(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		socket := new(nonblock.Socket)
		socket.Init(conn)
		return socket, nil
	}
}

// prepareDatabase refuses a database that cannot hold documents, and brings
// the schema of any other up to date.
func prepareDatabase(ctx context.Context, config *pgx.ConnConfig) error {
	db := stdlib.OpenDB(*config)
	defer db.Close()
	var encoding string
	var standby bool
	err := db.QueryRowContext(ctx, "SELECT current_setting('server_encoding'), pg_is_in_recovery()").
		Scan(&encoding, &standby)
	switch {
	case err != nil:
		return err
	case encoding != "UTF8":
		return fmt.Errorf("its encoding is %s, where UTF8 is needed", encoding)
	case standby:
		return errors.New("it is a standby, which cannot be written to")
	}
	return migrations.Up(ctx, migrations.Postgres, db)
}

// warmUp opens n connections side by side.
func warmUp(ctx context.Context, pool *pgxpool.Pool, n int) error {
	var all errgroup.Group
	var held sync.WaitGroup // until each has one, none is given back
	held.Add(n)
	for range n {
		all.Go(func() error {
			c, err := pool.Acquire(ctx)
			held.Done()
			if err != nil {
				return err
			}
			held.Wait()
			c.Release()
			return nil
		})
	}
	return all.Wait()
}

// risks are the settings that decide what survives a crash, with the value
// that must not be and what it costs. They are the server's own, but for the
// last one, which a pooler may have changed.
var risks = []struct{ setting, value, cost string }{
	{"fsync", "off", "a crash of the database's machine may destroy the database"},
	{"full_page_writes", "off", "a crash of the database's machine may destroy pages of the database"},
	{"synchronous_commit", "off", "a crash of the database loses what was committed last"},
}

// Warnings returns what of the database's settings takes from what a commit
// promises, a sentence each.
func (s *Store) Warnings(ctx context.Context) ([]string, error) {
	var all []string
	for _, r := range risks {
		var value string
		if err := s.pool.QueryRow(ctx, setting, r.setting).Scan(&value); err != nil {
			return nil, fmt.Errorf("reading the setting %s: %w", r.setting, err)
		}
		if value == r.value {
			all = append(all, fmt.Sprintf("Postgres runs with %s=%s: %s", r.setting, value, r.cost))
		}
	}
	return all, nil
}

// Ping implements [storage.Store].
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return fmt.Errorf("asking Postgres: %w", err)
	}
	return nil
}

// Close implements [storage.Store].
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}
