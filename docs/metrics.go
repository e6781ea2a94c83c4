package docs

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/coscribe/coscribe/wire"
)

// metrics counts what the rooms do. Everything that is counted for each op or
// frame is a plain counter: no label is looked up on the way of an op.
type metrics struct {
	ops           prometheus.Counter
	opsRefused    *prometheus.CounterVec // by code
	batchOps      prometheus.Histogram
	commitBatches prometheus.Histogram
	commitTime    prometheus.Histogram
	commitErrors  prometheus.Counter
	committing    prometheus.Gauge
	lostRaces     prometheus.Counter
	catchUps      prometheus.Counter

	broadcastFrames prometheus.Counter
	broadcastBytes  prometheus.Counter
	presenceFrames  prometheus.Counter
	mispredicted    prometheus.Counter

	loadTime       prometheus.Histogram
	snapshotTime   prometheus.Histogram
	snapshotErrors prometheus.Counter
	roomsRefused   prometheus.Counter
	created        prometheus.Counter
}

// newMetrics registers the metrics of a hub. Without a registerer they are
// counted all the same, and nobody sees them.
func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)
	counter := func(name, help string) prometheus.Counter {
		return f.NewCounter(prometheus.CounterOpts{Name: "coscribe_" + name, Help: help})
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return f.NewHistogram(prometheus.HistogramOpts{Name: "coscribe_" + name, Help: help, Buckets: buckets})
	}
	return &metrics{
		ops: counter("ops_committed_total", "Changes that were committed."),
		opsRefused: f.NewCounterVec(prometheus.CounterOpts{
			Name: "coscribe_ops_refused_total", Help: "Ops that a room refused, by error code.",
		}, []string{"code"}),
		batchOps:      histogram("batch_ops", "Changes that a room committed at once.", powers(10)),
		commitBatches: histogram("commit_batches", "Rooms that shared a transaction.", powers(10)),
		commitTime:    histogram("commit_duration_seconds", "Time of one transaction.", seconds),
		commitErrors:  counter("commit_errors_total", "Transactions whose outcome was not known, or failed."),
		committing: f.NewGauge(prometheus.GaugeOpts{
			Name: "coscribe_commits_in_flight", Help: "Transactions under way.",
		}),
		lostRaces: counter("lost_races_total", "Batches that another server was ahead of."),
		catchUps:  counter("catch_ups_total", "Times that a room read from the store what it had not committed itself."),

		broadcastFrames: counter("broadcast_frames_total", "Frames that rooms gave to sessions, each counted for each session."),
		broadcastBytes:  counter("broadcast_bytes_total", "Bytes of those frames."),
		presenceFrames:  counter("presence_frames_total", "Presence frames that rooms made, each counted once."),
		mispredicted: counter("predictions_failed_total",
			"Fresh opens of a document that the session had open: its client had computed another change than was committed (S9)."),

		loadTime:       histogram("load_duration_seconds", "Time to read a document for a room.", seconds),
		snapshotTime:   histogram("snapshot_duration_seconds", "Time to make and store a snapshot.", seconds),
		snapshotErrors: counter("snapshot_errors_total", "Snapshots that failed."),
		roomsRefused:   counter("rooms_refused_total", "Requests refused because too many rooms were in memory."),
		created:        counter("documents_created_total", "Documents created."),
	}
}

// seconds suits what takes from a fraction of a millisecond to the timeout of
// a transaction.
var seconds = []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15}

// powers returns the first n powers of two: 1, 2, 4 …
func powers(n int) []float64 { return prometheus.ExponentialBuckets(1, 2, n) }

// since observes the time from start on, in seconds.
func since(h prometheus.Histogram, start time.Time) { h.Observe(time.Since(start).Seconds()) }

// refused counts an op that is refused. Refusing is rare enough to look the
// code up.
func (m *metrics) refused(code wire.Code) { m.opsRefused.WithLabelValues(string(code)).Inc() }

// commit counts one transaction that has ended.
func (m *metrics) commit(batches int, start time.Time, err error) {
	m.committing.Dec()
	m.commitBatches.Observe(float64(batches))
	since(m.commitTime, start)
	if err != nil {
		m.commitErrors.Inc()
	}
}

// broadcast counts one frame given to several sessions.
func (m *metrics) broadcast(frame *wire.Frame, sessions int) {
	m.broadcastFrames.Add(float64(sessions))
	m.broadcastBytes.Add(float64(sessions * frame.Len()))
}

// queues tells at each scrape how many rooms there are and what waits. It
// takes each lock for a moment.
type queues struct {
	hub                            *Hub
	rooms, waiting, longest, batch *prometheus.Desc
}

func newQueues(h *Hub) *queues {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("coscribe_"+name, help, nil, nil)
	}
	return &queues{
		hub:     h,
		rooms:   desc("rooms", "Rooms in memory."),
		waiting: desc("inbox_requests", "Requests that rooms have not taken out of their inboxes yet."),
		longest: desc("inbox_requests_max", "Such requests of the one room that has most."),
		batch:   desc("commit_queue_batches", "Batches that wait for a transaction."),
	}
}

// Describe implements prometheus.Collector.
func (q *queues) Describe(to chan<- *prometheus.Desc) {
	to <- q.rooms
	to <- q.waiting
	to <- q.longest
	to <- q.batch
}

// Collect implements prometheus.Collector.
func (q *queues) Collect(to chan<- prometheus.Metric) {
	rooms, waiting, longest := q.hub.depth()
	gauge := func(d *prometheus.Desc, n int) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n))
	}
	gauge(q.rooms, rooms)
	gauge(q.waiting, waiting)
	gauge(q.longest, longest)
	gauge(q.batch, q.hub.commits.waiting())
}

// depth counts the rooms, and the requests in their inboxes.
func (h *Hub) depth() (rooms, waiting, longest int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.rooms {
		n := r.inbox.len()
		waiting += n
		longest = max(longest, n)
	}
	return len(h.rooms), waiting, longest
}
