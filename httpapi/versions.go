package httpapi

import (
	"context"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// version is a named version as the API describes it.
type version struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name" doc:"Others may have the same"`
	Rev  int64     `json:"rev"`
	User string    `json:"user" doc:"Who named it"`
	At   string    `json:"at" format:"date-time" doc:"When it was named"`
}

func describeVersion(v storage.Version) version {
	return version{ID: v.ID, Name: v.Name, Rev: v.Rev, User: v.User, At: stamp(v.At)}
}

type versionsInput struct {
	DocumentInput
	After string `query:"after" doc:"The next of the page before"`
	Limit int    `query:"limit" default:"100" minimum:"1" maximum:"1000"`
}

type versionsOutput struct {
	Body struct {
		Versions []version  `json:"versions"`
		Next     *uuid.UUID `json:"next" nullable:"true" doc:"Goes into after; null at the end"`
	}
}

func (a *api) versions(ctx context.Context, in *versionsInput) (*versionsOutput, error) {
	if _, err := a.access(ctx, in.ID, auth.Read); err != nil {
		return nil, err
	}
	var after uuid.UUID
	if in.After != "" {
		var err error
		if after, err = wire.ParseUUID(in.After, "after"); err != nil {
			return nil, err
		}
	}
	archive, err := a.Hub.Archive(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	list, err := archive.Versions(ctx, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &versionsOutput{}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Body.Next = &list[in.Limit-1].ID
	}
	out.Body.Versions = make([]version, len(list))
	for i, v := range list {
		out.Body.Versions[i] = describeVersion(v)
	}
	return out, nil
}

type nameInput struct {
	DocumentInput
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"200"`
		Rev  *int64 `json:"rev,omitempty" minimum:"0" doc:"The head where it is not given"`
		Submitter
	}
}

type versionOutput struct{ Body version }

func (a *api) name(ctx context.Context, in *nameInput) (*versionOutput, error) {
	identity, err := a.access(ctx, in.ID, auth.Write)
	if err != nil {
		return nil, err
	}
	n := docs.NewVersion{Name: in.Body.Name, Rev: in.Body.Rev, User: identity.ID}
	if n.Client, n.Seq, err = in.Body.parse(); err != nil {
		return nil, err
	}
	if !storage.ValidText(n.Name) {
		return nil, wire.Errorf(wire.BadMessage, "a name cannot hold U+0000")
	}
	v, err := a.Hub.NameVersion(ctx, in.ID, n)
	if err != nil {
		return nil, err
	}
	return &versionOutput{describeVersion(v)}, nil
}

type unnameInput struct {
	DocumentInput
	Version string `path:"version" doc:"The version's id"`
}

func (a *api) unname(ctx context.Context, in *unnameInput) (*struct{}, error) {
	if _, err := a.access(ctx, in.ID, auth.Write); err != nil {
		return nil, err
	}
	archive, err := a.Hub.Archive(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	id, err := parseVersion(in.Version)
	if err != nil {
		return nil, err
	}
	return nil, archive.DeleteVersion(ctx, id)
}

type restoreInput struct {
	DocumentInput
	IfMatch string `header:"If-Match" doc:"ETags of content: refuses with 412 unless the head is one of these"`
	Body    struct {
		Rev     *int64 `json:"rev,omitempty" minimum:"0" doc:"A revision: this, at or version"`
		At      string `json:"at,omitempty" format:"date-time" doc:"As after the last change not later than this time"`
		Version string `json:"version,omitempty" doc:"The id of a named version"`
		Submitter
	}
}

type restoreOutput struct {
	Body struct {
		Rev      int64 `json:"rev" doc:"Where the content is the old one; the head if it was already"`
		Appended bool  `json:"appended" doc:"False where there was nothing to do: then seq is not used up"`
	}
}

func (a *api) restore(ctx context.Context, in *restoreInput) (*restoreOutput, error) {
	identity, err := a.access(ctx, in.ID, auth.Write)
	if err != nil {
		return nil, err
	}
	o := docs.Restore{User: identity.ID}
	if o.Client, o.Seq, err = in.Body.parse(); err != nil {
		return nil, err
	}
	if o.Match, err = parseMatch(in.IfMatch); err != nil {
		return nil, err
	}
	if o.Moment, err = parseMoment(in.Body.Rev, in.Body.At, in.Body.Version); err != nil {
		return nil, err
	}
	if o.Moment == (docs.Moment{}) {
		return nil, wire.Errorf(wire.BadMessage, "rev, at or version says what to restore")
	}
	done, err := a.Hub.Restore(ctx, in.ID, o)
	if err != nil {
		return nil, err
	}
	out := &restoreOutput{}
	out.Body.Rev, out.Body.Appended = done.Rev, !done.Unchanged
	return out, nil
}
