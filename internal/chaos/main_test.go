package chaos

import (
	"fmt"
	"os"
	"testing"
)

// buildDir holds the server's binary.
var buildDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "coscribe-chaos-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	buildDir = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}
