package otjson_test

import (
	"strings"
	"testing"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
)

var inputs = map[string]string{
	"keystroke": `[{"retain":12345},{"insert":"x"}]`,
	"formatted": `[{"retain":5,"attributes":{"bold":true,"link":"https://example.org"}},{"insert":{"image":"x.png"}}]`,
	"100KB":     `[{"insert":"` + strings.Repeat(`The quick brown fox says \"hello\".\n`, 2900) + `"}]`,
}

func BenchmarkDecode(b *testing.B) {
	for name, in := range inputs {
		b.Run(name, func(b *testing.B) {
			data := []byte(in)
			b.ReportAllocs()
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := otjson.Decode(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	for name, in := range inputs {
		b.Run(name, func(b *testing.B) {
			d, err := otjson.Decode([]byte(in))
			if err != nil {
				b.Fatal(err)
			}
			var dst []byte
			b.ReportAllocs()
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				dst = otjson.Append(dst[:0], d)
			}
		})
	}
}

// BenchmarkLoad reads a document of 100 KB and writes it, as for a joiner.
func BenchmarkLoad(b *testing.B) {
	data := []byte(inputs["100KB"])
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		content, err := otjson.DecodeContent(data)
		if err != nil {
			b.Fatal(err)
		}
		doc, err := ot.NewDocument(content)
		if err != nil {
			b.Fatal(err)
		}
		dst = otjson.Append(dst[:0], doc.Content())
	}
}
