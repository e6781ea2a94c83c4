package serverproc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// Collect makes the server collect its garbage. It needs Options.Debug. The
// profile that comes with it is asked for as text: packing it would take more
// than a megabyte of the server's memory, which might be what is measured.
func (p *Process) Collect(ctx context.Context) error {
	return p.debugGet(ctx, "/debug/pprof/heap?gc=1&debug=1", io.Discard)
}

// Heap makes the server collect its garbage and returns the bytes of what it
// found in use, without what came since. It needs Options.Debug.
func (p *Process) Heap(ctx context.Context) (int64, error) {
	if err := p.Collect(ctx); err != nil {
		return 0, err
	}
	live, err := p.metrics(ctx, "go_gc_heap_live_bytes")
	if err != nil {
		return 0, err
	}
	return live[0], nil
}

// Goroutines is how many goroutines the server has beside the two of each
// session.
func (p *Process) Goroutines(ctx context.Context) (int64, error) {
	n, err := p.metrics(ctx, "go_goroutines", "coscribe_sessions")
	if err != nil {
		return 0, err
	}
	return n[0] - 2*n[1], nil
}

// metrics finds numbers among the server's metrics, all of one moment.
func (p *Process) metrics(ctx context.Context, names ...string) ([]int64, error) {
	var text bytes.Buffer
	if err := get(ctx, p.URL()+"/metrics", &text); err != nil {
		return nil, err
	}
	values := make([]int64, len(names))
	for i, name := range names {
		found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindSubmatch(text.Bytes())
		if found == nil {
			return nil, fmt.Errorf("/metrics: no %s", name)
		}
		value, err := strconv.ParseFloat(string(found[1]), 64)
		if err != nil {
			return nil, fmt.Errorf("/metrics: %s: %w", name, err)
		}
		values[i] = int64(value)
	}
	return values, nil
}

// Profile writes the server's CPU profile of the next seconds to w. It needs
// Options.Debug, and costs the server some CPU time itself.
func (p *Process) Profile(ctx context.Context, seconds time.Duration, w io.Writer) error {
	return p.debugGet(ctx, fmt.Sprintf("/debug/pprof/profile?seconds=%d", max(1, int(seconds.Seconds()))), w)
}

func (p *Process) debugGet(ctx context.Context, path string, w io.Writer) error {
	if p.debug == "" {
		return errors.New("the server was started without Options.Debug")
	}
	return get(ctx, "http://"+p.debug+path, w)
}

func get(ctx context.Context, url string, w io.Writer) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}
	_, err = io.Copy(w, resp.Body)
	return err
}
