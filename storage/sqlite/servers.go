package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

// Heads implements [storage.Store].
func (s *Store) Heads(ctx context.Context, keys []storage.Key) (map[storage.Key]storage.Head, error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	found := make(map[storage.Key]storage.Head, len(keys))
	for _, key := range keys {
		var h storage.Head
		err := s.read.head.QueryRowContext(ctx, int64(key)).Scan(&h.Rev, &h.Epoch)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading %d heads: %w", len(keys), err)
		}
		found[key] = h
	}
	return found, nil
}

// Beat implements [storage.Store]. No other server can open the file.
func (s *Store) Beat(context.Context, uuid.UUID) (others bool, err error) { return false, nil }
