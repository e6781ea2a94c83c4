package main

import (
	"context"
	"database/sql"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/coscribe/coscribe/auth/authtest"
	"github.com/coscribe/coscribe/bench/serverproc"
	"github.com/coscribe/coscribe/bench/serverproc/servertest"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/storage/postgres"
)

// type3 commits three changes.
func type3(t *testing.T, p *person) {
	t.Helper()
	for seq := 1; seq <= 3; seq++ {
		p.sendf(t, `{"t":"op","doc":"d","rev":%d,"seq":%d,"op":[{"insert":"x"}]}`, seq-1, seq)
		p.await(t, "changes")
	}
}

// tell runs SQL on a database file, past the server.
func tell(t *testing.T, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// A backup and a verification need no pause of the server.
func TestBackupAndVerify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, copied := filepath.Join(dir, "x.db"), filepath.Join(dir, "copy.db")
	p, _ := start(t, file)
	ann := join(t, address(p), "", "d")
	join(t, address(p), "", "e")
	type3(t, ann)
	if out, code := command(t, "backup", copied, "--database", "sqlite:"+file); code != 0 {
		t.Fatalf("backup: %d %s", code, out)
	}
	ann.sendf(t, `{"t":"op","doc":"d","rev":3,"seq":4,"op":[{"insert":"x"}]}`)
	ann.await(t, "changes")
	for database, want := range map[string]string{file: "2 documents, 4 changes", copied: "2 documents, 3 changes"} {
		if out, code := command(t, "verify", "--database", "sqlite:"+database); code != 0 || !strings.HasPrefix(out, want) {
			t.Errorf("verify %s: %d %s", database, code, out)
		}
	}
	if out, code := command(t, "backup", copied, "--database", "sqlite:"+file); code != 1 || !strings.Contains(out, "exists") {
		t.Errorf("a backup over a backup: %d %s", code, out)
	}

	tell(t, copied, "UPDATE heads SET length = length + 1 WHERE rev = 3")
	out, code := command(t, "verify", "--database", "sqlite:"+copied)
	if code != 1 || !strings.Contains(out, "d: the content has 4 units, the head says 5\n") || !strings.Contains(out, "1 of 2 documents do not agree") {
		t.Errorf("a wrong length: %d %s", code, out)
	}
	if out, code := command(t, "verify", "--doc", "e", "--database", "sqlite:"+copied); code != 0 || !strings.HasPrefix(out, "1 documents") {
		t.Errorf("the other document: %d %s", code, out)
	}
	if out, code := command(t, "verify", "--doc", "f", "--database", "sqlite:"+copied); code != 1 {
		t.Errorf("no document: %d %s", code, out)
	}
}

