package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
)

// Heads implements [storage.Store].
func (s *Store) Heads(ctx context.Context, keys []storage.Key) (map[storage.Key]storage.Head, error) {
	rows, err := s.pool.Query(ctx, heads, keys)
	if err != nil {
		return nil, fmt.Errorf("reading %d heads: %w", len(keys), err)
	}
	defer rows.Close()
	found := make(map[storage.Key]storage.Head, len(keys))
	for rows.Next() {
		var key storage.Key
		var h storage.Head
		if err := rows.Scan(&key, &h.Rev, &h.Epoch); err != nil {
			return nil, fmt.Errorf("reading %d heads: %w", len(keys), err)
		}
		found[key] = h
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading %d heads: %w", len(keys), err)
	}
	return found, nil
}

// Beat implements [storage.Store].
func (s *Store) Beat(ctx context.Context, server uuid.UUID) (others bool, err error) {
	if err := s.pool.QueryRow(ctx, beat, server, storage.BeatLife).Scan(&others); err != nil {
		return false, fmt.Errorf("noting that the server lives: %w", err)
	}
	return others, nil
}
