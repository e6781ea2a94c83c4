package serverproc_test

import (
	"bytes"
	"context"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/coscribe/coscribe/bench/serverproc"
	"github.com/coscribe/coscribe/bench/serverproc/servertest"
)

func TestMain(m *testing.M) { servertest.Main(m) }

func start(t *testing.T, o serverproc.Options) *serverproc.Process {
	t.Helper()
	o.Binary, o.Output = servertest.Binary(), t.Output()
	if o.Database == "" {
		o.Database = "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	}
	p, err := serverproc.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

func alive(p *serverproc.Process) bool {
	resp, err := http.Get(p.URL() + "/healthz")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func TestStartStop(t *testing.T) {
	t.Parallel()
	p := start(t, serverproc.Options{CPU: "0"})
	if !alive(p) {
		t.Error("not alive after Start")
	}
	if cpu, err := p.CPU(); err != nil || cpu <= 0 {
		t.Errorf("CPU time %v, %v", cpu, err)
	}
	if memory, err := p.Memory(); err != nil || memory < 1<<20 {
		t.Errorf("memory %d, %v", memory, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := p.Stop(ctx); err != nil {
		t.Error(err)
	}
	if alive(p) {
		t.Error("alive after Stop")
	}
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	p := start(t, serverproc.Options{Debug: true})
	if err := p.Collect(t.Context()); err != nil {
		t.Error(err)
	}
	if heap, err := p.Heap(t.Context()); err != nil || heap < 1<<16 {
		t.Errorf("%d bytes of heap, %v", heap, err)
	}
	if n, err := p.Goroutines(t.Context()); err != nil || n < 2 {
		t.Errorf("%d goroutines, %v", n, err)
	}
	var profile bytes.Buffer
	if err := p.Profile(t.Context(), time.Second, &profile); err != nil || profile.Len() == 0 {
		t.Errorf("profile of %d bytes, %v", profile.Len(), err)
	}
	if err := start(t, serverproc.Options{}).Collect(t.Context()); err == nil {
		t.Error("collected without Debug")
	}
}

func TestKill(t *testing.T) {
	t.Parallel()
	p := start(t, serverproc.Options{})
	p.Kill()
	if alive(p) {
		t.Error("alive after Kill")
	}
	p.Kill() // again is fine
}

func TestStartReportsAServerThatEnds(t *testing.T) {
	t.Parallel()
	_, err := serverproc.Start(t.Context(), serverproc.Options{Binary: servertest.Binary(), Database: "nonsense:", Output: t.Output()})
	if err == nil {
		t.Error("started on a database that cannot be")
	}
}
