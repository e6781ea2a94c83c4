package webhooks

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	told, failed, dropped prometheus.Counter
	duration              prometheus.Histogram
	failing, oldest       prometheus.Gauge
}

// newMetrics registers the metrics of a sender; nil: nowhere.
func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)
	events := f.NewCounterVec(prometheus.CounterOpts{
		Name: "coscribe_webhook_events_total", Help: "Tries to tell an event, by outcome; dropped were too old.",
	}, []string{"outcome"})
	gauge := func(name, help string) prometheus.Gauge {
		return f.NewGauge(prometheus.GaugeOpts{Name: "coscribe_webhook_" + name, Help: help})
	}
	return &metrics{
		told: events.WithLabelValues("told"), failed: events.WithLabelValues("failed"), dropped: events.WithLabelValues("dropped"),
		duration: f.NewHistogram(prometheus.HistogramOpts{
			Name: "coscribe_webhook_duration_seconds", Help: "Time that the receiver took to answer, or not to.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
		failing: gauge("failing", "1 while the receiver takes no events."),
		oldest:  gauge("oldest_event_seconds", "Age of the oldest event that was not told yet."),
	}
}
