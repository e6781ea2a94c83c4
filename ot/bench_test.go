package ot_test

import (
	"fmt"
	"math/rand/v2"
	"path"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
)

// longestTrace is the longest recorded history that is there.
func longestTrace(b *testing.B) []ot.Delta {
	files := existing(b, conformance+"/traces/automerge-paper.json.gz", "testdata/friendsforever_flat.json.gz")
	return readTrace(b, files[0])
}

// perOp reports the time for one of n ops.
func perOp(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n)/float64(b.N), "ns/edit")
}

// BenchmarkReplay replays each recorded history op by op, to its final text:
// from decoded ops with an Editor, and from JSON. "× decoded" is how much
// longer the latter takes, in one run.
func BenchmarkReplay(b *testing.B) {
	for file, want := range traces {
		if len(existing(b, file)) == 0 || strings.HasPrefix(file, "testdata") && len(existing(b, conformance)) > 0 {
			continue
		}
		ops := readTrace(b, file)
		var encoded [][]byte
		for _, op := range ops {
			encoded = append(encoded, otjson.Append(nil, op))
		}
		b.Run(strings.TrimSuffix(path.Base(file), ".json.gz"), func(b *testing.B) {
			var decoded, fromJSON time.Duration
			for b.Loop() {
				decoded += took(func() { replay(b, len(ops), want, func(i int) (ot.Delta, error) { return ops[i], nil }) })
				fromJSON += took(func() {
					replay(b, len(ops), want, func(i int) (ot.Delta, error) { return otjson.Decode(encoded[i]) })
				})
			}
			b.ReportMetric(0, "ns/op") // it would be of both together
			b.ReportMetric(float64(len(ops)), "edits")
			b.ReportMetric(decoded.Seconds()*1e3/float64(b.N), "ms-decoded")
			b.ReportMetric(fromJSON.Seconds()*1e3/float64(b.N), "ms-JSON")
			b.ReportMetric(fromJSON.Seconds()/decoded.Seconds(), "×-decoded")
		})
	}
}

