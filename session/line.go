package session

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"slices"
	"time"

	"github.com/coscribe/coscribe/internal/nonblock"
)

// line is a connection as the WebSocket library sees it. The library reads
// from it. What it writes, once the connection is upgraded, are control frames
// alone; they go through the outbox, between messages.
type line struct {
	nonblock.Socket
	session  *session
	upgraded bool
}

func newLine(conn net.Conn, s *session) *line {
	l := &line{session: s}
	l.Init(conn)
	s.out.line = l
	return l
}

// Write implements net.Conn.
func (l *line) Write(b []byte) (int, error) {
	if !l.upgraded {
		return l.Socket.Write(b)
	}
	l.session.out.put(b)
	return len(b), nil
}

// SetWriteDeadline implements net.Conn. Whoever writes sets deadlines.
func (l *line) SetWriteDeadline(t time.Time) error {
	if !l.upgraded {
		return l.Conn.SetWriteDeadline(t)
	}
	return nil
}

// Close implements net.Conn.
func (l *line) Close() error { return l.session.out.hangUp() }

// writePatiently writes a message, as long as its reader takes some of it in
// every stall (P7).
func writePatiently(conn net.Conn, message net.Buffers, stall time.Duration) error {
	if _, encrypted := conn.(*tls.Conn); encrypted {
		return writeRecords(conn, message, stall)
	}
	taken, _ := takenBy(conn)
	for {
		if err := conn.SetWriteDeadline(time.Now().Add(stall)); err != nil {
			return err
		}
		_, err := message.WriteTo(conn) // it keeps what is left
		if err == nil {
			return conn.SetWriteDeadline(time.Time{})
		}
		now, known := takenBy(conn)
		if !errors.Is(err, os.ErrDeadlineExceeded) || !known || now == taken {
			return err
		}
		taken = now
	}
}

// appendHeader appends the header of a WebSocket frame from a server, which
// holds a whole message (RFC 6455, section 5.2).
func appendHeader(b []byte, opcode byte, size int) []byte {
	const final = 0x80
	b = append(b, final|opcode)
	switch {
	case size < 126:
		return append(b, byte(size))
	case size < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, 126), uint16(size))
	default:
		return binary.BigEndian.AppendUint64(append(b, 127), uint64(size))
	}
}

// maxRecord is how much of a message TLS encrypts at once, in bytes.
const maxRecord = 16 << 10

// writeRecords is writePatiently for an encrypted connection, which is lost
// with the first write that times out: each of its records has a stall to go.
func writeRecords(conn net.Conn, message net.Buffers, stall time.Duration) error {
	for _, part := range message {
		for record := range slices.Chunk(part, maxRecord) {
			if err := conn.SetWriteDeadline(time.Now().Add(stall)); err != nil {
				return err
			}
			if _, err := conn.Write(record); err != nil {
				return err
			}
		}
	}
	return conn.SetWriteDeadline(time.Time{})
}
