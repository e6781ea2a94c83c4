package main

import "time"

// scenario is one kind of load. Every client is one connection with one
// document open; a writer has one op in flight.
type scenario struct {
	name  string
	about string

	docs    int
	writers int // of each document
	readers int // of each document
	size    int // of each document to begin with, UTF-16 code units

	rate    float64 // ops a second by all writers; 0: as fast as acknowledged
	cursors float64 // cursor moves a second by each writer, instead of ops
	idle    bool    // everyone does one thing and then nothing
}

var scenarios = []scenario{
	{name: "hot", about: "1 document, 10 writers", docs: 1, writers: 10, size: 1 << 10},
	{name: "hot-100k", about: "the same on 100 KB", docs: 1, writers: 10, size: 100 << 10},
	{name: "hot-1m", about: "the same on 1 MB", docs: 1, writers: 10, size: 1 << 20},
	{name: "watch-100", about: "1 writer at 20 ops/s, 100 readers", docs: 1, writers: 1, readers: 100, size: 1 << 10, rate: 20},
	{name: "watch-500", about: "1 writer at 20 ops/s, 500 readers", docs: 1, writers: 1, readers: 500, size: 1 << 10, rate: 20},
	{name: "stream", about: "1 fast writer, 100 readers", docs: 1, writers: 1, readers: 100, size: 1 << 10},
	{name: "crowd", about: "20 fast writers, 100 readers", docs: 1, writers: 20, readers: 100, size: 1 << 10},
	{name: "wide-2", about: "50 documents, 2 writers each", docs: 50, writers: 2, size: 1 << 10},
	{name: "wide-10", about: "50 documents, 10 writers each", docs: 50, writers: 10, size: 1 << 10},
	{name: "office", about: "500 documents, 2 writers each, 1,000 ops/s", docs: 500, writers: 2, size: 1 << 10, rate: 1000},
	{name: "cursors", about: "100 people moving cursors 10 times a second", docs: 1, writers: 100, size: 1 << 10, cursors: 10},
	{name: "idle", about: "2,000 sessions that have been used", docs: 20, writers: 100, size: 1 << 10, idle: true},
}

// paced reports whether the load is a given one, not as much as goes.
func (s scenario) paced() bool { return s.rate > 0 || s.cursors > 0 }

// interval is how often one writer acts; 0: at once.
func (s scenario) interval() time.Duration {
	switch {
	case s.rate > 0:
		return time.Duration(float64(s.docs*s.writers) / s.rate * float64(time.Second))
	case s.cursors > 0:
		return time.Duration(float64(time.Second) / s.cursors)
	}
	return 0
}
