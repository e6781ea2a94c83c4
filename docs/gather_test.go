package docs

import (
	"testing"
	"testing/synctest"
	"time"
)

// A batch is held back for those who were just answered: until they have come,
// and no longer than half of what the last commit took, nor than maxHold.
func TestGathering(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g gathering
		if left := g.left(1); left != 0 {
			t.Errorf("the first batch of all is held back for %s", left)
		}
		for _, took := range []time.Duration{0, 100 * time.Microsecond, time.Second} {
			g.proposed()
			time.Sleep(took)
			g.committed(3)
			hold := min(took/2, maxHold)
			if left := g.left(2); left != hold {
				t.Errorf("after a commit of %s, 2 ops of 3 are held back for %s", took, left)
			}
			if left := g.left(3); left != 0 {
				t.Errorf("after a commit of %s, 3 ops of 3 are held back for %s", took, left)
			}
			time.Sleep(hold / 2)
			if left := g.left(1); left != hold-hold/2 {
				t.Errorf("half way through, 1 op of 3 is held back for %s of %s", left, hold)
			}
			time.Sleep(hold)
			if left := g.left(1); left != 0 {
				t.Errorf("later, 1 op of 3 is held back for %s", left)
			}
		}
	})
}
