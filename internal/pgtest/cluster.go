//go:build unix

package pgtest

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// superuser owns a Cluster's databases.
const superuser = "coscribe"

// Cluster is a Postgres server of one's own, with its data in a temporary
// folder, listening on a free port of 127.0.0.1 and on a socket in that
// folder, with fsync on. It goes away with Close or with this process,
// however that ends. It is not safe for concurrent use.
type Cluster struct {
	dir      string
	programs programs
	port     int
	password string
	keeper   *keeper
	server   *exec.Cmd     // nil while there is none
	ended    chan struct{} // closed when server has ended
}

// NewCluster prepares a cluster. Start starts it, Close removes it.
func NewCluster() (*Cluster, error) {
	p, err := findPrograms()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "coscribe-pg-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, programs: p, password: crand.Text()}
	if c.keeper, err = keep(dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.init(); err != nil {
		return nil, errors.Join(err, c.keeper.close())
	}
	return c, nil
}

// init lets initdb make the data folder. Its files are not synced, which only
// the end of the whole machine would notice.
func (c *Cluster) init() error {
	secret := filepath.Join(c.dir, "password")
	if err := os.WriteFile(secret, []byte(c.password), 0o600); err != nil {
		return err
	}
	if err := c.programs.own(c.dir, secret); err != nil {
		return err
	}
	cmd := c.programs.command(c.dir, "initdb", "--pgdata", c.data(), "--username", superuser,
		"--pwfile", secret, "--auth-local", "trust", "--auth-host", "scram-sha-256",
		"--encoding", "UTF8", "--locale", "C", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }
func (c *Cluster) log() string  { return filepath.Join(c.dir, "log") }

// URL returns the URL of one of the cluster's databases; "postgres" is always
// there. It stays the same when the server is restarted.
func (c *Cluster) URL(database string) string {
	u := url.URL{
		Scheme: "postgres",
		User:   url.UserPassword(superuser, c.password),
		Host:   net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)),
		Path:   "/" + database,
	}
	return u.String()
}

// Start starts the server and returns when it takes connections. The first
// start chooses the port, which the later ones keep.
func (c *Cluster) Start() error {
	if c.server != nil {
		return errors.New("the server is running already")
	}
	first := c.port == 0
	var err error
	// Somebody else may have the port; what was killed may hold port and shared
	// memory for another moment.
	for range 20 {
		if first {
			c.port = anyPort()
		}
		if err = c.start(); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

func (c *Cluster) start() error {
	log, err := os.Create(c.log())
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := c.programs.command(c.dir, "postgres", "-D", c.data(), "-k", c.dir, "-p", strconv.Itoa(c.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=on", "-c", "max_connections=200")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(ended)
	}()
	c.server, c.ended = cmd, ended
	c.keeper.watch(cmd.Process.Pid)
	if err := c.waitReady(); err != nil {
		text, _ := os.ReadFile(c.log())
		return fmt.Errorf("starting postgres: %w\n%s", errors.Join(err, c.Kill()), bytes.TrimSpace(text))
	}
	return nil
}

// anyPort draws a port below those that Linux gives to connections by itself:
// while a server is down, none of the tests' many connections takes its port.
func anyPort() int { return 20_000 + rand.IntN(12_000) }

// waitReady asks for a connection until it gets one.
func (c *Cluster) waitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-c.ended:
			return errors.New("the server ended")
		case <-ctx.Done():
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Stop shuts the server down: it ends the sessions, rolls back what they had
// not committed, and writes everything to disk.
func (c *Cluster) Stop() error {
	if c.server == nil {
		return nil
	}
	if err := c.server.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-c.ended:
	case <-time.After(patience):
		return errors.Join(errors.New("the server did not stop in time"), c.Kill())
	}
	c.forget()
	return nil
}

// Kill ends all processes of the server at once, as kill -9 would.
func (c *Cluster) Kill() error {
	if c.server == nil {
		return nil
	}
	pid := c.server.Process.Pid
	// A stopped postmaster starts no new children while they are counted.
	_ = c.server.Process.Signal(syscall.SIGSTOP)
	for _, child := range children(pid) {
		_ = syscall.Kill(child, syscall.SIGKILL)
	}
	if err := c.server.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-c.ended
	c.forget()
	return nil
}

// Restart kills the server and starts it anew; it recovers what was committed.
func (c *Cluster) Restart() error {
	if err := c.Kill(); err != nil {
		return err
	}
	return c.Start()
}

// Close stops the server and removes its data.
func (c *Cluster) Close() error {
	return errors.Join(c.Stop(), c.keeper.close())
}

// forget marks the server as gone.
func (c *Cluster) forget() {
	c.keeper.watch(0)
	c.server = nil
}
