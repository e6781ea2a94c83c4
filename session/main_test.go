package session_test

import (
	"github.com/coscribe/coscribe/internal/servertest"
	"github.com/coscribe/coscribe/storage"
	"time"

	"github.com/coscribe/coscribe/wire"
)

// timeEnough is longer than any test.
const timeEnough = time.Hour

// limits are the usual ones with a smaller window.
func limits(window int) wire.Limits {
	return wire.Limits{Message: 1 << 20, Document: 10 << 20, Window: window}
}

// afterCommit holds up the news of commits that have been made.
func afterCommit(gate *servertest.Gate) func([]storage.Batch, func() ([]storage.Outcome, error)) ([]storage.Outcome, error) {
	return func(_ []storage.Batch, next func() ([]storage.Outcome, error)) ([]storage.Outcome, error) {
		outcomes, err := next()
		gate.Pass()
		return outcomes, err
	}
}
