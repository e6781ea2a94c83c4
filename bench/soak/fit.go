package main

import (
	"fmt"
	"math"
	"time"
)

// series is a figure of the server in time.
type series struct {
	name  string
	bound float64 // how much it may grow in an hour
	at    []time.Duration
	value []float64
}

func (s *series) add(at time.Duration, value float64) {
	s.at, s.value = append(s.at, at), append(s.value, value)
}

// fit returns the growth in an hour by least squares over what came after a
// time, and the standard error of that.
func (s *series) fit(after time.Duration) (growth, uncertain float64) {
	var n, sx, sy float64
	each := func(f func(x, y float64)) {
		for i, at := range s.at {
			if at >= after {
				f(at.Hours(), s.value[i])
			}
		}
	}
	each(func(x, y float64) { n, sx, sy = n+1, sx+x, sy+y })
	mx, my := sx/n, sy/n
	var sxx, sxy float64
	each(func(x, y float64) { sxx, sxy = sxx+(x-mx)*(x-mx), sxy+(x-mx)*(y-my) })
	growth = sxy / sxx
	var rest float64
	each(func(x, y float64) { rest += math.Pow(y-my-growth*(x-mx), 2) })
	return growth, math.Sqrt(rest / (n - 2) / sxx)
}

// judge says how the figure grew, and fails where it surely grew more than it
// may: by its bound and by two standard errors.
func (s *series) judge(after time.Duration) (string, error) {
	growth, uncertain := s.fit(after)
	verdict, err := "holds", error(nil)
	switch {
	case math.IsNaN(growth) || growth > s.bound+2*uncertain:
		verdict = "FAILS"
		err = fmt.Errorf("%s grows by %.2f ± %.2f an hour", s.name, growth, uncertain)
	case growth > s.bound:
		verdict = "too uncertain to tell"
	}
	return fmt.Sprintf("%-24s %8.1f at the end, %+7.2f ± %.2f an hour, may be %+g: %s",
		s.name, s.value[len(s.value)-1], growth, uncertain, s.bound, verdict), err
}