// S6: after a restore nobody takes the new line for the one that was lost.
func TestNewEpochs(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.db")
	p, _ := start(t, file)
	ann := join(t, address(p), "", "d")
	ann.sendf(t, `{"t":"open","doc":"d"}`)
	before := ann.await(t, "opened")
	type3(t, ann)
	if out, code := command(t, "new-epochs", "--database", "sqlite:"+file); code != 1 || !strings.Contains(out, "in use") {
		t.Errorf("under a server: %d %s", code, out)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if out, code := command(t, "new-epochs", "--database", "sqlite:"+file); code != 0 || out != "1 documents have a new epoch\n" {
		t.Errorf("%d %s", code, out)
	}
	p, _ = start(t, file)
	ben := join(t, address(p), "", "d")
	ben.sendf(t, `{"t":"open","doc":"d","rev":0,"epoch":"%s"}`, before["epoch"])
	opened := ben.await(t, "opened")
	if opened["content"] == nil || opened["epoch"] == before["epoch"] {
		t.Errorf("resumed over another line: %v", opened)
	}
}

func TestNewEpochsOfPostgres(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	s, err := postgres.Open(t.Context(), url, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	before, err := s.Create(t.Context(), storage.NewDocument{ID: "d", Type: "text"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := serverOn(t, url)
	if err != nil {
		t.Fatal(err)
	}
	if out, code := command(t, "new-epochs", "--database", url); code != 1 || !strings.Contains(out, "a server is running") {
		t.Errorf("under a server: %d %s", code, out)
	}
	p.Kill()
	conn := aside(t, url)
	if _, err := conn.Exec(t.Context(), "UPDATE servers SET seen = seen - interval '1 minute'"); err != nil {
		t.Fatal(err)
	}
	if out, code := command(t, "new-epochs", "--database", url); code != 0 {
		t.Errorf("%d %s", code, out)
	}
	after, err := s.Document(t.Context(), "d")
	if err != nil || after.Epoch == before.Epoch {
		t.Errorf("%v, %v", after, err)
	}
}

// A server with the same secret takes the token, for what it allows.
func TestToken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte(authtest.Secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, _ := start(t, filepath.Join(dir, "x.db"), "--jwt-secret-file", secret)
	out, code := command(t, "token", "--secret-file", secret, "--user", "ann", "--name", "Ann",
		"--docs", "team-a:*=write", "--docs", "*=read", "--for", "10m")
	if code != 0 {
		t.Fatalf("%d %s", code, out)
	}
	call := func(method, path string) int {
		req, err := http.NewRequestWithContext(t.Context(), method, p.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(out))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	join(t, address(p), strings.TrimSpace(out), "team-a:x")
	for path, want := range map[string]int{"/v1/documents/team-a:x": http.StatusForbidden, "/v1/documents/b": http.StatusForbidden} {
		if got := call(http.MethodDelete, path); got != want {
			t.Errorf("DELETE %s: %d", path, got)
		}
	}
	if got := call(http.MethodGet, "/v1/documents/b"); got != http.StatusNotFound {
		t.Errorf("GET: %d", got)
	}
	for _, args := range [][]string{
		{"--docs", "*=everything"}, {"--docs", "*=read", "--for", "-1h"}, {"--docs", "*=read", "--user", ""},
	} {
		out, code := command(t, append([]string{"token", "--secret-file", secret, "--user", "ann"}, args...)...)
		if code == 0 {
			t.Errorf("%v: %s", args, out)
		}
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	p, _ := start(t, filepath.Join(t.TempDir(), "x.db"))
	if out, code := command(t, "ready", p.URL()+"/readyz"); code != 0 || out != "ok\n" {
		t.Errorf("a server that is ready: %d %s", code, out)
	}
	if out, code := command(t, "ready", p.URL()+"/nowhere"); code != 1 || !strings.Contains(out, "404") {
		t.Errorf("no such page: %d %s", code, out)
	}
	p.Kill()
	if out, code := command(t, "ready", p.URL()+"/readyz"); code != 1 || strings.Count(out, "\n") != 1 {
		t.Errorf("a server that is not there: %d %s", code, out)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if out, code := command(t, "version"); code != 0 || !strings.HasPrefix(out, "coscribe ") || !strings.Contains(out, " go1.") {
		t.Errorf("%d %s", code, out)
	}
}

// serverOn starts the real server on a Postgres.
func serverOn(t *testing.T, url string) (*serverproc.Process, error) {
	p, err := serverproc.Start(t.Context(), serverproc.Options{Binary: servertest.Binary(), Database: url})
	if err == nil {
		t.Cleanup(p.Kill)
	}
	return p, err
}

// An operator reads in the log that the database may lose what it has stored.
func TestWeakDatabaseIsLogged(t *testing.T) {
	t.Parallel()
	c, err := pgtest.NewCluster()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	warned := func() bool {
		t.Helper()
		log := &output{}
		p, err := serverproc.Start(t.Context(), serverproc.Options{Binary: servertest.Binary(), Database: c.URL("postgres"), Output: log})
		if err != nil {
			t.Fatal(err)
		}
		p.Kill()
		return strings.Contains(log.String(), `level=WARN msg="acknowledged changes may be lost: `)
	}
	if warned() {
		t.Error("a sound database is warned of")
	}
	if _, err := aside(t, c.URL("postgres")).Exec(t.Context(), "ALTER SYSTEM SET full_page_writes = off"); err != nil {
		t.Fatal(err)
	}
	if err := c.Restart(); err != nil {
		t.Fatal(err)
	}
	if !warned() {
		t.Error("nobody is told")
	}
}

// aside opens a connection of the test's own.
func aside(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
