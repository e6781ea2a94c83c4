package sqlite

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock reports whether it could lock f. The lock belongs to this opening of
// the file: a second opening in the same process is refused as well.
func tryLock(f *os.File) (bool, error) {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

// unlock gives the lock back; it goes with the file.
func unlock(f *os.File) error { return f.Close() }
