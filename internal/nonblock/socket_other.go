//go:build !unix

package nonblock

import "net"

// Socket is a connection; here there are no calls that would not block.
type Socket struct{ net.Conn }

// Init makes s the socket of a connection, which s then owns.
func (s *Socket) Init(conn net.Conn) { s.Conn = conn }

// Try writes what the connection takes at once: here it cannot tell.
func (s *Socket) Try([]byte) (int, error) { return 0, nil }
