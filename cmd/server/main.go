// Command server is Coscribe: it serves documents that people edit together
// over WebSockets and REST. Beside serving it has commands for operators:
// verify, backup, new-epochs, token, version.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is the command line. Without the name of a command it is serve.
type commands struct {
	Serve     Config           `cmd:"" default:"withargs" help:"Serve documents (the default)."`
	Verify    verifyCommand    `cmd:"" help:"Check that what is stored agrees with itself; the server may be running."`
	Backup    backupCommand    `cmd:"" help:"Copy a SQLite database to a new file; the server may be running."`
	NewEpochs newEpochsCommand `cmd:"" help:"After restoring a backup: make clients load every document anew."`
	Token     tokenCommand     `cmd:"" help:"Make a token, for trying things out."`
	Ready     readyCommand     `cmd:"" help:"Ask a server whether it can serve."`
	Version   versionCommand   `cmd:"" help:"Say which version this is."`
}

// terminal is what commands run in.
type terminal struct {
	ctx context.Context // ends when the program should
	out io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	line := kong.Parse(new(commands),
		kong.Name("coscribe"),
		kong.Description("A self-hosted backend for documents that people edit together."),
		kong.UsageOnError(),
	)
	if err := line.Run(&terminal{ctx: ctx, out: os.Stdout}); err != nil {
		fmt.Fprintln(os.Stderr, "coscribe:", oneLine(err))
		os.Exit(1)
	}
}

// oneLine is an error's text on one line, whatever the text of its causes.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
