package session

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// FuzzAddress feeds who a request comes from, and what the proxies say whom
// they heard. The answer is the network of the peer, or of who is listed with
// trusted proxies alone between them and the server.
func FuzzAddress(f *testing.F) {
	const proxies = "10.0.0.0/8,fd00::/8"
	f.Add("192.0.2.1:5", "203.0.113.9", "", proxies)
	f.Add("10.0.0.1:5", "192.0.2.1, 198.51.100.7", "10.1.1.1", proxies)
	f.Add("[::ffff:10.0.0.1]:5", "2001:db8:0:1::1", "", proxies)
	f.Add("[fd00::1]:5", "::ffff:192.0.2.1", "", proxies)
	f.Add("[fe80::1%eth0]:5", "fe80::2%eth0", "", "fe80::/10")
	f.Add("10.0.0.1:5", "192.0.2.1, 10.0.0.2:80", "unknown,", proxies)
	f.Add("10.0.0.1:5", "10.0.0.2", "10.0.0.3", proxies)
	f.Add("@", "192.0.2.1", "", "0.0.0.0/0,::/0")
	f.Fuzz(func(t *testing.T, remote, first, second, trusted string) {
		s := &Server{}
		for network := range strings.SplitSeq(trusted, ",") {
			if prefix, err := netip.ParsePrefix(network); err == nil {
				s.TrustedProxies = append(s.TrustedProxies, prefix)
			}
		}
		r := &http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": {first, second}}}
		got := s.address(r)

		peer, _ := netip.ParseAddrPort(remote)
		path := []netip.Addr{peer.Addr().Unmap()} // from the server to the client
		for _, hop := range slices.Backward(strings.Split(first+","+second, ",")) {
			addr, err := netip.ParseAddr(strings.TrimSpace(hop))
			if err != nil {
				break
			}
			path = append(path, addr.Unmap())
		}
		client := slices.IndexFunc(path, func(addr netip.Addr) bool {
			return !slices.ContainsFunc(s.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
		})
		if client < 0 {
			client = len(path) - 1
		}
		at := path[client].WithZone("")
		switch {
		case !at.IsValid() && got == netip.Prefix{}:
		case at.Is4() && got == netip.PrefixFrom(at, 32):
		case at.Is6() && got.Bits() == 64 && got == got.Masked() && got.Contains(at):
		default:
			t.Fatalf("%q through %q is at %v, not %v", remote, first+","+second, got, at)
		}
	})
}
