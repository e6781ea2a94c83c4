package nonblock

import (
	"syscall"
	"unsafe"
)

func readNow(fd int, into []byte) (n int, err error) { return call(syscall.SYS_READ, fd, into) }

func writeNow(fd int, from []byte) (n int, err error) { return call(syscall.SYS_WRITE, fd, from) }

func call(trap uintptr, fd int, b []byte) (n int, err error) {
	at := unsafe.Pointer(unsafe.SliceData(b)) //nolint:gosec // the slice's own bytes, as syscall.Read gives them away
	r, _, errno := syscall.RawSyscall(trap, uintptr(fd), uintptr(at), uintptr(len(b)))
	if errno != 0 {
		return -1, errno
	}
	return int(r), nil
}
