package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// TLS are the flags of a server that is reached without a proxy.
type TLS struct {
	TLSCert string `name:"tls-cert" env:"COSCRIBE_TLS_CERT" help:"PEM file with the certificate, those that vouch for it behind it. Serves https and wss alone; read again when it changes."`
	TLSKey  string `name:"tls-key" env:"COSCRIBE_TLS_KEY" help:"PEM file with its private key."`
}

func (t TLS) on() bool { return t.TLSCert != "" }

func (t TLS) check() error {
	if (t.TLSCert == "") != (t.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key are given both or neither")
	}
	return nil
}

// config returns what connections are encrypted with; nil without a
// certificate.
func (t TLS) config(logger *slog.Logger) (*tls.Config, error) {
	if !t.on() {
		return nil, nil
	}
	pair := &keyPair{cert: t.TLSCert, key: t.TLSKey, logger: logger}
	if err := pair.load(); err != nil {
		return nil, fmt.Errorf("--tls-cert and --tls-key: %w", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.get}, nil
}

// keyPair is a certificate that may be replaced while the server runs. It is
// safe for concurrent use.
type keyPair struct {
	cert, key string // files
	logger    *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	state   [2]fileState // of the files when they were read last
}

// fileState changes whenever a file does.
type fileState struct {
	changed time.Time
	size    int64
}

// get returns the certificate for a handshake. Where the files cannot be read,
// or do not go together because one is still being written, the one before
// serves on.
func (p *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	state, err := p.look()
	if err != nil || state == p.state {
		return p.current, nil
	}
	if err := p.load(); err != nil {
		p.logger.Warn("the certificate cannot be read again", "err", err)
	} else {
		p.logger.Info("the certificate was read again", "ends", p.current.Leaf.NotAfter)
	}
	return p.current, nil
}

// load reads the files. The caller holds p.mu, or is alone.
func (p *keyPair) load() (err error) {
	if p.state, err = p.look(); err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(p.cert, p.key)
	if err == nil {
		p.current = &pair
	}
	return err
}

func (p *keyPair) look() (state [2]fileState, err error) {
	for i, name := range []string{p.cert, p.key} {
		info, err := os.Stat(name)
		if err != nil {
			return state, err
		}
		state[i] = fileState{info.ModTime(), info.Size()}
	}
	return state, nil
}
