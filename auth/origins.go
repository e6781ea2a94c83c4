package auth

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var errOrigin = errors.New("an origin is a scheme and a host, such as https://a.example, or *")

// Origins says which web pages may talk to the server (A5). The zero value lets
// its own pages alone.
type Origins struct {
	any     bool
	list    []string
	foreign *http.CrossOriginProtection // of writes; nil: trusts nobody
}

// ParseOrigins reads a list of origins such as https://a.example, or "*".
func ParseOrigins(list []string) (Origins, error) {
	o := Origins{foreign: http.NewCrossOriginProtection()}
	for _, origin := range list {
		if origin == "*" {
			o.any = true
			continue
		}
		u, err := url.Parse(origin)
		whole := err == nil && u.Host != "" && strings.EqualFold(origin, u.Scheme+"://"+u.Host)
		if !whole || strings.Contains(origin, "*") { // "*.a.example" would never match
			return o, fmt.Errorf("%q: %w", origin, errOrigin)
		}
		origin = strings.ToLower(origin)
		o.list = append(o.list, origin)
		if err := o.foreign.AddTrustedOrigin(origin); err != nil {
			return o, fmt.Errorf("%q: %w", origin, errOrigin)
		}
	}
	return o, nil
}

// AllowWrite is Allow for a request that changes something: where the browser
// says that another site's page sent it, that page has to be a listed one, too.
func (o Origins) AllowWrite(r *http.Request) bool {
	if !o.Allow(r) {
		return false
	}
	foreign := o.foreign
	if foreign == nil {
		foreign = new(http.CrossOriginProtection)
	}
	return o.any || foreign.Check(r) == nil
}

// Listed tells whether pages of other origins than the server's own may talk
// to it.
func (o Origins) Listed() bool { return o.any || len(o.list) > 0 }

// Allow tells whether a request may come from the page that sent it: one of
// the server's own, or a listed one. A request without an Origin does not
// come from a page.
func (o Origins) Allow(r *http.Request) bool {
	values, sent := r.Header["Origin"]
	if !sent {
		return true
	}
	if len(values) != 1 || values[0] == "null" {
		return false
	}
	origin := strings.ToLower(values[0])
	if o.any || slices.Contains(o.list, origin) {
		return true
	}
	host := strings.ToLower(r.Host)
	return host != "" && (origin == "http://"+host || origin == "https://"+host)
}
