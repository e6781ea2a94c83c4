package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/webhooks"
)

// Webhook is the flags that say who is told what happens to documents.
type Webhook struct {
	WebhookURL        string `name:"webhook-url" env:"COSCRIBE_WEBHOOK_URL" help:"Address that is told of documents created, changed and deleted, and of versions named."`
	WebhookSecretFile string `name:"webhook-secret-file" env:"COSCRIBE_WEBHOOK_SECRET_FILE" help:"File with the secret that what it is told is signed with."`
}

func (w Webhook) check() error {
	if (w.WebhookURL == "") != (w.WebhookSecretFile == "") {
		return errors.New("--webhook-url and --webhook-secret-file are given both or neither")
	}
	if w.WebhookURL == "" {
		return nil
	}
	if _, err := webhooks.ParseURL(w.WebhookURL); err != nil {
		return fmt.Errorf("--webhook-url %w", err)
	}
	return nil
}

// start begins to tell. Where there is nobody to tell, what was kept for one
// is dropped, and the sender is nil.
func (w Webhook) start(ctx context.Context, store storage.Store, logger *slog.Logger, metrics prometheus.Registerer) (*webhooks.Sender, error) {
	if w.WebhookURL == "" {
		return nil, store.KeepEvents(ctx, false)
	}
	receiver, err := webhooks.ParseURL(w.WebhookURL)
	if err != nil {
		return nil, fmt.Errorf("--webhook-url %w", err)
	}
	secret, err := auth.ReadSecret(w.WebhookSecretFile)
	if err != nil {
		return nil, fmt.Errorf("--webhook-secret-file: %w", err)
	}
	return webhooks.Start(ctx, webhooks.Config{Store: store, URL: receiver, Secret: secret, Logger: logger, Metrics: metrics})
}
