package session

import (
	"net/http"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/wire"
)

// Limits keep one session, user or address from taking the server for itself.
// Zero means no limit.
type Limits struct {
	// User is how many sessions one user may have.
	User int
	// Address is how many sessions one address may have whose user is not
	// known: they have not said hello, or are anonymous. An IPv6 address
	// stands for its /64.
	Address int
	// Messages bounds the messages that a session sends, ops above all.
	Messages Rate
	// Bytes bounds the bytes of those. A burst holds one message at least.
	Bytes Rate
}

// Rate is a token bucket.
type Rate struct {
	PerSecond int
	Burst     int
}

func (r Rate) limiter() *rate.Limiter {
	if r.PerSecond == 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(r.PerSecond), max(r.Burst, 1))
}

// seat is what a session counts under: its user, or its address while nobody
// knows that one.
type seat struct {
	user    string
	address netip.Prefix
}

func seatOf(identity *auth.Identity, address netip.Prefix) seat {
	if identity == nil || identity.IsAnonymous() {
		return seat{address: address}
	}
	return seat{user: identity.ID}
}

// take gives a session another seat, or tells why there is none. The caller
// holds s.mu.
func (s *Server) take(session *session, as seat) *wire.Error {
	if as == session.seat {
		return nil
	}
	limit, whose := s.Per.User, "user"
	if as.user == "" {
		limit, whose = s.Per.Address, "address"
	}
	if limit > 0 && s.seats[as] >= limit {
		s.metrics.turned.WithLabelValues(whose).Inc()
		return wire.Errorf(wire.RateLimited, "this %s has %d sessions already", whose, limit)
	}
	s.leave(session)
	s.seats[as]++
	session.seat = as
	return nil
}

// leave gives a session's seat back. The caller holds s.mu.
func (s *Server) leave(session *session) {
	if s.seats[session.seat]--; s.seats[session.seat] <= 0 {
		delete(s.seats, session.seat)
	}
	session.seat = seat{}
}

// address returns where a request comes from, as far as those proxies tell
// that are trusted: each appends to X-Forwarded-For whom it heard.
func (s *Server) address(r *http.Request) netip.Prefix {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr) // a zero one is an address like any other
	addr := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusts(addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
	}
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64 // what one customer of a provider has at least
	}
	network, _ := addr.WithZone("").Prefix(bits)
	return network
}

func (s *Server) trusts(addr netip.Addr) bool {
	for _, proxy := range s.TrustedProxies {
		if proxy.Contains(addr) {
			return true
		}
	}
	return false
}

// tooFast tells whether a message of that size comes too fast.
func (s *session) tooFast(size int) bool {
	now := time.Now()
	return s.messages != nil && !s.messages.AllowN(now, 1) || s.bytes != nil && !s.bytes.AllowN(now, size)
}

// slowDown answers a message that came too fast; nil lets it pass. Leaving is
// always allowed: it sets free what the limits protect.
func slowDown(msg wire.Message) *wire.Error {
	e := wire.Errorf(wire.RateLimited, "too many messages or bytes a second")
	switch m := msg.(type) {
	case wire.Close:
		return nil
	case wire.Op:
		return e.About(m.Doc, m.Seq)
	case wire.Open:
		return e.About(m.Doc, 0)
	case wire.Presence:
		return e.About(m.Doc, 0)
	}
	return e
}
