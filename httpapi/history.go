package httpapi

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/format"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/wire"
)

type historyInput struct {
	DocumentInput
	After int64 `query:"after" default:"0" minimum:"0" doc:"A revision, or the next of the page before"`
	Limit int   `query:"limit" default:"100" minimum:"1" maximum:"1000" doc:"A page may have fewer where more follow"`
}

type run struct {
	From    int64    `json:"from" doc:"The revision that it started on, which is not part of it"`
	To      int64    `json:"to" doc:"The last revision of it"`
	Users   []string `json:"users" doc:"In the order in which they came"`
	Started string   `json:"started" format:"date-time"`
	Ended   string   `json:"ended" format:"date-time"`
	Added   int64    `json:"added" doc:"UTF-16 code units"`
	Removed int64    `json:"removed" doc:"UTF-16 code units"`
}

type historyOutput struct {
	Body struct {
		History []run  `json:"history"`
		Next    *int64 `json:"next" doc:"Goes into after; null at the end"`
	}
}

func (a *api) history(ctx context.Context, in *historyInput) (*historyOutput, error) {
	if _, err := a.access(ctx, in.ID, auth.Read); err != nil {
		return nil, err
	}
	archive, err := a.Hub.Archive(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	runs, more, err := archive.History(ctx, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &historyOutput{}
	out.Body.History = make([]run, len(runs))
	for i, r := range runs {
		out.Body.History[i] = run{
			From: r.From, To: r.To, Users: r.Users, Added: r.Added, Removed: r.Removed,
			Started: stamp(r.Started), Ended: stamp(r.Ended),
		}
	}
	if more {
		out.Body.Next = &runs[len(runs)-1].To
	}
	return out, nil
}

type diffInput struct {
	DocumentInput
	From   int64           `query:"from" required:"true" minimum:"0" doc:"A revision"`
	To     optional[int64] `query:"to" minimum:"0" doc:"A revision, which may be the earlier one; the head without it"`
	Format string          `query:"format" enum:"delta,html" doc:"html shows the content at to, with ins and del elements"`
}

type diff struct {
	From int64           `json:"from"`
	To   int64           `json:"to"`
	Op   json.RawMessage `json:"op" doc:"Takes from to to"`
}

func (a *api) diff(ctx context.Context, in *diffInput) (*pageOutput, error) {
	if _, err := a.access(ctx, in.ID, auth.Read); err != nil {
		return nil, err
	}
	archive, err := a.Hub.Archive(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	d := diff{From: in.From, To: archive.Rev}
	if in.To.isSet {
		d.To = in.To.Value
	}
	op, err := archive.Diff(ctx, d.From, d.To)
	if err != nil {
		return nil, err
	}
	if in.Format == format.HTML.String() {
		from, err := archive.Content(ctx, d.From)
		if err != nil {
			return nil, err
		}
		page, err := format.DiffHTML(from, op)
		if errors.Is(err, format.ErrTooLarge) {
			return nil, wire.Errorf(wire.TooLarge, "the comparison is too long for html")
		}
		if err != nil {
			return nil, err
		}
		out := a.newPage(format.HTML)
		out.Body = []byte(page)
		return out, nil
	}
	d.Op = otjson.Append(nil, op)
	out := a.newPage(format.Delta)
	if out.Body, err = json.Marshal(d); err != nil {
		return nil, wire.Errorf(wire.Internal, "the comparison cannot be encoded")
	}
	return out, nil
}
