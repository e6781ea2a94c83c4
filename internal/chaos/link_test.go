package chaos

import (
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/coscribe/coscribe/internal/pgtest"
)

// link is a way to a database that can go wrong.
type link struct {
	listener net.Listener
	target   string
	ended    sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	cut   bool          // nobody gets through
	stall chan struct{} // closed when bytes may pass; nil: they do
	delay time.Duration // of each piece
}

// startLink leads to an address. It ends with the test.
func startLink(t *testing.T, target string) *link {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := &link{listener: l, target: target, conns: make(map[net.Conn]struct{})}
	k.ended.Go(k.accept)
	t.Cleanup(func() {
		_ = l.Close()
		k.set(func() { k.cut = true })
		k.ended.Wait()
	})
	return k
}

func (k *link) accept() {
	for {
		from, err := k.listener.Accept()
		if err != nil {
			return
		}
		to, err := net.Dial("tcp", k.target)
		if err != nil || !k.keep(from, to) {
			_ = from.Close()
			continue
		}
		k.ended.Go(func() { k.carry(from, to) })
		k.ended.Go(func() { k.carry(to, from) })
	}
}

// keep notes the two ends of a connection, unless the link is cut.
func (k *link) keep(ends ...net.Conn) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range ends {
		if k.cut {
			_ = c.Close()
		} else {
			k.conns[c] = struct{}{}
		}
	}
	return !k.cut
}

// carry moves bytes until either end is gone.
func (k *link) carry(from, to net.Conn) {
	defer func() {
		_, _ = from.Close(), to.Close()
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.conns, from)
	}()
	piece := make([]byte, 16<<10)
	for {
		n, err := from.Read(piece)
		if err != nil {
			return
		}
		k.mu.Lock()
		stall, delay := k.stall, k.delay
		k.mu.Unlock()
		time.Sleep(delay) // a slow line, not a wait for something
		if stall != nil {
			<-stall
		}
		if _, err := to.Write(piece[:n]); err != nil {
			return
		}
	}
}

// set changes what the link does. Where it is cut, connections break.
func (k *link) set(change func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stall != nil {
		close(k.stall)
	}
	k.cut, k.stall, k.delay = false, nil, 0
	change()
	if k.cut {
		for c := range k.conns {
			_ = c.Close()
		}
	}
}

// P1, P2, P3: a link to the database that breaks, stalls or slows down loses
// nothing and repeats nothing, and everything goes on afterwards by itself.
func TestBadLink(t *testing.T) {
	for name, f := range map[string]func(k *link){
		"cut":     func(k *link) { k.cut = true },
		"stalled": func(k *link) { k.stall = make(chan struct{}) },
		"delayed": func(k *link) { k.delay = 20 * time.Millisecond },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, err := url.Parse(pgtest.URL(t))
			if err != nil {
				t.Fatal(err)
			}
			k := startLink(t, database.Host)
			database.Host = k.listener.Addr().String()
			v := startVictim(t, database.String())
			for n := range max(1, *rounds/3) {
				v.round(t, n, func() {
					k.set(func() { f(k) })
					time.Sleep(k.lasts(n)) // that is how long it is bad
					k.set(func() {})
				})
			}
		})
	}
}

// lasts is how long the fault of a round lasts: in the long form of every
// fourth longer than a commit may take.
func (k *link) lasts(n int) time.Duration {
	if *rounds >= 100 && n%4 == 3 {
		return 17 * time.Second
	}
	return time.Duration(100+rand.IntN(900)) * time.Millisecond
}
