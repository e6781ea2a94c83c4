package wire_test

import (
	"testing"

	"github.com/coscribe/coscribe/wire"
)

func BenchmarkDecode(b *testing.B) {
	for name, frame := range map[string]string{
		"op":       `{"t":"op","doc":"minutes-2026","rev":1234,"seq":56,"op":[{"retain":512},{"insert":"hello"}]}`,
		"presence": `{"t":"presence","doc":"minutes-2026","rev":1234,"cursor":[512,517]}`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := wire.Decode([]byte(frame)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
