//go:build unix

package pgtest

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// keeper is a shell that outlives this process by a moment: when the pipe to
// it breaks, be it by a kill -9, it ends the server and removes its folder. A
// test process has no other place that is sure to run last.
type keeper struct {
	shell *exec.Cmd
	pipe  io.WriteCloser
}

// keeperScript reads the process id of the server now running, or 0, until
// there is no more to read.
const keeperScript = `
while read -r line; do pid=$line; done
if [ "${pid:-0}" -gt 0 ]; then
	kill -QUIT "$pid"
	tries=100
	while [ "$tries" -gt 0 ] && kill -0 "$pid"; do sleep 0.1; tries=$((tries - 1)); done
fi
rm -rf "$1"
`

func keep(dir string) (*keeper, error) {
	shell := exec.Command("sh", "-c", keeperScript, "sh", dir)
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // out of reach of Ctrl-C
	pipe, err := shell.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := shell.Start(); err != nil {
		return nil, err
	}
	return &keeper{shell, pipe}, nil
}

// watch names the server to end. A keeper that has gone cannot be told; close
// reports that.
func (k *keeper) watch(pid int) { _, _ = fmt.Fprintln(k.pipe, pid) }

func (k *keeper) close() error {
	return errors.Join(k.pipe.Close(), k.shell.Wait())
}
