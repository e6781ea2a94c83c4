package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/bench/serverproc"
)

// attackers starts an attack, which ends with ctx, and returns how to wait for
// the end.
type attackers func(ctx context.Context, a attack) (wait func() error, err error)

// apart runs the attackers as a process of their own, which gives way to
// everyone else.
func apart(ctx context.Context, a attack) (wait func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "attack", "--server", a.Server,
		"--silent", strconv.Itoa(a.Silent), "--garbage", strconv.Itoa(a.Garbage), "--users", strconv.Itoa(a.Users))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, cmd.Process.Pid, 10); err != nil {
		return cmd.Wait, err
	}
	return func() error {
		if err := cmd.Wait(); ctx.Err() == nil {
			return err
		}
		return nil
	}, nil
}

func (s siege) run(ctx context.Context, out io.Writer, attackers attackers) (err error) {
	dir, err := os.MkdirTemp("", "coscribe-siege")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if s.Binary == "" {
		if s.Binary, err = serverproc.Build(ctx, dir); err != nil {
			return err
		}
	}
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte(authtest.Secret), 0o600); err != nil {
		return err
	}
	var log lines
	server, err := serverproc.Start(ctx, serverproc.Options{
		Binary: s.Binary, CPU: s.CPU, Database: "sqlite:" + filepath.Join(dir, "siege.db"), Output: &log,
		Args: []string{"--jwt-secret-file", secret},
	})
	if err != nil {
		return err
	}
	defer server.Kill()
	s.Server = strings.TrimPrefix(server.URL(), "http://")
	return s.watch(ctx, out, server, &log, attackers)
}

// watch lets two people work, first in peace, and looks at the server.
func (s siege) watch(ctx context.Context, out io.Writer, server *serverproc.Process, log *lines, attackers attackers) error {
	people, err := meet(s.Server, s.Rate)
	if err != nil {
		return err
	}
	defer people.leave()
	if err := people.work(ctx, s.Calm); err != nil {
		return err
	}
	calm := people.take()
	before, err := server.Memory()
	if err != nil {
		return err
	}
	attacking, enough := context.WithCancel(ctx)
	defer enough()
	wait, err := attackers(attacking, s.attack)
	if err != nil {
		return err
	}
	weighed, peak := make(chan struct{}), before
	go func() { // until the attack is over
		defer close(weighed)
		for ; attacking.Err() == nil; time.Sleep(100 * time.Millisecond) {
			if now, err := server.Memory(); err == nil {
				peak = max(peak, now)
			}
		}
	}()
	err = people.work(ctx, s.For)
	cpu, cpuErr := server.CPU()
	enough()
	<-weighed
	if err := errors.Join(err, cpuErr, wait()); err != nil {
		return fmt.Errorf("%w\n%s", err, log.last())
	}
	return s.report(out, calm, people.take(), before, peak, cpu, log)
}

// report tells what was seen and whether it is within the bounds.
func (s siege) report(out io.Writer, calm, siege times, before, peak int64, cpu time.Duration, log *lines) error {
	const mega = 1 << 20
	n := log.count()
	fmt.Fprintf(out, "%d connections without hello, %d sessions of %d users with garbage, for %v\n", s.Silent, s.Garbage, s.Users, s.For)
	fmt.Fprintf(out, "  in peace:  %v\n  in siege:  %v\n", calm, siege)
	fmt.Fprintf(out, "  memory: %d MB before, %d MB at most; CPU: %v; log: %d lines\n", before/mega, peak/mega, cpu.Round(time.Millisecond), n)
	var err error
	if peak > s.Memory*mega {
		err = errors.Join(err, fmt.Errorf("the server took %d MB, more than %d", peak/mega, s.Memory))
	}
	if n > s.Lines {
		err = errors.Join(err, fmt.Errorf("the server logged %d lines, more than %d, the last of them:\n%s", n, s.Lines, log.last()))
	}
	if p99 := siege.share(99); s.P99 > 0 && p99 > s.P99 {
		err = errors.Join(err, fmt.Errorf("99 of 100 ops took up to %v, more than %v", p99, s.P99))
	}
	return err
}

// times are how long ops took.
type times []time.Duration

// share is the time that so many of a hundred did not exceed.
func (t times) share(percent int) time.Duration {
	if len(t) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t))
	return sorted[(len(sorted)-1)*percent/100]
}

func (t times) String() string {
	ms := func(percent int) float64 { return float64(t.share(percent).Microseconds()) / 1000 }
	return fmt.Sprintf("%d deliveries, p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, most %.1f ms", len(t), ms(50), ms(90), ms(99), ms(100))
}

// lines counts what is written, and keeps the end of it.
type lines struct {
	mu   sync.Mutex
	n    int
	tail []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n += bytes.Count(p, []byte("\n"))
	l.tail = append(l.tail, p...)
	l.tail = l.tail[max(0, len(l.tail)-2000):]
	return len(p), nil
}

func (l *lines) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

func (l *lines) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.tail)
}
