package sqlite

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/coscribe/coscribe/storage"
)

// lockSuffix names the lock's file after the database's. It is not the
// database itself that is locked: on some systems such a lock would meet
// SQLite's own.
const lockSuffix = ".lock"

// acquire takes the database at path for this opener alone. Closing the file
// that it returns, or the end of the process, gives it back. The file is never
// removed: another process might have opened it just before, and would then
// hold a lock that nobody sees.
func acquire(path string) (*os.File, error) {
	f, err := os.OpenFile(path+lockSuffix, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock: %w", err)
	}
	taken, err := tryLock(f)
	switch {
	case err != nil:
		err = fmt.Errorf("locking %s: %w", f.Name(), err)
	case !taken:
		err = fmt.Errorf("%s: %w", path, storage.ErrInUse)
	default:
		return f, nil
	}
	f.Close()
	return nil, err
}

// resolve follows symbolic links, so that one database has one lock whatever
// it is called. The database itself need not exist yet.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	const links = 16 // as many may lead to a file that is not there
	for range links {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			return real, nil
		}
		target, err := os.Readlink(path)
		if err != nil { // no link, nothing there
			dir, err := filepath.EvalSymlinks(filepath.Dir(path))
			return filepath.Join(dir, filepath.Base(path)), err
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return "", fmt.Errorf("%s: too many links", path)
}
