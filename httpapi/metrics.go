package httpapi

import (
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics counts calls of the API by operation. Calls that are refused before
// it is known what they want, for their token or origin, are counted by
// status alone.
type metrics struct {
	calls    *prometheus.CounterVec
	duration *prometheus.HistogramVec
	turned   *prometheus.CounterVec
}

func newMetrics(r *prometheus.Registry) *metrics {
	var to prometheus.Registerer // stays nil for a nil registry
	if r != nil {
		to = r
	}
	f := promauto.With(to)
	return &metrics{
		calls: f.NewCounterVec(prometheus.CounterOpts{
			Name: "coscribe_http_requests_total", Help: "Calls of the REST API.",
		}, []string{"operation", "status"}),
		duration: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "coscribe_http_request_duration_seconds", Help: "Time to answer them.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15},
		}, []string{"operation"}),
		turned: f.NewCounterVec(prometheus.CounterOpts{
			Name: "coscribe_http_turned_away_total", Help: "Calls refused for their token, origin or type before anything else.",
		}, []string{"status"}),
	}
}

// count is a middleware of the API.
func (m *metrics) count(ctx huma.Context, next func(huma.Context)) {
	start := time.Now()
	next(ctx)
	operation := ctx.Operation().OperationID
	m.calls.WithLabelValues(operation, strconv.Itoa(ctx.Status())).Inc()
	m.duration.WithLabelValues(operation).Observe(time.Since(start).Seconds())
}
