package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/bench/serverproc/servertest"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// A small one: memory is bounded, the log is quiet, and people go on typing.
// How fast is told and not judged.
func TestSiege(t *testing.T) {
	t.Parallel()
	s := siege{
		attack: attack{Silent: 100, Garbage: 30, Users: 5}, Binary: servertest.Binary(),
		For: 3 * time.Second, Calm: 100 * time.Millisecond, Rate: 50, Memory: 1024, Lines: 200,
	}
	together := func(ctx context.Context, a attack) (func() error, error) {
		ended := make(chan error, 1)
		go func() { ended <- a.run(ctx) }()
		return func() error { return <-ended }, nil
	}
	var out bytes.Buffer
	if err := s.run(t.Context(), &out, together); err != nil {
		t.Fatal(err)
	}
	t.Log(out.String())
	if !strings.Contains(out.String(), "in siege:") {
		t.Error("nothing is told")
	}
}
