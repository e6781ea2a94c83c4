package auth

import (
	"errors"
	"net"
	"net/http"
	"strings"
)

// Keyless is the verifier of a server without a key: everyone is Anonymous.
// It is for a server that only its own machine can reach, see CheckLoopback.
type Keyless struct{}

// Verify takes any token, also none.
func (Keyless) Verify(string) (*Identity, error) { return Anonymous(), nil }

var (
	errForeignHost = errors.New("without a key this server answers to localhost only")
	errForwarded   = errors.New("without a key this server must not stand behind a proxy")
)

// CheckLoopback guards a server without a key (A4). A foreign Host means that
// a page rebound its name to this machine; a forwarding header, that a proxy
// publishes the server.
func CheckLoopback(r *http.Request) error {
	if !loopbackHost(r.Host) {
		return errForeignHost
	}
	for name := range r.Header {
		if name == "Forwarded" || strings.HasPrefix(name, "X-Forwarded-") {
			return errForwarded
		}
	}
	return nil
}

func loopbackHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
	}
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
