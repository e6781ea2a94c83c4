package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/format"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/wire"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// MomentInput names a revision in one of three ways; the head without any.
type MomentInput struct {
	Rev     optional[int64] `query:"rev" minimum:"0" doc:"A revision"`
	At      string          `query:"at" format:"date-time" doc:"As after the last change not later than this time"`
	Version string          `query:"version" format:"uuid" doc:"The id of a named version"`
}

func (m MomentInput) parse() (docs.Moment, error) {
	var rev *int64
	if m.Rev.isSet {
		rev = &m.Rev.Value
	}
	return parseMoment(rev, m.At, m.Version)
}

func parseMoment(rev *int64, at, version string) (m docs.Moment, err error) {
	given := 0
	if rev != nil {
		given++
		m.Rev = rev
	}
	if at != "" {
		given++
		if m.At, err = time.Parse(time.RFC3339, at); err != nil || m.At.IsZero() {
			return m, wire.Errorf(wire.BadMessage, "at is not a time as RFC 3339 writes it")
		}
	}
	if version != "" {
		given++
		if m.Version, err = wire.ParseUUID(version, "version"); err != nil {
			return m, err
		}
	}
	if given > 1 {
		return m, wire.Errorf(wire.BadMessage, "only one of rev, at and version can be given")
	}
	return m, nil
}

type contentInput struct {
	DocumentInput
	MomentInput
	Format      string `query:"format" enum:"delta,text,html,markdown" doc:"Goes before Accept"`
	Accept      string `header:"Accept" doc:"application/json for delta, text/plain, text/html, text/markdown"`
	IfNoneMatch string `header:"If-None-Match"`
}

// pageOutput is an answer whose form the caller chooses.
type pageOutput struct {
	Status      int
	ContentType string `header:"Content-Type"`
	ETag        string `header:"ETag"`
	Vary        string `header:"Vary"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

func (a *api) content(ctx context.Context, in *contentInput) (*pageOutput, error) {
	if _, err := a.access(ctx, in.ID, auth.Read); err != nil {
		return nil, err
	}
	f, err := formatOf(in.Format, in.Accept)
	if err != nil {
		return nil, err
	}
	archive, rev, err := a.archive(ctx, in.ID, in.MomentInput)
	if err != nil {
		return nil, err
	}
	tag := docs.Tag{Epoch: archive.Epoch, Rev: rev}
	out := a.newPage(f)
	out.ETag = `"` + tag.String() + `"`
	if matches(in.IfNoneMatch, out.ETag) {
		out.Status = 304
		return out, nil
	}
	doc, err := archive.Content(ctx, rev)
	if err != nil {
		return nil, err
	}
	if f == format.Delta {
		out.Body = otjson.Append(nil, doc.Content())
	} else {
		page, err := f.Write(doc.Content())
		if err != nil {
			return nil, wire.Errorf(wire.TooLarge, "the content is too long for %s", f)
		}
		out.Body = []byte(page)
	}
	return out, nil
}

// archive looks a document up, and a moment of it.
func (a *api) archive(ctx context.Context, id string, at MomentInput) (*docs.Archive, int64, error) {
	m, err := at.parse()
	if err != nil {
		return nil, 0, err
	}
	archive, err := a.Hub.Archive(ctx, id)
	if err != nil {
		return nil, 0, err
	}
	rev, err := archive.Resolve(ctx, m)
	return archive, rev, err
}

// newPage is an answer in a format. HTML that is opened as a page of its own
// may do nothing, although there is nothing in it that could.
func (a *api) newPage(f format.Format) *pageOutput {
	out := &pageOutput{Status: 200, ContentType: media[f], Vary: "Accept", Policy: noPage}
	if a.Origins.Listed() {
		out.Vary += ", Origin"
	}
	if f != format.Delta {
		out.ContentType += "; charset=utf-8"
	}
	if f == format.HTML {
		out.Policy = "sandbox"
	}
	return out
}

// matches tells whether an If-None-Match header has a tag, or any. It compares
// weakly, as RFC 9110 asks.
func matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == tag || part == "*" {
			return true
		}
	}
	return false
}

var media = map[format.Format]string{
	format.Delta: "application/json", format.Text: "text/plain", format.HTML: "text/html", format.Markdown: "text/markdown",
}

// formatOf takes the format named, else what Accept likes best, else delta.
func formatOf(name, accept string) (format.Format, error) {
	if name != "" {
		f, err := format.Parse(name)
		if err != nil {
			return f, wire.Errorf(wire.BadMessage, "%v", err)
		}
		return f, nil
	}
	best, found := 0.0, format.Delta
	for part := range strings.SplitSeq(accept, ",") {
		kind, parameters, _ := strings.Cut(part, ";")
		quality := 1.0
		if _, q, ok := strings.Cut(parameters, "q="); ok {
			quality, _ = strconv.ParseFloat(strings.TrimSpace(q), 64) // 0 is what cannot be read
		}
		for _, f := range []format.Format{format.Delta, format.Text, format.HTML, format.Markdown} {
			if strings.EqualFold(strings.TrimSpace(kind), media[f]) && quality > best {
				best, found = quality, f
			}
		}
	}
	return found, nil
}

// readContent reads the content of a new document.
func (a *api) readContent(raw json.RawMessage, name, typ string) (ot.Delta, error) {
	f := format.Delta
	if name != "" {
		var err error
		if f, err = format.Parse(name); err != nil {
			return nil, wire.Errorf(wire.BadMessage, "%v", err)
		}
	}
	if f == format.Delta {
		content, err := otjson.DecodeContent(raw)
		if err != nil {
			return nil, wire.Errorf(wire.InvalidOp, "%v", err)
		}
		return content, nil
	}
	text, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return nil, wire.Errorf(wire.InvalidOp, "content is not a string of well-formed Unicode")
	}
	t := ot.RichText
	if typ != "" {
		if t, err = ot.ParseType(typ); err != nil {
			return nil, wire.Errorf(wire.BadMessage, "%v", err)
		}
	}
	content, err := f.Read(string(text), t)
	if errors.Is(err, format.ErrTooLarge) {
		return nil, wire.Errorf(wire.TooLarge, "%v", err)
	}
	if err != nil {
		return nil, wire.Errorf(wire.InvalidOp, "%v", err)
	}
	return content, nil
}

// parseVersion reads the id of a version in a path; what is none names none.
func parseVersion(text string) (uuid.UUID, error) {
	id, err := wire.ParseUUID(text, "version")
	if err != nil {
		return id, wire.Errorf(wire.NotFound, "there is no such version")
	}
	return id, nil
}
