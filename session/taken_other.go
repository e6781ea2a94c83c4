//go:build !linux

package session

import "net"

// takenBy cannot tell here: a large message may then take no longer than a
// small one.
func takenBy(net.Conn) (bytes uint64, known bool) { return 0, false }
