package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/bench/serverproc"
	"github.com/coscribe/coscribe/bench/serverproc/servertest"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/storage/sqlite"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// output collects what a process writes.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start starts the real server on a database file and returns what it logs.
func start(t *testing.T, file string, args ...string) (*serverproc.Process, *output) {
	t.Helper()
	log := &output{}
	p, err := serverproc.Start(t.Context(), serverproc.Options{
		Binary: servertest.Binary(), Database: "sqlite:" + file, Args: args, Output: log,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	t.Cleanup(p.Kill)
	return p, log
}

func address(p *serverproc.Process) string { return strings.TrimPrefix(p.URL(), "http://") }

// command runs a command of the server's binary to its end.
func command(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, servertest.Binary(), args...)
	text, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

func (p *person) sendf(t *testing.T, format string, args ...any) {
	t.Helper()
	if err := p.conn.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, args...)); err != nil {
		t.Fatal(err)
	}
}

// await takes messages until one of a kind.
func (p *person) await(t *testing.T, kind string) map[string]any {
	t.Helper()
	for {
		m, err := p.next()
		if err != nil {
			t.Fatalf("in vain for %s: %v", kind, err)
		}
		if m := m.(map[string]any); m["t"] == kind {
			return m
		}
	}
}

// join connects, says hello with a token and opens a document.
func join(t *testing.T, address, token, doc string) *person {
	t.Helper()
	p := connect(t, address)
	p.sendf(t, `{"t":"hello","client":"%s","token":"%s"}`, uuid.New(), token)
	p.await(t, "hello")
	p.sendf(t, `{"t":"open","doc":"%s"}`, doc)
	p.await(t, "opened")
	return p
}

func status(url string) int {
	resp, err := http.Get(url)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// On SIGTERM /readyz fails first; then everyone hears draining, what is being
// committed is finished, there is a snapshot, sessions end with 1001, and so
// does the process, with 0.
func TestDrain(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.db")
	p, log := start(t, file, "--shutdown-delay", "1s", "--log-format", "json")
	ann := join(t, address(p), "", "d")
	if err := p.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for status(p.URL()+"/readyz") != http.StatusServiceUnavailable {
		time.Sleep(time.Millisecond)
	}
	if got := status(p.URL() + "/healthz"); got != http.StatusOK {
		t.Errorf("/healthz is %d in the delay", got)
	}
	acknowledged, drained := 0, false
	for seq := 1; ; seq++ {
		if err := ann.conn.WriteMessage(websocket.TextMessage, fmt.Appendf(nil,
			`{"t":"op","doc":"d","rev":%d,"seq":%d,"op":[{"insert":"x"}]}`, seq-1, seq)); err != nil {
			break
		}
		m, err := ann.next()
		for err == nil && m.(map[string]any)["t"] == "draining" {
			drained = true
			m, err = ann.next()
		}
		if err != nil {
			if !websocket.IsCloseError(err, websocket.CloseGoingAway) {
				t.Errorf("the end was %v", err)
			}
			break
		}
		if m.(map[string]any)["t"] != "changes" {
			continue // closing: it was too late
		}
		acknowledged++
	}
	select {
	case <-p.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("the server does not end")
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Errorf("it ended with %v\n%s", err, log)
	}
	if !drained || acknowledged == 0 {
		t.Errorf("drained: %v, acknowledged in the delay: %d", drained, acknowledged)
	}
	store, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	v, err := docs.Verify(t.Context(), store, "d")
	if err != nil || v.Rev < int64(acknowledged) {
		t.Errorf("%d were acknowledged, stored: %+v, %v", acknowledged, v, err)
	}
	d, err := store.Document(t.Context(), "d")
	if err != nil {
		t.Fatal(err)
	}
	if last, err := store.Snapshot(t.Context(), d.Key, d.Rev); err != nil || last.Rev != d.Rev {
		t.Errorf("the last snapshot is of revision %d, not of %d; %v", last.Rev, d.Rev, err)
	}
}

// What cannot be is said in one line.
func TestStartFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "x.db")
	p, _ := start(t, file)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	sealed := filepath.Join(dir, "sealed")
	if err := os.WriteFile(sealed, nil, 0o600); err != nil { // a folder is expected
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"port":     {[]string{"--listen", l.Addr().String()}, "cannot listen on " + l.Addr().String() + ": another program listens there"},
		"in use":   {[]string{"--database", "sqlite:" + file}, "sqlite:" + file + " is in use by another server"},
		"folder":   {[]string{"--database", "sqlite:" + dir + "/no/x.db"}, "cannot open sqlite:" + dir + "/no/x.db: "},
		"file":     {[]string{"--database", "sqlite:" + sealed + "/x.db"}, "not a directory"},
		"postgres": {[]string{"--database", "postgres://ann:sekret@127.0.0.1:1/x"}, "cannot open postgres://…@127.0.0.1:1/x: "},
		"scheme":   {[]string{"--database", "mysql:x"}, "--database is sqlite:FILE or postgres://…"},
		"public":   {[]string{"--listen", "0.0.0.0:0"}, "without a key the server listens on loopback only"},
	} {
		args := append([]string{"--listen", "127.0.0.1:0", "--database", "sqlite:" + filepath.Join(dir, name+".db")}, test.args...)
		out, code := command(t, args...)
		if code != 1 || !strings.HasPrefix(out, "coscribe: ") || !strings.Contains(out, test.want) || strings.Count(out, "\n") != 1 {
			t.Errorf("%s: code %d, output %q, want %q", name, code, out, test.want)
		}
		if strings.Contains(out, "sekret") {
			t.Errorf("%s: the password is told: %s", name, out)
		}
	}
	if !strings.Contains(p.URL(), "127.0.0.1") || status(p.URL()+"/readyz") != http.StatusOK {
		t.Error("the server that was there first is disturbed")
	}
}

