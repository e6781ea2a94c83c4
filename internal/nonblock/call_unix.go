//go:build unix && !linux

package nonblock

import "syscall"

func readNow(fd int, into []byte) (n int, err error) { return syscall.Read(fd, into) }

func writeNow(fd int, from []byte) (n int, err error) { return syscall.Write(fd, from) }
