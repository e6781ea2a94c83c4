package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/wire"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Verifier says whom a token names.
type Verifier interface {
	Verify(token string) (*auth.Identity, error)
}

// Config is what the API needs.
type Config struct {
	Hub      *docs.Hub
	Verifier Verifier
	Origins  auth.Origins
	Limits   wire.Limits
	Logger   *slog.Logger
	// Ready tells why the server cannot serve; nil when it can.
	Ready func(context.Context) error
	// Metrics is what /metrics shows, the API's own among them; nil: there is
	// no /metrics.
	Metrics *prometheus.Registry
}

type api struct {
	Config
	metrics *metrics
}

// Register adds the API's routes to a mux.
func Register(mux *http.ServeMux, c Config) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	a := &api{c, newMetrics(c.Metrics)}
	config := huma.DefaultConfig("Coscribe", "1")
	config.DocsPath = ""
	config.SchemasPath = ""
	config.CreateHooks = nil
	config.Formats = bodies
	config.Info.Description = "Documents that people edit together: content, changes, presence. Editing itself goes over a WebSocket at /v1/connect."
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
	}
	rest := http.NewServeMux()
	described := humago.New(rest, config)
	described.UseMiddleware(a.metrics.count)
	a.routes(described)
	guarded := a.guard(rest)
	mux.Handle("/v1/", guarded)
	mux.Handle("/openapi.json", guarded)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answerHealth(w, nil) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { answerHealth(w, c.Ready(r.Context())) })
	if c.Metrics != nil {
		mux.Handle("GET /metrics", promhttp.HandlerFor(c.Metrics, promhttp.HandlerOpts{}))
	}
}

func answerHealth(w http.ResponseWriter, err error) {
	if err != nil {
		newProblem(http.StatusServiceUnavailable, wire.Unavailable, err.Error()).write(w)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// guard refuses writes from other sites' pages, and bodies that are not JSON
// (A5), which a page could send without being asked.
func (a *api) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			if !a.Origins.Allow(r) {
				a.turnAway(w, newProblem(http.StatusForbidden, wire.Forbidden, "the origin is not allowed"))
				return
			}
			if r.ContentLength != 0 && !isJSON(r.Header.Get("Content-Type")) {
				a.turnAway(w, newProblem(http.StatusUnsupportedMediaType, wire.BadMessage, "the body must be application/json"))
				return
			}
		}
		identity, err := a.identify(r)
		if err != nil && r.URL.Path != "/openapi.json" {
			w.Header().Set("WWW-Authenticate", "Bearer")
			code := wire.Unauthorized
			if errors.Is(err, auth.ErrExpired) {
				code = wire.TokenExpired
			}
			a.turnAway(w, newProblem(http.StatusUnauthorized, code, err.Error()))
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, spelled(r.WithContext(context.WithValue(r.Context(), identityKey{}, identity))))
	})
}

// turnAway answers a call that goes no further.
func (a *api) turnAway(w http.ResponseWriter, p *problem) {
	a.metrics.turned.WithLabelValues(strconv.Itoa(p.Status)).Inc()
	p.write(w)
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
