package httpapi

import (
	"context"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/wire"
)

// Sessions are the live connections.
type Sessions interface {
	// DropUser ends those of a user, DropDocument those that have a document
	// open.
	DropUser(user string)
	DropDocument(doc string)
}

type dropInput struct {
	User string `query:"user" doc:"Whose sessions end: this or doc"`
	Doc  string `query:"doc" doc:"The document whose sessions end, with all that they have open"`
}

// drop ends sessions; it is for those who may do everything.
func (a *api) drop(ctx context.Context, in *dropInput) (*struct{}, error) {
	switch {
	case caller(ctx).Access("*") < auth.Admin:
		return nil, wire.Errorf(wire.Forbidden, "this takes the right to %s everything", auth.Admin)
	case (in.User == "") == (in.Doc == ""):
		return nil, wire.Errorf(wire.BadMessage, "either user or doc says which sessions end")
	case in.User != "":
		a.Sessions.DropUser(in.User)
	case !wire.ValidDocumentID(in.Doc):
		return nil, wire.ErrBadDocumentID()
	default:
		a.Sessions.DropDocument(in.Doc)
	}
	return nil, nil
}