func took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func replay(b *testing.B, n int, want string, op func(int) (ot.Delta, error)) {
	e := ot.Document{}.Edit()
	for i := range n {
		d, err := op(i)
		if err == nil {
			err = e.Apply(d)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if got := hashOf(e.Document().Text()); got != want {
		b.Fatalf("the text has the hash %s, want %s", got, want)
	}
}

// BenchmarkReplayApply replays the longest history with a Document for each
// revision.
func BenchmarkReplayApply(b *testing.B) {
	ops := longestTrace(b)
	b.ReportAllocs()
	for b.Loop() {
		var doc ot.Document
		for _, op := range ops {
			doc, _ = doc.Apply(op)
		}
	}
	perOp(b, len(ops))
}

func BenchmarkComposeAll(b *testing.B) {
	ops := longestTrace(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ot.ComposeAll(slices.Values(ops)); err != nil {
			b.Fatal(err)
		}
	}
	perOp(b, len(ops))
}

// BenchmarkApply applies a keystroke at a random place of documents of
// several sizes.
func BenchmarkApply(b *testing.B) {
	for _, script := range []struct{ name, sentence string }{
		{"ascii", "The quick brown fox jumps over the lazy dog. "},
		{"cjk", "敏捷的棕色狐狸跳过了懒狗。"},
		{"emoji", "fox 🦊 dog 🐶 "},
	} {
		for _, size := range []int{1 << 10, 10 << 10, 100 << 10, 1 << 20, 10 << 20} {
			b.Run(fmt.Sprintf("%s/%dKB", script.name, size>>10), func(b *testing.B) {
				text := strings.Repeat(script.sentence, size/len(script.sentence)+1)
				doc, _ := ot.NewDocument(ot.Delta{ot.Insert(text, nil)})
				benchmarkApply(b, doc)
			})
		}
	}
}

// BenchmarkApplyAnySize applies keystrokes to documents of 1 KB to 10 MB by
// turns, and tells how much longer the slowest takes than the fastest, by
// medians.
func BenchmarkApplyAnySize(b *testing.B) {
	const turn = 100
	sizes := []int{1 << 10, 100 << 10, 1 << 20, 10 << 20}
	turns := make([][]time.Duration, len(sizes))
	var docs []ot.Document
	var ops [][]ot.Delta
	for _, size := range sizes {
		doc, _ := ot.NewDocument(ot.Delta{ot.Insert(strings.Repeat("The quick brown fox jumps over the lazy dog. ", size/45+1), nil)})
		docs, ops = append(docs, doc), append(ops, keystrokes(doc))
	}
	for b.Loop() {
		for k, doc := range docs {
			turns[k] = append(turns[k], took(func() {
				for i := range turn {
					_, _ = doc.Apply(ops[k][i])
				}
			}))
		}
	}
	b.ReportMetric(0, "ns/op") // it would be of all together
	var medians []float64
	for k, size := range sizes {
		slices.Sort(turns[k])
		medians = append(medians, float64(turns[k][len(turns[k])/2].Nanoseconds())/turn)
		b.ReportMetric(medians[k], fmt.Sprintf("ns-%dKB", size>>10))
	}
	b.ReportMetric(slices.Max(medians)/slices.Min(medians), "slowest/fastest")
}

// keystrokes are letters at 1,000 random places.
func keystrokes(doc ot.Document) []ot.Delta {
	r := rand.New(rand.NewPCG(1, 1))
	x := ot.Insert("x", nil)
	var ops []ot.Delta
	for len(ops) < 1000 {
		op := ot.Delta{ot.Retain(1+r.IntN(doc.Len()-1), nil), x}
		if _, err := doc.Apply(op); err == nil { // not inside a surrogate pair
			ops = append(ops, op)
		}
	}
	return ops
}

func benchmarkApply(b *testing.B, doc ot.Document) {
	ops := keystrokes(doc)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		_, _ = doc.Apply(ops[i%len(ops)])
		i++
	}
}

// BenchmarkOffline brings 10,000 edits made offline and 10,000 others
// together, typed and scattered: composed, transformed, applied.
func BenchmarkOffline(b *testing.B) {
	text := strings.Repeat("The quick brown fox jumps over the lazy dog. ", 2400)
	doc, _ := ot.NewDocument(ot.Delta{ot.Insert(text, nil)})
	for name, made := range map[string]func(ot.Document, uint64, int) []ot.Delta{"typed": typed, "scattered": scattered} {
		mine, theirs := made(doc, 1, 10_000), made(doc, 2, 10_000)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				a, _ := ot.ComposeAll(slices.Values(mine))
				t, _ := ot.ComposeAll(slices.Values(theirs))
				both, err := t.Compose(t.Transform(a, true))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := doc.Apply(both); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// scattered is what a program may do: an edit here, an edit there.
func scattered(doc ot.Document, seed uint64, n int) []ot.Delta {
	r := rand.New(rand.NewPCG(seed, 2))
	length := doc.Len()
	var ops []ot.Delta
	for range n {
		var op ot.Builder
		op.Retain(r.IntN(length), nil)
		if r.IntN(3) == 0 {
			op.Delete(1)
			length--
		} else {
			op.Insert("x", nil)
			length++
		}
		ops = append(ops, op.Delta())
	}
	return ops
}

// BenchmarkOfflineStepByStep takes a composed op over 10,000 others one by one.
func BenchmarkOfflineStepByStep(b *testing.B) {
	text := strings.Repeat("The quick brown fox jumps over the lazy dog. ", 2400)
	doc, _ := ot.NewDocument(ot.Delta{ot.Insert(text, nil)})
	mine, theirs := typed(doc, 1, 10_000), typed(doc, 2, 10_000)
	a, _ := ot.ComposeAll(slices.Values(mine))
	b.ReportMetric(float64(len(a)), "components")
	for b.Loop() {
		op := a
		for _, t := range theirs {
			op = t.Transform(op, true)
		}
	}
}

// typed is what somebody types who now and then goes to another place and now
// and then takes something back.
func typed(doc ot.Document, seed uint64, n int) []ot.Delta {
	r := rand.New(rand.NewPCG(seed, 1))
	at, length := 0, doc.Len()
	var ops []ot.Delta
	for range n {
		if r.IntN(40) == 0 {
			at = r.IntN(length)
		}
		var op ot.Builder
		if r.IntN(8) == 0 && at > 0 {
			at--
			length--
			op.Retain(at, nil)
			op.Delete(1)
		} else {
			op.Retain(at, nil)
			op.Insert(string(rune('a'+r.IntN(26))), nil)
			at++
			length++
		}
		ops = append(ops, op.Delta())
	}
	return ops
}

func BenchmarkTransform(b *testing.B) {
	theirs := ot.Delta{ot.Retain(500, nil), ot.Insert("x", nil)}
	mine := ot.Delta{ot.Retain(1000, nil), ot.Insert("y", nil), ot.Delete(1)}
	b.ReportAllocs()
	for b.Loop() {
		theirs.Transform(mine, true)
	}
}

// BenchmarkRebase takes an op through a window of 1,000 changes.
func BenchmarkRebase(b *testing.B) {
	mine := ot.Delta{ot.Retain(1000, nil), ot.Insert("y", nil), ot.Delete(1)}
	var window []ot.Delta
	for i := range 1000 {
		window = append(window, ot.Delta{ot.Retain(i, nil), ot.Insert("x", nil)})
	}
	b.ReportAllocs()
	for b.Loop() {
		ot.Rebase(mine, slices.Values(window))
	}
}

// BenchmarkMemory reports how many bytes a document takes for each byte of
// its text: loaded, typed op by op, and typed with an Editor.
func BenchmarkMemory(b *testing.B) {
	ops := longestTrace(b)
	for name, build := range map[string]func() ot.Document{
		"typed": func() ot.Document {
			doc, _ := applied(nil, ops...)
			return doc
		},
		"edited": func() ot.Document {
			e := ot.Document{}.Edit()
			for _, op := range ops {
				_ = e.Apply(op)
			}
			return e.Document()
		},
		"loaded": func() ot.Document {
			op, _ := ot.ComposeAll(slices.Values(ops))
			doc, _ := ot.NewDocument(ot.Delta{ot.Insert(strings.Clone(op[0].Text()), nil)})
			return doc // plain prose: 1.5 at most
		},
	} {
		b.Run(name, func(b *testing.B) {
			var before, after runtime.MemStats
			for b.Loop() {
				runtime.GC()
				runtime.ReadMemStats(&before)
				doc := build()
				runtime.GC()
				runtime.ReadMemStats(&after)
				b.ReportMetric(float64(int(after.HeapAlloc)-int(before.HeapAlloc))/float64(len(doc.Text())), "B/textbyte")
				runtime.KeepAlive(doc)
			}
		})
	}
}
