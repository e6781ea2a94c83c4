package session

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"github.com/coscribe/coscribe/wire"
)

// tally is what a session did, for its line in the log.
type tally struct {
	documents int   // opened
	ops       int64 // submitted
	bytes     int64 // received
}

// failed notes what the connection ended with. It is called by its reader and
// by whoever writes to it.
func (s *session) failed(err error) {
	var closed *websocket.CloseError
	var network net.Error
	code := websocket.CloseAbnormalClosure
	switch {
	case errors.Is(err, melody.ErrWriteClosed):
		return // it has ended before
	case errors.As(err, &closed):
		code = closed.Code
	case errors.Is(err, websocket.ErrReadLimit):
		code = wire.CloseTooBig
	case errors.As(err, &network) && network.Timeout() && s.Behind():
		s.server.metrics.slow.Inc()
		code = wire.CloseOverloaded
	}
	s.cause.CompareAndSwap(0, int32(code))
}

// report writes the one line about a session. It never holds a token or
// anything of a document. Connections that never said hello, and those of
// somebody in debt, may be any number: they have a line only where every detail
// is asked for.
func (s *session) report() {
	code, sent := s.out.result()
	if code == 0 {
		code = int(s.cause.Load())
	}
	s.server.metrics.end(code)
	level := slog.LevelInfo
	if s.settle(code) {
		level = slog.LevelDebug
	}
	s.log().Log(context.Background(), level, "session",
		"address", s.address.Addr().String(), "code", code, "duration_ms", time.Since(s.started).Milliseconds(),
		"documents", s.tally.documents, "ops", s.tally.ops, "bytes_in", s.tally.bytes, "bytes_out", sent)
}
