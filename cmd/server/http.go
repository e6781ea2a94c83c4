package main

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// What one connection may take. A WebSocket leaves these behind when it is
// upgraded: from then on package session counts.
const (
	// headerTime is how long a handshake or a request's header may take, in
	// all: who sends it byte by byte is cut off.
	headerTime = 10 * time.Second
	// requestTime is how long a whole request may take. A call whose body may
	// be large has a time of its own, which is shorter.
	requestTime = 2 * time.Minute
	// answerTime is how long a whole answer may take.
	answerTime = 5 * time.Minute
	// idleTime is how long a connection may do nothing between two requests.
	idleTime = 2 * time.Minute
	// maxHeader bounds the header, in bytes.
	maxHeader = 16 << 10
	// maxStreams is how many requests a connection of HTTP/2 may have under way.
	maxStreams = 100
)

// newHTTP makes a server for a handler; without TLS where encryption is nil.
func newHTTP(handler http.Handler, encryption *tls.Config, logger *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		TLSConfig:         encryption,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       requestTime,
		WriteTimeout:      answerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: maxStreams,
			SendPingTimeout:      idleTime, // a peer that is gone without a word
			PingTimeout:          headerTime,
			WriteByteTimeout:     headerTime, // one that takes nothing
		},
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
}

// serve serves until the server is shut down.
func (s *server) serve(listener net.Listener) error {
	if s.http.TLSConfig != nil {
		return s.http.ServeTLS(listener, "", "")
	}
	return s.http.Serve(listener)
}
