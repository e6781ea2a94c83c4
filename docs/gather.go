package docs

import "time"

// maxHold bounds how long a batch is held back.
const maxHold = time.Millisecond

// gathering holds a batch back for those who were answered a moment ago. A
// writer with one op in flight sends the next as soon as it is acknowledged.
// Without waiting, half of such writers would be in the batch under way and
// half in the next, forever: twice the commits, twice the frames.
//
// A batch waits no longer than the one before took to commit, which is what an
// op that comes a moment too late waits in any case. Nothing waits where people
// type: they are slower than that.
type gathering struct {
	since  time.Time // the batch under way was handed over
	until  time.Time // the next one waits no longer
	expect int       // it waits for no more ops than these
}

func (g *gathering) proposed() { g.since = time.Now() }

// committed notes that a batch was, and how many ops may be on their way into
// the next.
func (g *gathering) committed(expect int) {
	now := time.Now()
	g.until, g.expect = now.Add(min(now.Sub(g.since), maxHold)), expect
}

// left is how long a batch of so many ops is to be held back from now on.
func (g *gathering) left(ops int) time.Duration {
	if ops >= g.expect {
		return 0
	}
	return max(0, time.Until(g.until))
}
