package main

import "testing"

func TestAdvance(t *testing.T) {
	t.Parallel()
	frame := []byte(`{"t":"changes","doc":"d","changes":[{"rev":8,"op":[{"insert":"\"rev\":99"}],"user":"u"},{"rev":9,"op":[]}]}`)
	if rev, err := advance(frame, 7); rev != 9 || err != nil {
		t.Errorf("advance = %d, %v, want 9", rev, err)
	}
	for _, from := range []int64{6, 8} {
		if rev, err := advance(frame, from); err == nil {
			t.Errorf("revision 8 follows %d without an error, to %d", from, rev)
		}
	}
	if _, err := advance([]byte(`{"t":"changes","doc":"d","changes":[]}`), 7); err == nil {
		t.Error("a frame without a change passes")
	}
	gap := []byte(`{"t":"changes","doc":"d","changes":[{"rev":8,"op":[]},{"rev":10,"op":[]}]}`)
	if _, err := advance(gap, 7); err == nil {
		t.Error("a gap inside a frame passes")
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	for frame, want := range map[string]kind{
		`{"t":"changes","doc":"d"}`:  changes,
		`{"t":"presence","doc":"d"}`: presence,
		`{"t":"opened","doc":"d"}`:   opened,
		`{"t":"hello"}`:              hello,
		`{"t":"error","code":"x"}`:   other,
	} {
		if got := kindOf([]byte(frame)); got != want {
			t.Errorf("kindOf(%s) = %d, want %d", frame, got, want)
		}
	}
}
