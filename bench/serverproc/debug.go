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

// Collect makes the server collect its garbage. It needs Options.Debug.
func (p *Process) Collect(ctx context.Context) error {
	return p.debugGet(ctx, "/debug/pprof/heap?gc=1", io.Discard)
}

// Heap makes the server collect its garbage and returns the bytes that are
// left. It needs Options.Debug.
func (p *Process) Heap(ctx context.Context) (int64, error) {
	return p.figure(ctx, "/debug/pprof/heap?gc=1&debug=1", heapAlloc)
}

// Goroutines is how many goroutines the server has. It needs Options.Debug.
func (p *Process) Goroutines(ctx context.Context) (int64, error) {
	return p.figure(ctx, "/debug/pprof/goroutine?debug=1", goroutines)
}

var (
	heapAlloc  = regexp.MustCompile(`(?m)^# HeapAlloc = (\d+)$`)
	goroutines = regexp.MustCompile(`^goroutine profile: total (\d+)`)
)

// figure finds a number in the text form of a profile.
func (p *Process) figure(ctx context.Context, path string, form *regexp.Regexp) (int64, error) {
	var text bytes.Buffer
	if err := p.debugGet(ctx, path, &text); err != nil {
		return 0, err
	}
	found := form.FindSubmatch(text.Bytes())
	if found == nil {
		return 0, fmt.Errorf("%s: no %s", path, form)
	}
	return strconv.ParseInt(string(found[1]), 10, 64)
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
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.debug+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	_, err = io.Copy(w, resp.Body)
	return err
}
