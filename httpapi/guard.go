package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/wire"
	"github.com/danielgtaylor/huma/v2"
)

// LoopbackOnly lets through what a server without a key may answer (A4).
func LoopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := auth.CheckLoopback(r); err != nil {
			newProblem(http.StatusForbidden, wire.Forbidden, err.Error()).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// guard is what every call comes through before anything is done for it.
func (a *api) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-cache")
		h.Set("Content-Security-Policy", noPage)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		if a.share(w, r) {
			return
		}
		if p := a.refusal(r); p != nil {
			a.turnAway(w, p)
			return
		}
		identity, err := a.identify(r)
		if err != nil && r.URL.Path != "/openapi.json" {
			h.Set("WWW-Authenticate", "Bearer")
			code := wire.Unauthorized
			if errors.Is(err, auth.ErrExpired) {
				code = wire.TokenExpired
			}
			a.turnAway(w, newProblem(http.StatusUnauthorized, code, err.Error()))
			return
		}
		next.ServeHTTP(w, spelled(r.WithContext(context.WithValue(r.Context(), identityKey{}, identity))))
	})
}

// noPage is the policy of an answer that is opened as a page all the same.
const noPage = "default-src 'none'; frame-ancestors 'none'"

// refusal tells what is wrong with a call whoever makes it: a write from
// another site's page, or a body that is not JSON (A5), which a page could send
// without being asked, or that would grow when it is unpacked.
func (a *api) refusal(r *http.Request) *problem {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	if !a.Origins.AllowWrite(r) {
		return newProblem(http.StatusForbidden, wire.Forbidden, "the origin is not allowed")
	}
	if r.ContentLength != 0 && !isJSON(r.Header.Get("Content-Type")) {
		return newProblem(http.StatusUnsupportedMediaType, wire.BadMessage, "the body must be application/json")
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return newProblem(http.StatusUnsupportedMediaType, wire.BadMessage, "the body must not be compressed")
	}
	return nil
}

// turnAway answers a call that goes no further.
func (a *api) turnAway(w http.ResponseWriter, p *problem) {
	a.metrics.turned.WithLabelValues(strconv.Itoa(p.Status)).Inc()
	p.write(w)
}

// admit refuses a caller who may not read the document of a call, before its
// body is read: whatever else is wrong with it, the answer is the same (A1).
func (a *api) admit(ctx huma.Context, next func(huma.Context)) {
	if strings.Contains(ctx.Operation().Path, "{id}") {
		if _, err := a.access(ctx.Context(), ctx.Param("id"), auth.Read); err != nil {
			a.answer(ctx, err)
			return
		}
	}
	next(ctx)
}

// answer explains an error from where no handler returns it.
func (a *api) answer(ctx huma.Context, err error) {
	var p *problem
	if !errors.As(a.explain(ctx.Context(), err), &p) {
		panic("internal error: an error is explained by what is no problem")
	}
	body, err := json.Marshal(p)
	if err != nil {
		panic("internal error: a problem cannot be encoded: " + err.Error())
	}
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_, _ = ctx.BodyWriter().Write(body) // the caller may have gone
}

type identityKey struct{}

func (a *api) identify(r *http.Request) (*auth.Identity, error) {
	token, _, err := auth.Bearer(r)
	if err != nil {
		return nil, err
	}
	return a.Verifier.Verify(token)
}

// access returns who is calling where they may do this much with a document,
// before anything about it is looked up.
func (a *api) access(ctx context.Context, doc string, least auth.Access) (*auth.Identity, error) {
	identity := caller(ctx)
	if !wire.ValidDocumentID(doc) {
		return nil, wire.ErrBadDocumentID()
	}
	if identity.Access(doc) < least {
		return nil, wire.Errorf(wire.Forbidden, "this takes the right to %s the document", least)
	}
	return identity, nil
}

func caller(ctx context.Context) *auth.Identity { return ctx.Value(identityKey{}).(*auth.Identity) }
