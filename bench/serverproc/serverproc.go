// Package serverproc builds the server and runs it as a process of its own,
// for tests that kill it and for measurements that count its CPU time.
package serverproc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Build compiles the server into dir, static as it is released, and returns the
// binary's path. The working directory has to be inside the module.
func Build(ctx context.Context, dir string) (string, error) {
	return build(ctx, dir, "0")
}

// BuildRace is Build with the race detector, which takes C.
func BuildRace(ctx context.Context, dir string) (string, error) {
	return build(ctx, dir, "1", "-race")
}

func build(ctx context.Context, dir, cgo string, flags ...string) (string, error) {
	binary := filepath.Join(dir, "coscribe-server")
	args := append([]string{"build", "-o", binary}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, "github.com/coscribe/coscribe/cmd/server")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the server: %w\n%s", err, out)
	}
	return binary, nil
}

// Options say how to start a server.
type Options struct {
	Binary   string
	Database string    // as for --database
	CPU      string    // a CPU list for taskset; empty: any
	Args     []string  // further flags
	Debug    bool      // serve profiles, for Collect and Profile
	Env      []string  // further environment
	Output   io.Writer // where it logs to; nil: nowhere
}

// Process is a running server. It belongs to whoever started it, who ends it
// with Stop or Kill.
type Process struct {
	cmd   *exec.Cmd
	addr  string
	debug string        // where it serves profiles; empty: nowhere
	done  chan struct{} // closed when the process has ended
	err   error         // what it ended with; read after done
}

// Start runs a server on a free loopback port and waits until it is ready.
func Start(ctx context.Context, o Options) (*Process, error) {
	p, err := Launch(ctx, o.command())
	if err != nil {
		return nil, err
	}
	if err := p.ready(ctx); err != nil {
		p.Kill()
		return nil, err
	}
	return p, nil
}

// command is the command line. The kernel chooses the ports: one that was
// looked for beforehand may be another server's by now.
func (o Options) command() Command {
	const free = "127.0.0.1:0"
	argv := []string{o.Binary, "--listen", free, "--database", o.Database}
	if o.Debug {
		argv = append(argv, "--debug-listen", free)
	}
	return Command{Argv: append(argv, o.Args...), CPU: o.CPU, Env: o.Env, Output: o.Output, Debug: o.Debug}
}

// Command says how to start any server, as long as it prints where it listens:
// a line with "listens on http://ADDRESS,".
type Command struct {
	Argv   []string
	Dir    string    // to run in; empty: this one
	CPU    string    // a CPU list for taskset; empty: any
	Env    []string  // further environment
	Output io.Writer // where it logs to; nil: nowhere
	Debug  bool      // it says, too, where it serves profiles
}

// patience is how long a server may take to start: machines are busy.
const patience = time.Minute

// Launch runs a server and waits until it has said where it listens.
func Launch(ctx context.Context, c Command) (*Process, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	argv := c.Argv
	if c.CPU != "" {
		argv = append([]string{"taskset", "-c", c.CPU}, argv...)
	}
	said := &addresses{to: c.Output, profiles: c.Debug, line: []byte{}, all: make(chan struct{})}
	p := &Process{done: make(chan struct{}), cmd: exec.Command(argv[0], argv[1:]...)}
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Dir = said, said, c.Dir
	p.cmd.Env = append(os.Environ(), c.Env...)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	select {
	case <-said.all:
		p.addr, p.debug = said.server, said.debug
		return p, nil
	case <-p.done:
		return nil, fmt.Errorf("server ended before it listened: %v", p.cmd.ProcessState)
	case <-ctx.Done():
		p.Kill()
		return nil, fmt.Errorf("server does not listen: %w", ctx.Err())
	}
}

// ready polls /readyz.
func (p *Process) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL()+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-p.done:
			return fmt.Errorf("server ended before it was ready: %v", p.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("server not ready: %w", ctx.Err())
		}
	}
}

// URL is the server's base URL.
func (p *Process) URL() string { return "http://" + p.addr }

// PID is the server's process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Kill ends the server with SIGKILL, as a crash would, and waits for its end.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it fails only where the process has ended
	<-p.done
}

// Stop ends the server with SIGTERM and waits for its end. After ctx it is
// killed, and that is an error.
func (p *Process) Stop(ctx context.Context) error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop the server: %w", err)
	}
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		p.Kill()
		return fmt.Errorf("stop the server: %w", ctx.Err())
	}
}

// Signal sends a signal to the server, such as SIGSTOP.
func (p *Process) Signal(s os.Signal) error { return p.cmd.Process.Signal(s) }
