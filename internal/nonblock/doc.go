// Package nonblock reads from and writes to sockets with system calls that the
// runtime takes no notice of.
//
// Around a system call that may block, the runtime gets ready to give the CPU
// to somebody else, and wakes its monitor thread if the process has been idle.
// For a server that is idle between two messages, waking that thread costs more
// than the call. A socket that does not block needs none of it: where it has
// nothing, the goroutine waits for the poller as usual.
//
// On other systems than Linux the calls are the ordinary ones, and where there
// are no sockets of this kind, the connection's own methods are used.
package nonblock
