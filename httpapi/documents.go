package httpapi

import (
	"context"
	"encoding/json"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// document is a document as the API describes it.
type document struct {
	ID      string    `json:"id"`
	Type    string    `json:"type" enum:"rich-text,text"`
	Epoch   uuid.UUID `json:"epoch" doc:"A new one whenever an id is created again"`
	Rev     int64     `json:"rev" doc:"The head"`
	Length  int64     `json:"length" doc:"Of the content, in UTF-16 code units"`
	Created string    `json:"created" format:"date-time"`
	Updated string    `json:"updated" format:"date-time"`
}

func describe(d storage.Document) document {
	return document{
		ID: d.ID, Type: d.Type, Epoch: d.Epoch, Rev: d.Rev, Length: d.Length,
		Created: stamp(d.Created), Updated: stamp(d.Updated),
	}
}

func stamp(t time.Time) string { return t.UTC().Format(wire.TimeFormat) }

type documentOutput struct{ Body document }

// DocumentInput names the document in the path.
type DocumentInput struct {
	ID string `path:"id" doc:"The document's id"`
}

type createInput struct {
	Body struct {
		ID      string          `json:"id,omitempty" doc:"Made where it is not given"`
		Type    string          `json:"type,omitempty" doc:"rich-text, the default, or text"`
		Format  string          `json:"format,omitempty" doc:"How content is written: delta, the default, text, html or markdown"`
		Content json.RawMessage `json:"content,omitempty" doc:"A list of inserts; of another format than delta, a string"`
	}
}

func (a *api) create(ctx context.Context, in *createInput) (*documentOutput, error) {
	if in.Body.ID == "" {
		in.Body.ID = uuid.NewString()
	}
	identity, err := a.access(ctx, in.Body.ID, auth.Write)
	if err != nil {
		return nil, err
	}
	n := docs.NewDocument{ID: in.Body.ID, Type: in.Body.Type, User: identity.ID, Access: identity.Access(in.Body.ID)}
	if given(in.Body.Content) {
		if n.Content, err = a.readContent(in.Body.Content, in.Body.Format, in.Body.Type); err != nil {
			return nil, err
		}
	}
	d, err := a.Hub.Create(ctx, n)
	if err != nil {
		return nil, err
	}
	return &documentOutput{describe(d)}, nil
}

func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

type listInput struct {
	Prefix string `query:"prefix" maxLength:"128" doc:"What ids begin with"`
	After  string `query:"after" maxLength:"128" doc:"The next of the page before"`
	Limit  int    `query:"limit" default:"100" minimum:"1" maximum:"1000"`
}

type listOutput struct {
	Body struct {
		Documents []document `json:"documents"`
		Next      *string    `json:"next" doc:"Goes into after; null at the end"`
	}
}

// maxListed is how many documents are looked at for one page. A caller who may
// read few of them gets a short page and goes on from there.
const maxListed = 10_000

// list reads on until a page is full of what the caller may read.
func (a *api) list(ctx context.Context, in *listInput) (*listOutput, error) {
	identity := caller(ctx)
	out := &listOutput{}
	out.Body.Documents = []document{}
	looked := 0
	for after := in.After; ; {
		page, err := a.Hub.List(ctx, in.Prefix, after, in.Limit+1)
		if err != nil {
			return nil, err
		}
		for _, d := range page {
			if identity.Access(d.ID) < auth.Read {
				continue
			}
			if len(out.Body.Documents) == in.Limit {
				out.Body.Next = &out.Body.Documents[in.Limit-1].ID
				return out, nil
			}
			out.Body.Documents = append(out.Body.Documents, describe(d))
		}
		if len(page) <= in.Limit {
			return out, nil
		}
		after = page[len(page)-1].ID
		if looked += len(page); looked >= maxListed {
			out.Body.Next = &after
			return out, nil
		}
	}
}

func (a *api) describe(ctx context.Context, in *DocumentInput) (*documentOutput, error) {
	if _, err := a.access(ctx, in.ID, auth.Read); err != nil {
		return nil, err
	}
	d, err := a.Hub.Document(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &documentOutput{describe(d)}, nil
}

func (a *api) delete(ctx context.Context, in *DocumentInput) (*struct{}, error) {
	if _, err := a.access(ctx, in.ID, auth.Admin); err != nil {
		return nil, err
	}
	return nil, a.Hub.Delete(ctx, in.ID)
}
