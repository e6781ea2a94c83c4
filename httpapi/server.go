package httpapi

import (
	"context"
	"log/slog"
	"net/http"

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
	Sessions Sessions
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
	described.UseMiddleware(a.metrics.count, a.admit)
	a.routes(described)
	guarded := a.guard(rest)
	mux.Handle("/v1/", guarded)
	mux.Handle("/openapi.json", guarded)
	serveReference(mux, described.OpenAPI())
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
