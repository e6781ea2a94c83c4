package servertest

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Metric reads a metric of the server, as the function of that name does.
func (s *Server) Metric(name string, label ...string) float64 {
	s.t.Helper()
	return Metric(s.t, s.Metrics, name, label...)
}

// Metric reads a metric: the value of a counter or gauge, the number of what a
// histogram has observed. Of one with labels it is the sum over all, or over
// those that have the label given. A metric that does not exist fails the
// test, unless it has labels: then nothing was counted yet.
func Metric(t testing.TB, from prometheus.Gatherer, name string, label ...string) (sum float64) {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatalf("gather metrics: %v", err)
	}
	found := len(label) > 0
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		found = true
		for _, m := range family.GetMetric() {
			if len(label) == 0 || labels(m)[label[0]] == label[1] {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	if !found {
		t.Fatalf("there is no metric %s", name)
	}
	return sum
}

func labels(m *dto.Metric) prometheus.Labels {
	pairs := make(prometheus.Labels)
	for _, p := range m.GetLabel() {
		pairs[p.GetName()] = p.GetValue()
	}
	return pairs
}
