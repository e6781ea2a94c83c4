// Command siege measures what people who type notice of an attack.
//
//	go run ./bench/siege --for 30s
//
// starts a server, lets one person type while another looks on, and attacks it:
// connections that never say hello, and sessions that send what no client would,
// as fast as they can, from other addresses. It tells how long the typing took
// with and without them, what the server's memory came to and how much it logged;
// memory and log have bounds. The server has a CPU of its own where there are
// two, and the attackers are a process of their own, so that they take no time
// from those who are measured.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

type program struct {
	Siege  siege  `cmd:"" default:"withargs" help:"Attack a server and tell what comes of it."`
	Attack attack `cmd:"" hidden:"" help:"Be the attackers."`
}

func main() {
	var p program
	cmd := kong.Parse(&p, kong.Description("Measures what people who type notice of an attack."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	run := func() error {
		if runtime.NumCPU() > 1 && p.Siege.CPU == "" {
			p.Siege.CPU = "0"
		}
		return p.Siege.run(ctx, os.Stdout, apart)
	}
	if cmd.Command() == "attack" {
		run = func() error { return p.Attack.run(ctx) }
	}
	err := run()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "siege:", err)
		os.Exit(1)
	}
}

// attack is what attackers do.
type attack struct {
	Server  string `help:"The server's address, HOST:PORT."`
	Silent  int    `default:"5000" help:"Connections that never say hello."`
	Garbage int    `default:"200" help:"Sessions that send garbage as fast as they can."`
	Users   int    `default:"20" help:"Users that those sessions are of."`
}

// siege is one run.
type siege struct {
	attack
	For    time.Duration `default:"30s" help:"How long to attack."`
	Calm   time.Duration `default:"5s" help:"How long to type before."`
	Rate   int           `default:"20" help:"Ops a second of the one who types."`
	Binary string        `help:"The server's binary. Default: build it." type:"existingfile"`
	CPU    string        `help:"The server's CPUs, as for taskset. Default: the first where there are several."`
	Memory int64         `default:"512" help:"MB that the server may take."`
	Lines  int           `default:"200" help:"Lines that the server may log."`
	P99    time.Duration `help:"How long 99 of 100 ops may take in the attack. Default: whatever they do."`
}