// A file that the user may not write is an error of one line. Root may write
// everything, so the server runs as someone else here.
func TestNotWritable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "server")
	program, err := os.ReadFile(servertest.Binary())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(binary, program, 0o755), os.Chmod(dir, 0o555)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, "--listen", "127.0.0.1:0", "--database", "sqlite:"+dir+"/x.db")
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != 1 || strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), "permission denied") {
		t.Errorf("%v: %s", err, out)
	}
}

// Neither what people type nor their tokens get into the log, whatever goes
// wrong, in either format.
func TestLogsTellNothing(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		dir := t.TempDir()
		secret := filepath.Join(dir, "secret")
		if err := os.WriteFile(secret, []byte(authtest.Secret), 0o600); err != nil {
			t.Fatal(err)
		}
		p, log := start(t, filepath.Join(dir, "x.db"), "--jwt-secret-file", secret, "--log-format", format, "--log-level", "DEBUG")
		const private = "sekretSentence"
		token := authtest.Token("ann", map[string]string{"*": "admin"})
		ann := join(t, address(p), token, "d")
		ann.sendf(t, `{"t":"op","doc":"d","rev":0,"seq":1,"op":[{"insert":"%s"}]}`, private)
		ann.await(t, "changes")
		for _, broken := range []string{
			`{"t":"op","doc":"d","rev":1,"seq":2,"op":[{"insert":"%s\r"}]}`,
			`{"t":"op","doc":"d","rev":1,"seq":7,"op":[{"insert":"%s"}]}`,
			`{"t":"op","doc":"d","rev":"%s"}`,
			`{"t":"auth","token":"%s"}`,
			`%s`,
		} {
			ann.sendf(t, broken, private)
			ann.await(t, "error")
		}
		body := `{"rev":0,"op":[{"insert":"` + private + `"},{"delete":99}]}`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL()+"/v1/documents/d/changes", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil || resp.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("REST: %v, %v", resp, err)
		}
		resp.Body.Close()
		if err := p.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		all := log.String()
		if !strings.Contains(all, "ann") {
			t.Errorf("%s: the session is not logged:\n%s", format, all)
		}
		for _, s := range []string{private, token, authtest.Secret} {
			if strings.Contains(all, s) {
				t.Errorf("%s: the log holds %q:\n%s", format, s, all)
			}
		}
	}
}
