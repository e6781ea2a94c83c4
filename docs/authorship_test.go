package docs

import (
	"testing"
	"time"

	"github.com/coscribe/coscribe/ot"
	"pgregory.net/rapid"
)

// units writes an authorship out unit by unit.
func (a *authorship) units() []credit {
	var list []credit
	for _, b := range a.blocks {
		for _, s := range b.list {
			for range s.length {
				list = append(list, credit{a.users[s.user], s.rev, time.UnixMilli(s.at).UTC()})
			}
		}
	}
	return list
}

// Authorship covers the content exactly: every unit is credited to the change
// that inserted it, however it was moved since.
func TestAuthorshipFollowsUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.UnixMilli(1_700_000_000_000).UTC()
		first := credit{"creator", 0, start}
		length := rapid.IntRange(0, 40).Draw(t, "length")
		a := newAuthorship(length, first)
		want := make([]credit, length)
		for i := range want {
			want[i] = first
		}
		for rev := int64(1); rev <= int64(rapid.IntRange(0, 60).Draw(t, "changes")); rev++ {
			by := credit{rapid.SampledFrom([]string{"ann", "bob", "日本"}).Draw(t, "user"), rev, start.Add(time.Duration(rev) * time.Second)}
			var op ot.Builder
			var next []credit
			rest := want
			for range rapid.IntRange(1, 4).Draw(t, "parts") {
				n := rapid.IntRange(0, min(len(rest), 30)).Draw(t, "n")
				switch rapid.IntRange(0, 2).Draw(t, "kind") {
				case 0:
					op.Retain(n, nil)
					next, rest = append(next, rest[:n]...), rest[n:]
				case 1:
					op.Delete(n)
					rest = rest[n:]
				case 2:
					// Small blocks fill and split within a few inserts of many.
					for range rapid.IntRange(1, 300).Draw(t, "inserted") {
						op.Insert("x", nil)
						next = append(next, by)
					}
				}
			}
			want = append(next, rest...)
			a.apply(op.Delta(), by)
		}
		same(t, a.units(), want)
		decoded, err := decodeAuthorship(a.encode())
		if err != nil {
			t.Fatal(err)
		}
		same(t, decoded.units(), want)
	})
}

func same(t *rapid.T, got, want []credit) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d units, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("unit %d is %v's, want %v", i, got[i], want[i])
		}
	}
}

// Many small stretches stand in several blocks.
func TestAuthorshipSplitsBlocks(t *testing.T) {
	a := newAuthorship(0, credit{})
	var want []credit
	for rev := int64(1); rev <= 3*maxBlock; rev++ {
		by := credit{"ann", rev, time.UnixMilli(rev).UTC()}
		a.apply(ot.Delta{ot.Insert("x", nil)}, by)
		want = append([]credit{by}, want...)
	}
	if len(a.blocks) < 3 {
		t.Fatalf("%d blocks", len(a.blocks))
	}
	a.apply(ot.Delta{ot.Retain(100, nil), ot.Delete(2 * maxBlock)}, credit{"bob", 9999, time.UnixMilli(0)})
	want = append(want[:100:100], want[100+2*maxBlock:]...)
	got := a.units()
	if len(got) != len(want) {
		t.Fatalf("%d units, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("unit %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func FuzzDecodeAuthorship(f *testing.F) {
	f.Add(newAuthorship(7, credit{"ann", 3, time.UnixMilli(5)}).encode())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := decodeAuthorship(data)
		if err != nil {
			return
		}
		a.apply(ot.Delta{ot.Insert("x", nil)}, credit{"ann", 1, time.UnixMilli(1)})
		if _, err := decodeAuthorship(a.encode()); err != nil {
			t.Fatal(err)
		}
	})
}
