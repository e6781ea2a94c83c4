package docs

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/coscribe/coscribe/storage"
)

const (
	// maxGather bounds the changes of one transaction.
	maxGather = 4096
	// commitTimeout bounds one transaction; past it the outcome is unknown.
	commitTimeout = 15 * time.Second
)

// committer gathers the batches of all rooms and commits them together, so
// that everyone who types in one millisecond shares one fsync. A batch leaves
// as soon as a slot is free. It keeps no order between documents; a room
// keeps its own by having one batch under way at most.
type committer struct {
	store   storage.Store
	ctx     context.Context // cuts transactions off when it ends
	metrics *metrics
	slots   sync.WaitGroup

	mu     sync.Mutex
	filled sync.Cond
	queue  []commit
	closed bool
}

// commit is a batch and who wants to know about it. done is called once, from
// the committer's goroutine, and must not wait.
type commit struct {
	batch storage.Batch
	done  func(storage.Outcome, error)
}

func startCommitter(ctx context.Context, store storage.Store, slots int, m *metrics) *committer {
	c := &committer{store: store, ctx: ctx, metrics: m}
	c.filled.L = &c.mu
	for range slots {
		c.slots.Go(c.work)
	}
	return c
}

func (c *committer) add(batch storage.Batch, done func(storage.Outcome, error)) {
	c.mu.Lock()
	c.queue = append(c.queue, commit{batch, done})
	c.mu.Unlock()
	c.filled.Signal()
}

// waiting returns how many batches wait for a transaction.
func (c *committer) waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue)
}

// close ends the committer once everything added is committed.
func (c *committer) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.filled.Broadcast()
	c.slots.Wait()
}

func (c *committer) work() {
	for {
		commits := c.gather()
		if commits == nil {
			return
		}
		batches := make([]storage.Batch, len(commits))
		for i := range commits {
			batches[i] = commits[i].batch
		}
		outcomes, err := c.commit(batches)
		for i := range commits {
			if err != nil {
				commits[i].done(storage.Outcome{}, err)
			} else {
				commits[i].done(outcomes[i], nil)
			}
		}
	}
}

func (c *committer) commit(batches []storage.Batch) (outcomes []storage.Outcome, err error) {
	c.metrics.committing.Inc()
	defer func(start time.Time) {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("internal error: the store panicked: %v", cause)
		}
		c.metrics.commit(len(batches), start, err)
	}(time.Now())
	ctx, cancel := context.WithTimeout(c.ctx, commitTimeout)
	defer cancel()
	return c.store.Commit(ctx, batches)
}

// gather waits for batches and takes as many as one transaction may hold; nil
// when there is nothing left to do.
func (c *committer) gather() []commit {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) == 0 {
		if c.closed {
			return nil
		}
		c.filled.Wait()
	}
	n, changes := 0, 0
	for n < len(c.queue) && changes < maxGather {
		changes += len(c.queue[n].batch.Changes)
		n++
	}
	commits := c.queue[:n:n]
	c.queue = c.queue[n:]
	return commits
}
