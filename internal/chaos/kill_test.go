package chaos

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/bench/serverproc"
	"github.com/coscribe/coscribe/bench/swarm"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/postgres"
	"github.com/coscribe/coscribe/storage/sqlite"
)

// rounds is how often each test that kills does so: few in passing, hundreds
// where one has the time.
var rounds = flag.Int("rounds", 3, "kills in each test of killed processes")

// site is where people work.
type site struct {
	address  func() string // of the server, asked before each connection
	database string
}

// victim is a server that is killed and started again, elsewhere each time.
type victim struct {
	site
	t       *testing.T
	options serverproc.Options

	process *serverproc.Process
	url     atomic.Value // string; read while it is down, too
}

// startVictim starts a server on a database, with further flags. It ends with
// the test, and what it leaves has to agree with itself.
func startVictim(t *testing.T, database string, args ...string) *victim {
	t.Helper()
	v := &victim{t: t, options: serverproc.Options{Binary: buildServer(t), Database: database, Args: args}}
	v.site = site{func() string { return v.url.Load().(string) }, database}
	v.start()
	t.Cleanup(func() {
		v.process.Kill()
		v.verify(t)
	})
	return v
}

func (v *victim) start() {
	p, err := serverproc.Start(context.Background(), v.options)
	if err != nil {
		v.t.Error(err)
		return
	}
	v.process = p
	v.url.Store(p.URL())
}

func (v *victim) restart() {
	v.process.Kill()
	v.start()
}

// P1, P2, P3: kill -9 of the server, at any moment, loses nothing that was
// acknowledged and repeats nothing.
func TestKillServer(t *testing.T) {
	for name, source := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") },
		"postgres": func(t *testing.T) string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := startVictim(t, source(t))
			inFlight := 0
			for n := range *rounds {
				if v.round(t, n, v.restart).lost() > 0 {
					inFlight++
				}
			}
			report(t, inFlight)
		})
	}
}

// P1, P2, P3: the same for kill -9 of the database, under a server that lives
// on.
func TestKillPostgres(t *testing.T) {
	t.Parallel()
	cluster, err := pgtest.NewCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	if err := cluster.Start(); err != nil {
		t.Fatal(err)
	}
	stampCommits(t, cluster)
	v := startVictim(t, cluster.URL("postgres"))
	inFlight := 0
	for n := range *rounds {
		var killed, back time.Time
		r := v.round(t, n, func() {
			if err := cluster.Kill(); err != nil {
				t.Error(err)
			}
			killed = time.Now()
			if err := cluster.Start(); err != nil {
				t.Error(err)
			}
			back = time.Now()
		})
		if unanswered(t, cluster, r, killed, back) > 0 {
			inFlight++
		}
	}
	report(t, inFlight)
}

// report prints how many kills are proven to have hit a commit. Those that hit
// one before it was stored leave no trace, and are not counted.
func report(t *testing.T, inFlight int) {
	fmt.Printf("%s: %d kills, at least %d of them between a commit and its acknowledgement\n", t.Name(), *rounds, inFlight)
}

// round lets eight clients type while something breaks at a random moment, and
// checks everything when all have come to rest.
func (s site) round(t *testing.T, n int, breaks func()) *recorder {
	t.Helper()
	const documents, clients, edits = 2, 8, 30
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	at := 1 + random.IntN(clients*edits*9/10)
	delay := time.Duration(random.IntN(3000)) * time.Microsecond
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	r := newRecorder()
	rest := client.REST{Address: s.address}
	prefix := fmt.Sprintf("round-%d", n)
	var others sync.WaitGroup
	reading, enough := context.WithCancel(ctx)
	others.Go(func() { r.read(reading, rest, prefix+"-0") })
	report, err := swarm.Run(ctx, swarm.Config{
		Address: s.address, Seed: seed, Prefix: prefix, Type: []ot.Type{ot.RichText, ot.Text}[n%2],
		Documents: documents, Clients: clients, Edits: edits, Watch: r,
		Edited: func(n int) {
			if n == at {
				others.Go(func() {
					time.Sleep(delay) // so that it hits anything that an edit sets off
					breaks()
				})
			}
		},
	})
	enough()
	others.Wait()
	if err == nil {
		err = r.linearizable(ctx, rest)
	}
	if err != nil {
		t.Fatalf("round %d, seed %d: %+v: %v", n, seed, report, err)
	}
	for i := range documents {
		s.verify(t, "--doc", fmt.Sprint(prefix, "-", i))
	}
	return r
}

// verify runs the command that holds all that is stored against itself: all
// documents, or those that its flags say.
func (s site) verify(t *testing.T, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	args = append([]string{"verify", "--database", s.database}, args...)
	out, err := exec.CommandContext(ctx, buildServer(t), args...).CombinedOutput()
	if err != nil {
		t.Errorf("coscribe %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// look opens a database that a server works on.
func look(ctx context.Context, database string) (storage.Store, error) {
	if path, ok := strings.CutPrefix(database, "sqlite:"); ok {
		return sqlite.OpenReadOnly(ctx, path)
	}
	return postgres.Open(ctx, database, postgres.Options{})
}

// stampCommits makes a cluster note when each transaction was committed.
func stampCommits(t *testing.T, cluster *pgtest.Cluster) {
	t.Helper()
	query(t, cluster, "ALTER SYSTEM SET track_commit_timestamp = on", nil)
	if err := cluster.Restart(); err != nil {
		t.Fatal(err)
	}
}

func query(t *testing.T, cluster *pgtest.Cluster, text string, each func(rows pgx.Rows) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, cluster.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, text)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// unanswered counts the ops of a round that Postgres had committed when it was
// killed, and whose acknowledgement came only when it was back: the kill cut
// off the answer to their commit.
func unanswered(t *testing.T, cluster *pgtest.Cluster, r *recorder, killed, back time.Time) (n int) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	committed := make(map[submitted]map[string]time.Time) // by document
	query(t, cluster, `SELECT d.id, c.client::text, c.seq, pg_xact_commit_timestamp(c.xmin)
		FROM changes c JOIN documents d ON d.key = c.key WHERE c.client IS NOT NULL`, func(rows pgx.Rows) error {
		var doc string
		var by submitted
		var at *time.Time
		if err := rows.Scan(&doc, &by.client, &by.seq, &at); err != nil || at == nil {
			return err
		}
		if committed[by] == nil {
			committed[by] = make(map[string]time.Time)
		}
		committed[by][doc] = *at
		return nil
	})
	for a, ops := range r.acked {
		for _, op := range ops {
			stored, known := committed[submitted{a.client, op.seq}][a.doc]
			if known && stored.Before(killed) && r.start.Add(op.got).After(back) {
				n++
			}
		}
	}
	return n
}

var build struct {
	once   sync.Once
	binary string
	err    error
}

// buildServer builds the server once for all tests.
func buildServer(t *testing.T) string {
	t.Helper()
	build.once.Do(func() {
		build.binary, build.err = serverproc.Build(context.Background(), buildDir)
	})
	if build.err != nil {
		t.Fatal(fmt.Errorf("build the server: %w", build.err))
	}
	return build.binary
}
