package httpapi

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/coscribe/coscribe/wire"
)

// A clock writes what the time itself would, whatever it wrote before.
func TestClock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var c clock
		var got, want []byte
		at := time.UnixMilli(rapid.Int64Range(-1e12, 4e12).Draw(t, "start"))
		for _, step := range rapid.SliceOfN(rapid.Int64Range(-1500, 1500), 1, 20).Draw(t, "milliseconds") {
			at = at.Add(time.Duration(step) * time.Millisecond)
			got = c.append(got, at)
			want = at.UTC().AppendFormat(want, wire.TimeFormat)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%s, not %s", got, want)
		}
	})
}
