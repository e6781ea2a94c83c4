package main

import (
	"testing"
	"time"

	"github.com/coscribe/coscribe/bench/serverproc/servertest"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// One swarm is over sooner than the time is checked again.
func TestASwarmThroughKilledServers(t *testing.T) {
	t.Parallel()
	for _, database := range []string{"sqlite", "postgres"} {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			cfg := config{For: time.Nanosecond, Seed: 7, Server: servertest.Binary(), Database: database, Servers: 1, Kill: 100}
			if err := run(t.Context(), cfg); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOnlyPostgresIsShared(t *testing.T) {
	t.Parallel()
	if err := (config{Servers: 2, Database: "sqlite"}).Validate(); err == nil {
		t.Error("two servers on one SQLite file pass")
	}
}
