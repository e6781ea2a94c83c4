package main

import (
	"errors"
	"net/netip"

	"github.com/coscribe/coscribe/session"
	"github.com/coscribe/coscribe/wire"
)

// Limits are the flags that say how much the server takes on. Where 0 makes
// sense it means no limit.
type Limits struct {
	MaxMessageBytes   int `env:"COSCRIBE_MAX_MESSAGE_BYTES" default:"1048576" help:"Bytes of one message."`
	MaxDocumentLength int `env:"COSCRIBE_MAX_DOCUMENT_LENGTH" default:"10485760" help:"UTF-16 code units of one document."`
	Window            int `env:"COSCRIBE_WINDOW" default:"1000" help:"Changes that an op may be behind the head, 1000 or more. Each room keeps as many in memory."`

	MaxSessions         int `env:"COSCRIBE_MAX_SESSIONS" default:"20000" help:"Sessions of everyone together."`
	MaxRooms            int `env:"COSCRIBE_MAX_ROOMS" default:"10000" help:"Documents in memory at once."`
	MaxSessionDocuments int `env:"COSCRIBE_MAX_SESSION_DOCUMENTS" default:"1000" help:"Documents open in one session."`
	MaxUserSessions     int `env:"COSCRIBE_MAX_USER_SESSIONS" default:"200" help:"Sessions of one user."`
	MaxAddressSessions  int `env:"COSCRIBE_MAX_ADDRESS_SESSIONS" default:"5000" help:"Sessions of one address whose user is not known."`
	MaxUserCreates      int `env:"COSCRIBE_MAX_USER_CREATES" default:"60" help:"Documents that one user creates a minute; admins of a document are not counted."`

	SessionMessageRate  int `env:"COSCRIBE_SESSION_MESSAGE_RATE" default:"10000" help:"Messages a second of one session, ops above all."`
	SessionMessageBurst int `env:"COSCRIBE_SESSION_MESSAGE_BURST" default:"20000" help:"As many may come at once."`
	SessionByteRate     int `env:"COSCRIBE_SESSION_BYTE_RATE" default:"8388608" help:"Bytes a second of one session's messages."`
	SessionByteBurst    int `env:"COSCRIBE_SESSION_BYTE_BURST" default:"33554432" help:"As many may come at once."`

	TrustedProxies []netip.Prefix `env:"COSCRIBE_TRUSTED_PROXIES" help:"Networks of proxies whose X-Forwarded-For tells a session's address, such as 10.0.0.0/8."`
}

const (
	// minMessage leaves space for everything in a message but a long op.
	minMessage = 16 << 10
	// minWindow is what the protocol promises (S1).
	minWindow = 1000
)

func (l *Limits) check() error {
	switch {
	case l.MaxMessageBytes < minMessage:
		return errors.New("--max-message-bytes is 16384 at least")
	case l.MaxDocumentLength < 1:
		return errors.New("--max-document-length is 1 at least")
	case l.Window < minWindow:
		return errors.New("--window is 1000 at least: the protocol promises as much")
	case l.MaxSessionDocuments < 1:
		return errors.New("--max-session-documents is 1 at least")
	case min(l.MaxSessions, l.MaxRooms, l.MaxUserSessions, l.MaxAddressSessions, l.MaxUserCreates,
		l.SessionMessageRate, l.SessionMessageBurst, l.SessionByteRate, l.SessionByteBurst) < 0:
		return errors.New("a limit is not negative; 0 is none")
	}
	return nil
}

// told are the limits that clients are told about.
func (l *Limits) told() wire.Limits {
	return wire.Limits{Message: l.MaxMessageBytes, Document: l.MaxDocumentLength, Window: l.Window}
}

func (l *Limits) per() session.Limits {
	return session.Limits{
		User: l.MaxUserSessions, Address: l.MaxAddressSessions,
		Messages: session.Rate{PerSecond: l.SessionMessageRate, Burst: l.SessionMessageBurst},
		Bytes:    session.Rate{PerSecond: l.SessionByteRate, Burst: l.SessionByteBurst},
	}
}
