package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand says which build this is.
type versionCommand struct{}

// Run writes one line.
func (versionCommand) Run(t *terminal) error {
	_, err := fmt.Fprintf(t.out, "coscribe %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// release is set by the linker where the source is built without its history:
// -X main.release=v1.2.3.
var release string

// version is what the linker was told, else what the go command knows of the
// source: a tag, or the commit.
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
