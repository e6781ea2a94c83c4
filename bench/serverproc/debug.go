package serverproc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Collect makes the server collect its garbage. It needs Options.Debug.
func (p *Process) Collect(ctx context.Context) error {
	return p.debugGet(ctx, "/debug/pprof/heap?gc=1", io.Discard)
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
