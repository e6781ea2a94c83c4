package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/bench/serverproc/servertest"
)

// A short one: nothing is known of growth after two seconds, but nothing may
// fail either.
func TestSteady(t *testing.T) {
	t.Parallel()
	s := steady{
		For: 3 * time.Second, Documents: 5, Sessions: 10, Stay: 500 * time.Millisecond, Edit: 100 * time.Millisecond,
		Fill: 50, Sample: 100 * time.Millisecond, Server: servertest.Binary(), Database: "sqlite",
	}
	var out bytes.Buffer
	err := s.run(t.Context(), &out)
	if text := out.String(); !strings.Contains(text, "log: ") || !strings.Contains(text, "0 errors; 0 sessions failed") {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, growth := range []float64{-3, 0, 0.5, 2.5, 100} {
		s := series{name: "figure", bound: 1}
		for at := time.Duration(0); at < time.Hour; at += 5 * time.Second {
			value := 50 + growth*at.Hours() + random.NormFloat64()
			if at < 15*time.Minute {
				value = 1000 * at.Hours() // the first quarter does not count
			}
			s.add(at, value)
		}
		got, uncertain := s.fit(15 * time.Minute)
		if uncertain <= 0 || uncertain > 0.5 || got < growth-4*uncertain || got > growth+4*uncertain {
			t.Errorf("%v ± %v, not %v", got, uncertain, growth)
		}
		if _, err := s.judge(15 * time.Minute); (err != nil) != (growth > 2) {
			t.Errorf("a growth of %v: %v", growth, err)
		}
	}
}

func TestLogLines(t *testing.T) {
	t.Parallel()
	var l logLines
	text := "time=x level=INFO msg=a\ntime=x level=WARN msg=b\ntime=x level=ERROR msg=c\npanic: d\nlevel=ERROR unfinished"
	for i := range text {
		if _, err := fmt.Fprint(&l, text[i:i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if warnings, errs := l.count(); warnings != 1 || errs != 2 || l.first != "time=x level=ERROR msg=c" {
		t.Errorf("%d warnings, %d errors, first %q", warnings, errs, l.first)
	}
}
