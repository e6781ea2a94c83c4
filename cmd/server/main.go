// Command server is Coscribe: it serves documents that people edit together
// over WebSockets and REST.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	var config Config
	kong.Parse(&config,
		kong.Name("coscribe"),
		kong.Description("A self-hosted backend for documents that people edit together."),
		kong.UsageOnError(),
	)
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: config.LogLevel}))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, config, logger, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "coscribe:", err)
		os.Exit(1)
	}
}
