package httpapi

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/format"
	"github.com/coscribe/coscribe/wire"
)

type authorshipInput struct {
	DocumentInput
	Rev optional[int64] `query:"rev" minimum:"0" doc:"A revision; the head without it"`
	By  string          `query:"by" enum:"change,user" default:"change" doc:"user makes one run of neighbours of one user, with the newest revision and its time"`
}

type credit struct {
	Length int    `json:"length" doc:"UTF-16 code units"`
	User   string `json:"user" doc:"Who inserted it"`
	Rev    int64  `json:"rev" doc:"In which change"`
	At     string `json:"at" format:"date-time"`
}

// authorship describes the answer, which is encoded by hand: a text that was
// typed letter by letter has as many runs as letters.
type authorship struct {
	Rev  int64    `json:"rev"`
	Runs []credit `json:"runs" doc:"They cover the content from its beginning to its end"`
}

func (a *api) authorship(ctx context.Context, in *authorshipInput) (*pageOutput, error) {
	if _, err := a.access(ctx, in.ID, auth.Read); err != nil {
		return nil, err
	}
	archive, rev, err := a.archive(ctx, in.ID, MomentInput{Rev: in.Rev})
	if err != nil {
		return nil, err
	}
	credits, err := archive.Authorship(ctx, rev)
	if err != nil {
		return nil, err
	}
	if in.By == "user" {
		credits = byUser(credits)
	}
	out := a.newPage(format.Delta)
	if out.Body, err = appendAuthorship(nil, rev, credits); err != nil {
		return nil, wire.Errorf(wire.Internal, "the authorship cannot be encoded")
	}
	return out, nil
}

// byUser makes neighbours of one user one. It reuses the slice.
func byUser(credits []docs.Credit) []docs.Credit {
	merged := credits[:0]
	for _, c := range credits {
		n := len(merged)
		if n == 0 || merged[n-1].User != c.User {
			merged = append(merged, c)
			continue
		}
		last := &merged[n-1]
		last.Length += c.Length
		if c.Rev > last.Rev {
			last.Rev, last.At = c.Rev, c.At
		}
	}
	return merged
}

func appendAuthorship(b []byte, rev int64, credits []docs.Credit) (_ []byte, err error) {
	b = slices.Grow(b, 32+128*len(credits))
	b = strconv.AppendInt(append(b, `{"rev":`...), rev, 10)
	b = append(b, `,"runs":[`...)
	var at clock
	var user []byte // the last one's name, quoted
	for i, c := range credits {
		if i > 0 {
			b = append(b, ',')
		}
		if i == 0 || credits[i-1].User != c.User {
			if user, err = jsontext.AppendQuote(user[:0], c.User); err != nil {
				return nil, err
			}
		}
		b = strconv.AppendInt(append(b, `{"length":`...), int64(c.Length), 10)
		b = append(append(b, `,"user":`...), user...)
		b = strconv.AppendInt(append(b, `,"rev":`...), c.Rev, 10)
		b = at.append(append(b, `,"at":"`...), c.At)
		b = append(b, `"}`...)
	}
	return append(b, `]}`...), nil
}

// clock writes times as they travel. It remembers the last second: most
// neighbours were typed in the same one.
type clock struct {
	second int64
	text   []byte
}

func (c *clock) append(b []byte, t time.Time) []byte {
	if second := t.Unix(); c.text == nil || second != c.second {
		c.second, c.text = second, t.UTC().AppendFormat(c.text[:0], wire.TimeFormat)
	}
	millis := t.Nanosecond() / 1e6
	tail := [...]byte{'0' + byte(millis/100), '0' + byte(millis/10%10), '0' + byte(millis%10), 'Z'}
	return append(append(b, c.text[:len(c.text)-len(tail)]...), tail[:]...)
}
