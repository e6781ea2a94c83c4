package chaos

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// P1, P2, P3: where the disk is full, nothing is acknowledged that is not
// stored, and when there is space again everything goes on by itself. The
// kernel's limit on the size of files stands for the disk's: what is written
// past it fails, in the middle of a transaction.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	var log buffer
	v := startVictim(t, "sqlite:"+path)
	v.process.Kill()
	v.options.Output = &log
	v.start()
	full := 0
	for n := range max(1, *rounds/3) {
		log.reset()
		v.round(t, n, func() {
			wal, err := os.Stat(path + "-wal")
			if err != nil {
				t.Error(err)
				return
			}
			limit(t, v.process.PID(), uint64(wal.Size()/2)) // as if others had taken the rest
			failed := log.awaits("commit failed", 300*time.Millisecond)
			if !failed { // SQLite began to write its WAL anew, and has not come to half of it
				limit(t, v.process.PID(), 0)
				failed = log.awaits("commit failed", 10*time.Second)
			}
			limit(t, v.process.PID(), unix.RLIM_INFINITY)
			if failed {
				full++
			}
		})
	}
	fmt.Printf("%s: the disk was full for a commit in %d rounds of %d\n", t.Name(), full, max(1, *rounds/3))
	if full == 0 {
		t.Error("the disk was not full for anyone")
	}
}

// limit bounds the files that a process may write, in bytes.
func limit(t *testing.T, pid int, size uint64) {
	t.Helper()
	err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: unix.RLIM_INFINITY}, nil)
	if err != nil {
		t.Error(err)
	}
}

// buffer keeps what a process writes.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) contains(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Contains(b.text.Bytes(), []byte(text))
}

// awaits waits until a text comes, for so long at most.
func (b *buffer) awaits(text string, patience time.Duration) bool {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !b.contains(text); <-tick.C {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

func (b *buffer) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text.Reset()
}
