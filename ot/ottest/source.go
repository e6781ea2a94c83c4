package ottest

import (
	"math/rand/v2"

	"pgregory.net/rapid"
)

// A Source makes choices. *rand.Rand is one.
type Source interface {
	// IntN returns a number from 0 to n-1, n > 0.
	IntN(n int) int
}

// Rand returns a Source that always makes the same choices for one seed.
func Rand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// Rapid returns a Source that rapid controls and shrinks.
func Rapid(t *rapid.T) Source { return rapidSource{t} }

type rapidSource struct{ t *rapid.T }

func (s rapidSource) IntN(n int) int { return rapid.IntRange(0, n-1).Draw(s.t, "choice") }

// Bytes returns a Source that takes its choices from data, and 0 for ever
// when that is used up: for fuzz targets.
func Bytes(data []byte) Source { return &bytesSource{data} }

type bytesSource struct{ data []byte }

func (s *bytesSource) IntN(n int) int {
	x := 0
	for size := 1; size < n && len(s.data) > 0; size <<= 8 {
		x = x<<8 | int(s.data[0])
		s.data = s.data[1:]
	}
	return x % n
}

func pick[T any](s Source, from []T) T { return from[s.IntN(len(from))] }
