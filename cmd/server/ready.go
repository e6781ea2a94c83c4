package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// readyCommand asks a server whether it can serve: an image without a shell
// has nothing else to look after itself with.
type readyCommand struct {
	URL string `arg:"" default:"http://127.0.0.1:8080/readyz" help:"Where to ask."`
}

// Run fails with what the server says, where it is not ready.
func (c *readyCommand) Run(t *terminal) error {
	ctx, cancel := context.WithTimeout(t.ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", resp.Status, text)
	}
	_, err = fmt.Fprintln(t.out, strings.TrimSpace(string(text)))
	return err
}
