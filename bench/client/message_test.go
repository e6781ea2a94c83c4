package client

import (
	"errors"
	"testing"

	"github.com/coscribe/coscribe/ot"
)

func TestParseHoldsTheServerToItsForm(t *testing.T) {
	t.Parallel()
	const (
		doc    = `"doc":"d"`
		opened = `{"t":"opened",` + doc + `,"type":"text","epoch":"e","rev":1,"at":"2026-01-02T03:04:05.678Z","access":"write","seq":0,"presence":{}`
		change = `{"rev":2,"op":[{"insert":"x"}],"user":"u","at":"2026-01-02T03:04:05.678Z"}`
	)
	for name, c := range map[string]struct {
		data string
		rule string // "" where it is well formed
	}{
		"changes":           {`{"t":"changes",` + doc + `,"changes":[` + change + `]}`, ""},
		"unknown field":     {`{"t":"changes",` + doc + `,"new":[1],"changes":[` + change + `]}`, ""},
		"t not first":       {`{` + doc + `,"t":"changes","changes":[]}`, "C1"},
		"doc not second":    {`{"t":"changes","changes":[],` + doc + `}`, "C1"},
		"not JSON":          {`{"t":`, "C1"},
		"a name twice":      {`{"t":"pong","t":"pong"}`, "C1"},
		"no changes":        {`{"t":"changes",` + doc + `}`, "C5"},
		"time with a zone":  {`{"t":"changes",` + doc + `,"changes":[{"rev":2,"op":[],"user":"u","at":"2026-01-02T03:04:05.678+00:00"}]}`, "C1"},
		"time in seconds":   {`{"t":"changes",` + doc + `,"changes":[{"rev":2,"op":[],"user":"u","at":"2026-01-02T03:04:05Z"}]}`, "C1"},
		"invalid op":        {`{"t":"changes",` + doc + `,"changes":[{"rev":2,"op":[{"retain":0}],"user":"u","at":"2026-01-02T03:04:05.678Z"}]}`, "P6"},
		"fresh":             {opened + `,"content":[]}`, ""},
		"resume":            {opened + `,"from":0,"changes":[` + change + `]}`, ""},
		"both":              {opened + `,"from":0,"changes":[],"content":[]}`, "C5"},
		"neither":           {opened + `}`, "C5"},
		"resume, no from":   {opened + `,"changes":[]}`, "C5"},
		"presence":          {`{"t":"presence",` + doc + `,"rev":1,"cursors":{"a":[1,2],"b":null},"peers":{"a":{"user":{"id":"u"},"cursor":null,"state":{}},"c":null}}`, ""},
		"presence, no peer": {`{"t":"presence",` + doc + `,"rev":1,"cursors":{}}`, "C5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var v *ViolationError
			err := read([]byte(c.data))
			switch {
			case c.rule == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.rule != "" && (!errors.As(err, &v) || v.Rule != c.rule):
				t.Errorf("error %v, want one that names %s", err, c.rule)
			}
		})
	}
}

// read parses a message to its end.
func read(data []byte) error {
	m, err := parse(data)
	if err != nil {
		return err
	}
	switch m.T {
	case "opened":
		_, err = m.opened()
	case "changes":
		_, err = m.changes()
	case "presence":
		_, err = m.presence()
	}
	return err
}

func TestAppend(t *testing.T) {
	t.Parallel()
	hello, err := appendHello(nil, me, "a.b.c")
	if err != nil {
		t.Fatal(err)
	}
	for want, got := range map[string][]byte{
		`{"t":"hello","client":"` + me + `","token":"a.b.c"}`:                        hello,
		`{"t":"open","doc":"d","type":"rich-text"}`:                                  appendOpen(nil, "d", OpenRequest{Type: ot.RichText}),
		`{"t":"open","doc":"d","rev":7,"epoch":"e","at":"1970-01-01T00:00:00.007Z"}`: appendOpen(nil, "d", OpenRequest{Resume: true, Rev: 7, Epoch: "e", At: at(7)}),
		`{"t":"op","doc":"d","rev":7,"seq":3,"op":[{"retain":1},{"insert":"x"}]}`:    appendOp(nil, "d", Submission{Rev: 7, Seq: 3, Op: insert(1, "x")}),
		`{"t":"presence","doc":"d","rev":7,"cursor":null}`:                           appendPresence(nil, "d", Presence{Rev: 7}),
		`{"t":"presence","doc":"d","rev":7,"cursor":[1,2],"state":{"name":"x"}}`:     appendPresence(nil, "d", Presence{Rev: 7, Cursor: &Range{1, 2}, State: []byte(`{"name":"x"}`)}),
	} {
		if string(got) != want {
			t.Errorf("sent %s\nwant %s", got, want)
		}
	}
}
