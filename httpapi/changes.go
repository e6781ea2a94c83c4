package httpapi

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

type submitInput struct {
	DocumentInput
	IfMatch string `header:"If-Match" doc:"ETags of content: refuses the edit with 412, rather than rebase it, unless the head is one of these"`
	Body    struct {
		Rev int64           `json:"rev" minimum:"0" doc:"The revision the op was made on"`
		Op  json.RawMessage `json:"op" doc:"A delta"`
		Submitter
		Epoch string `json:"epoch,omitempty" doc:"Refuses the edit where the document has another"`
	}
}

// Submitter makes a repeat of a call harmless.
type Submitter struct {
	Client string `json:"client,omitempty" doc:"A UUID; with seq, makes a repeat of this call harmless"`
	Seq    int64  `json:"seq,omitempty" minimum:"0" doc:"1, 2, 3 …: one for each change of this client"`
}

func (s Submitter) parse() (client uuid.UUID, seq int64, err error) {
	if (s.Client == "") != (s.Seq == 0) {
		return client, 0, wire.Errorf(wire.BadMessage, "client and seq are given both or neither")
	}
	if s.Client != "" {
		client, err = wire.ParseUUID(s.Client, "client")
	}
	return client, s.Seq, err
}

type committed struct {
	Rev int64           `json:"rev"`
	Op  json.RawMessage `json:"op,omitempty" doc:"As committed; absent where a repeat's is no longer kept"`
}

type submitOutput struct{ Body committed }

func (a *api) submit(ctx context.Context, in *submitInput) (*submitOutput, error) {
	identity, err := a.access(ctx, in.ID, auth.Write)
	if err != nil {
		return nil, err
	}
	edit := docs.Edit{Rev: in.Body.Rev, User: identity.ID}
	if edit.Client, edit.Seq, err = in.Body.parse(); err != nil {
		return nil, err
	}
	if edit.Match, err = parseMatch(in.IfMatch); err != nil {
		return nil, err
	}
	if in.Body.Epoch != "" {
		if edit.Epoch, err = wire.ParseUUID(in.Body.Epoch, "epoch"); err != nil {
			return nil, err
		}
	}
	edit.Op, edit.Invalid = otjson.Decode(in.Body.Op)
	done, err := a.Hub.Submit(ctx, in.ID, edit)
	if err != nil {
		return nil, err
	}
	return &submitOutput{committed{Rev: done.Rev, Op: done.Op}}, nil
}

// parseMatch reads an If-Match header. Where any document will do, there are
// no tags.
func parseMatch(header string) ([]docs.Tag, error) {
	if strings.TrimSpace(header) == "" || strings.TrimSpace(header) == "*" {
		return nil, nil
	}
	var tags []docs.Tag
	for part := range strings.SplitSeq(header, ",") {
		tag, err := docs.ParseTag(strings.Trim(strings.TrimSpace(part), `"`))
		if err != nil {
			return nil, wire.Errorf(wire.BadMessage, "If-Match: %v", err)
		}
		tags = append(tags, tag)
	}
	return tags, nil
}

type changesInput struct {
	DocumentInput
	After int64 `query:"after" default:"0" minimum:"0" doc:"A revision, or the next of the page before"`
	Limit int   `query:"limit" default:"100" minimum:"1" maximum:"1000"`
}

// change describes the elements of the answer, which is encoded as on the
// wire.
type change struct {
	From   *int64          `json:"from,omitempty" doc:"Where it starts, if it is a squashed run"`
	Rev    int64           `json:"rev"`
	Op     json.RawMessage `json:"op"`
	Client *uuid.UUID      `json:"client,omitempty"`
	Seq    int64           `json:"seq,omitempty"`
	User   string          `json:"user"`
	At     string          `json:"at" format:"date-time"`
}

type changesOutput struct {
	Body struct {
		Changes []change `json:"changes"`
		Next    *int64   `json:"next" doc:"Goes into after; null at the end"`
	}
}

func (a *api) changes(ctx context.Context, in *changesInput) (*changesOutput, error) {
	if _, err := a.access(ctx, in.ID, auth.Read); err != nil {
		return nil, err
	}
	list, err := a.Hub.Changes(ctx, in.ID, in.After, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &changesOutput{}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Body.Next = &list[in.Limit-1].Rev
	}
	out.Body.Changes = make([]change, len(list))
	for i, c := range list {
		out.Body.Changes[i] = describeChange(c)
	}
	return out, nil
}

func describeChange(c wire.Change) change {
	described := change{Rev: c.Rev, Op: c.Op, Seq: c.Seq, User: c.User, At: stamp(c.At)}
	if c.Base < c.Rev-1 {
		described.From = &c.Base
	}
	if c.Client != uuid.Nil {
		described.Client = &c.Client
	}
	return described
}

type presenceOutput struct {
	Body struct {
		Rev   int64           `json:"rev" doc:"What the cursors refer to"`
		Peers map[string]peer `json:"peers" doc:"By client"`
	}
}

type peer struct {
	User   user            `json:"user"`
	Cursor *[2]int         `json:"cursor" doc:"Anchor and head, in UTF-16 code units"`
	State  json.RawMessage `json:"state"`
}

type user struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

func (a *api) presence(ctx context.Context, in *DocumentInput) (*presenceOutput, error) {
	if _, err := a.access(ctx, in.ID, auth.Read); err != nil {
		return nil, err
	}
	present, err := a.Hub.Presence(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &presenceOutput{}
	out.Body.Rev = present.Rev
	out.Body.Peers = make(map[string]peer, len(present.Peers))
	for client, p := range present.Peers {
		described := peer{User: user(p.User), State: p.State}
		if p.Cursor != nil {
			described.Cursor = &[2]int{p.Cursor.Anchor, p.Cursor.Head}
		}
		if p.State == nil {
			described.State = json.RawMessage("{}")
		}
		out.Body.Peers[client.String()] = described
	}
	return out, nil
}
