// Package ottest holds what tests of deltas share: random documents and ops,
// and the laws that ops must obey.
//
// Every generator draws its choices from a Source, so that the same code
// serves a seeded math/rand/v2, a rapid property, which shrinks what failed,
// and the bytes of a fuzz target.
package ottest
