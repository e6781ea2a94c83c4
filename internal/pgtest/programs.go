//go:build unix

package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// errNoPrograms tells what to do about it.
var errNoPrograms = errors.New("no initdb and postgres in PATH or /usr/lib/postgresql/*/bin: " +
	"install Debian's package postgresql (scripts/ensure-postgres.sh does), " +
	"or set " + Variable + " to the URL of a server where databases may be created")

// programs is where Postgres' programs are, and who runs them.
type programs struct {
	dir string
	as  *syscall.Credential // nil: whoever we are
}

func findPrograms() (programs, error) {
	dir, err := findDir()
	if err != nil || os.Getuid() != 0 {
		return programs{dir: dir}, err
	}
	// Postgres refuses to run as root.
	for _, name := range []string{"postgres", "nobody"} {
		if as, err := credential(name); err == nil {
			return programs{dir, as}, nil
		}
	}
	return programs{}, errors.New("running as root, and there is no user postgres or nobody to run Postgres as")
}

// findDir prefers PATH, then Debian's highest version.
func findDir() (string, error) {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is well formed
	slices.SortFunc(debian, func(a, b string) int { return version(b) - version(a) })
	for _, dir := range append(dirs, debian...) {
		if executable(dir, "initdb") && executable(dir, "postgres") {
			return dir, nil
		}
	}
	return "", errNoPrograms
}

// version is the number in /usr/lib/postgresql/15/bin; 0 if it is none.
func version(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

func executable(dir, name string) bool {
	info, err := os.Stat(filepath.Join(dir, name))
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

func credential(name string) (*syscall.Credential, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// own gives paths to the user that Postgres runs as.
func (p programs) own(paths ...string) error {
	if p.as == nil {
		return nil
	}
	for _, path := range paths {
		if err := os.Chown(path, int(p.as.Uid), int(p.as.Gid)); err != nil {
			return err
		}
	}
	return nil
}

// command runs in dir, with nothing of our environment, in a process group of
// its own, which Ctrl-C at a terminal does not reach.
func (p programs) command(dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.dir, name), args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: p.as}
	return cmd
}

// children lists the direct children of a process, from /proc; where there is
// none, it finds none, and they end by themselves when they miss their parent.
func children(pid int) []int {
	var all []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well formed
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		// The fields behind the name, which is in brackets and may hold any
		// character: the state, and the parent.
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if len(fields) < 2 || fields[1] != strconv.Itoa(pid) {
			continue
		}
		if child, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			all = append(all, child)
		}
	}
	return all
}
