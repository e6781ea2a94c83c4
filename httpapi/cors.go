package httpapi

import (
	"net/http"

	"github.com/coscribe/coscribe/wire"
)

// share lets the pages that may write also read answers (CORS, as the Fetch
// Standard has it), and answers the question that a browser asks before some
// calls: true means that it was one. No cookies are involved, so there is no
// talk of credentials. A server without a list says nothing: its own pages need
// no leave.
func (a *api) share(w http.ResponseWriter, r *http.Request) (asked bool) {
	h := w.Header()
	asked = r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
	if !asked && !a.Origins.Listed() {
		return false
	}
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" || !a.Origins.Allow(r) {
		if asked {
			a.turnAway(w, newProblem(http.StatusForbidden, wire.Forbidden, "the origin is not allowed"))
		}
		return asked
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "ETag")
	if asked {
		h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match, If-None-Match")
		h.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
	}
	return asked
}
