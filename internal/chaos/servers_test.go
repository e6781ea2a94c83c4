package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/coscribe/coscribe/bench/client"
	"github.com/coscribe/coscribe/bench/swarm"
	"github.com/coscribe/coscribe/internal/pgtest"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/storage/postgres"
)

// servers runs several servers in this process on one Postgres.
func servers(t *testing.T, n int) []string {
	t.Helper()
	database := pgtest.URL(t)
	urls := make([]string, n)
	for i := range urls {
		s, err := postgres.Open(t.Context(), database, postgres.Options{})
		urls[i] = serve(t, opened(t, s, err))
	}
	return urls
}

// P1, P3: people on two servers on one database see one line, however often
// they lose races and change from one server to the other.
func TestTwoServers(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			urls := servers(t, 2)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			report, err := swarm.Run(ctx, swarm.Config{
				Address: func() string { return urls[rand.IntN(len(urls))] },
				Seed:    seed, Documents: 2, Clients: 6, Edits: 60, CutEvery: 10, Deserters: 1, Apart: true,
			})
			t.Logf("%+v", report)
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// Who only reads on one server sees what is written on the other, and that a
// document was deleted there.
func TestReaderOnAnotherServer(t *testing.T) {
	t.Parallel()
	urls := servers(t, 2)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	join := func(url string) *client.Document {
		c := client.New(client.Config{Address: func() string { return url }})
		t.Cleanup(c.Close)
		if err := c.Connect(ctx); err != nil {
			t.Fatal(err)
		}
		d, err := c.Open(ctx, "doc", ot.Text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	writer, reader := join(urls[0]), join(urls[1])
	if err := writer.Edit(ot.Delta{ot.Insert("hello", nil)}); err != nil {
		t.Fatal(err)
	}
	err := reader.Wait(ctx, func(s *client.State) bool { return s.View().Text() == "hello" })
	if err != nil {
		t.Fatal(err)
	}
	rest := client.REST{Address: func() string { return urls[0] }}
	if err := rest.Delete(ctx, "doc"); err != nil {
		t.Fatal(err)
	}
	err = reader.Wait(ctx, func(*client.State) bool { return false })
	if client.CodeOf(err) != client.CodeNotFound {
		t.Fatalf("the reader's document ended with %v", err)
	}
}
