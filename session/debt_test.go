package session

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

// Who sends much that is refused waits longer and longer, up to a bound; nobody
// else does, and in time it is forgiven.
func TestDebts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d debts
		eve, ann := seat{user: "eve"}, seat{user: "ann"}
		if pause, news := d.add(eve, debtBurst); pause != 0 || news {
			t.Errorf("the first %d are not free: %v, %v", debtBurst, pause, news)
		}
		if pause, news := d.add(eve, debtRate); pause != time.Second || !news {
			t.Errorf("a second's worth of them takes %v, news: %v", pause, news)
		}
		if pause, news := d.add(eve, debtRate); pause != 2*time.Second || news {
			t.Errorf("another second's worth takes %v, news: %v", pause, news)
		}
		for range 1000 {
			d.add(eve, 1<<30)
		}
		if pause := d.pause(eve); pause > 2*longestWait+debtBurst/debtRate*time.Second {
			t.Errorf("a debt of %v", pause)
		}
		if pause := d.pause(ann); pause != 0 {
			t.Errorf("somebody else waits for %v", pause)
		}
		time.Sleep(time.Minute)
		if pause := d.pause(eve); pause != 0 {
			t.Errorf("after a minute: %v", pause)
		}
		if pause, news := d.add(eve, debtBurst); pause != 0 || news {
			t.Errorf("after a minute the first are not free again: %v, %v", pause, news)
		}
	})
}

// While the server has time to spare nobody owes anything; then those do who
// go on.
func TestDebtsMatterUnderLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := debts{spare: rate.NewLimiter(spareRate, spareBurst)}
		eve, ann := seat{user: "eve"}, seat{user: "ann"}
		for range spareBurst {
			if pause, _ := d.add(eve, 1); pause != 0 {
				t.Fatalf("slowed down for %v with time to spare", pause)
			}
		}
		d.add(eve, debtBurst)
		if pause, _ := d.add(eve, debtRate); pause == 0 {
			t.Error("not slowed down although there is no time to spare")
		}
		if pause, _ := d.add(ann, 1); pause != 0 {
			t.Errorf("somebody else is slowed down for %v", pause)
		}
		time.Sleep(time.Minute)
		if pause, _ := d.add(eve, spareBurst); pause != 0 {
			t.Errorf("after a minute: %v", pause)
		}
	})
}

// New connections of somebody in debt wait, so many at most, and give up with
// their callers.
func TestDebtsWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d debts
		eve := seat{user: "eve"}
		waited := func(ctx context.Context, who seat) (bool, time.Duration) {
			began := time.Now()
			return d.wait(ctx, who, 2), time.Since(began)
		}
		if ok, took := waited(t.Context(), eve); !ok || took != 0 {
			t.Errorf("without a debt: %v, %v", ok, took)
		}
		for range 20 {
			d.add(eve, debtBurst)
		}
		first := make(chan time.Duration)
		go func() {
			_, took := waited(t.Context(), eve)
			first <- took
		}()
		giveUp, cancel := context.WithCancel(t.Context())
		second := make(chan bool)
		go func() {
			ok, _ := waited(giveUp, eve)
			second <- ok
		}()
		synctest.Wait()
		if ok, took := waited(t.Context(), eve); ok || took != 0 {
			t.Errorf("a third one: %v, %v", ok, took)
		}
		if ok, took := waited(t.Context(), seat{user: "ann"}); !ok || took != 0 {
			t.Errorf("somebody else: %v, %v", ok, took)
		}
		cancel()
		if <-second {
			t.Error("it goes on although its caller has gone")
		}
		if took := <-first; took != longestWait {
			t.Errorf("the first waited for %v", took)
		}
	})
}

// Debtors are forgotten when they owe nothing.
func TestDebtsAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var d debts
		for i := range 10_000 {
			d.add(seat{user: fmt.Sprint(i)}, 1)
			time.Sleep(time.Second)
		}
		if n := len(d.of); n > 400 {
			t.Errorf("%d debtors are remembered", n)
		}
	})
}
