// Package servertest gives tests the real server as a process of its own.
package servertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/coscribe/coscribe/bench/serverproc"
)

// binary is the server that Main has built.
var binary string

// Main builds the server, with the race detector, and runs the tests of a
// package. Call it from TestMain.
func Main(m *testing.M) {
	os.Exit(run(m))
}

// Binary is the path of the server that Main has built.
func Binary() string { return binary }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "coscribe-server")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if binary, err = serverproc.BuildRace(context.Background(), dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// Server is a server on a SQLite file of its own, which may be killed and
// started again. Its methods are safe for concurrent use.
type Server struct {
	t        testing.TB
	database string
	args     []string

	mu      sync.Mutex
	process *serverproc.Process
	url     string // of the last process
}

// Start starts a server on an empty database, with further flags. It ends with
// the test.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := &Server{t: t, args: args, database: "sqlite:" + filepath.Join(t.TempDir(), "coscribe.db")}
	s.start()
	t.Cleanup(s.stop)
	return s
}

// URL is the base URL of the server that runs now, or ran last.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// Restart kills the server as a crash would and starts it again on the same
// database, at another address.
func (s *Server) Restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process.Kill()
	s.start()
}

// Replace ends the server in good order and starts it again like Restart.
func (s *Server) Replace() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop()
	s.start()
}

func (s *Server) start() {
	p, err := serverproc.Start(context.Background(), serverproc.Options{
		Binary: binary, Database: s.database, Args: s.args, Output: logger{s.t},
	})
	if err != nil {
		s.t.Error(err)
		return
	}
	s.process, s.url = p, p.URL()
}

// stop ends the server in good order, which has to work.
func (s *Server) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := s.process.Stop(ctx); err != nil {
		s.t.Errorf("server did not end well: %v", err)
	}
}

// logger hands the server's log on to the test's.
type logger struct{ t testing.TB }

func (l logger) Write(p []byte) (int, error) {
	l.t.Logf("server: %s", p)
	return len(p), nil
}
