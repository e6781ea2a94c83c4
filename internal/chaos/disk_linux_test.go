package chaos

import (
	"bytes"
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
	for n := range max(1, *rounds/3) {
		log.reset()
		v.round(t, n, func() {
			wal, err := os.Stat(path + "-wal")
			if err != nil {
				t.Error(err)
				return
			}
			limit(t, v.process.PID(), uint64(wal.Size()/2)) // as if others had taken the rest
			time.Sleep(300 * time.Millisecond)              // that is how long it is full
			limit(t, v.process.PID(), unix.RLIM_INFINITY)
		})
		if !log.contains("commit failed") {
			t.Error("the disk was not full for anyone")
		}
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

func (b *buffer) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text.Reset()
}
