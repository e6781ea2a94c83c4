package session

import (
	"strconv"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/coscribe/coscribe/wire"
)

// metrics counts what goes through the connections. What is counted for each
// message is a plain counter.
type metrics struct {
	receivedMessages prometheus.Counter
	receivedBytes    prometheus.Counter
	sentMessages     prometheus.Counter
	sentBytes        prometheus.Counter

	slow    prometheus.Counter
	pauses  prometheus.Counter
	closed  *prometheus.CounterVec // by close code
	refused *prometheus.CounterVec // by error code
	turned  *prometheus.CounterVec // by limit
}

// newMetrics registers the metrics of a server. Without a registerer they are
// counted all the same, and nobody sees them.
func newMetrics(r prometheus.Registerer, s *Server) *metrics {
	f := promauto.With(r)
	counter := func(name, help string) prometheus.Counter {
		return f.NewCounter(prometheus.CounterOpts{Name: "coscribe_" + name, Help: help})
	}
	by := func(label, name, help string) *prometheus.CounterVec {
		return f.NewCounterVec(prometheus.CounterOpts{Name: "coscribe_" + name, Help: help}, []string{label})
	}
	f.NewGaugeFunc(prometheus.GaugeOpts{Name: "coscribe_sessions", Help: "Connections."},
		func() float64 { return float64(s.Sessions()) })
	return &metrics{
		receivedMessages: counter("received_messages_total", "Messages from clients."),
		receivedBytes:    counter("received_bytes_total", "Bytes of messages from clients."),
		sentMessages:     counter("sent_messages_total", "Messages handed to connections; several frames may travel as one."),
		sentBytes:        counter("sent_bytes_total", "Bytes of those messages."),

		slow:    counter("slow_closes_total", "Sessions closed because their reader fell behind."),
		pauses:  counter("pauses_total", "Times that a session was read from later, or a connection held up, for what was refused before."),
		closed:  by("code", "sessions_closed_total", "Sessions that ended, by WebSocket close code."),
		refused: by("code", "messages_refused_total", "Messages that a session answered with an error before a room saw them, by error code."),
		turned:  by("limit", "sessions_refused_total", "Sessions refused because their user, their address or the server has too many."),
	}
}

func (m *metrics) received(size int) {
	m.receivedMessages.Inc()
	m.receivedBytes.Add(float64(size))
}

func (m *metrics) sent(size int) {
	m.sentMessages.Inc()
	m.sentBytes.Add(float64(size))
}

// end counts a session. A peer may close with any code: those that mean
// nothing here are one.
func (m *metrics) end(code int) {
	label := "other"
	switch code {
	case websocket.CloseNormalClosure, websocket.CloseGoingAway, websocket.CloseNoStatusReceived,
		websocket.CloseAbnormalClosure, wire.CloseTooBig, wire.CloseOverloaded, wire.CloseBadProtocol,
		wire.CloseUnauthenticated, wire.CloseForbidden, wire.CloseNoHello, wire.CloseReplaced:
		label = strconv.Itoa(code)
	}
	m.closed.WithLabelValues(label).Inc()
}

func (m *metrics) refuse(code wire.Code) { m.refused.WithLabelValues(string(code)).Inc() }
