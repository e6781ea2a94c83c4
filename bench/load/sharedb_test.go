package main

import (
	"encoding/json"
	"testing"
)

// What a member was told leads to one text, its own op transformed as the
// server must have done it.
func TestReplayOfShareDB(t *testing.T) {
	t.Parallel()
	d := &shareJSON{v: 1, data: json.RawMessage(`{"ops":[{"insert":"ab\n"}]}`)}
	m := &member{
		dialect: d,
		ops:     [][]byte{[]byte(`{"a":"op","v":1,"seq":1,"op":[{"retain":1},{"insert":"m"}]}`)},
		frames: [][]byte{
			[]byte(`{"a":"op","c":"docs","d":"x","v":1,"src":"s","seq":1,"op":[{"retain":1},{"insert":"s"}]}`),
			[]byte(`{"a":"op","c":"docs","d":"x","v":1,"src":"s","seq":1,"op":[{"retain":1},{"insert":"s"}]}`), // once more
			[]byte(`{"src":"me","seq":1,"v":2,"a":"op","c":"docs","d":"x"}`),
			[]byte(`{"a":"op","c":"docs","d":"x","v":3,"src":"s","seq":2,"op":{"ops":[{"insert":"t"}]}}`),
		},
	}
	mine := 0
	for i, frame := range m.frames {
		news, err := d.receive(m, frame)
		if err != nil {
			t.Fatal(err)
		}
		if news.mine {
			mine++
		}
		if want := map[bool]int64{true: 0, false: 1}[i == 1]; news.ops != want {
			t.Errorf("frame %d brings %d ops, want %d", i, news.ops, want)
		}
		m.seen.rev.Add(news.ops)
	}
	if mine != 1 {
		t.Errorf("%d acknowledgements", mine)
	}
	doc, err := d.replay(m)
	if err != nil || doc.Text() != "tasmb\n" {
		t.Errorf("%q, %v", doc.Text(), err)
	}
	if _, err := d.receive(m, []byte(`{"a":"op","v":9,"op":[]}`)); err == nil {
		t.Error("a gap is taken")
	}
}
