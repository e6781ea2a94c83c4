package docs

import (
	"errors"
	"fmt"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/google/uuid"
)

// load reads the document. One that does not exist is absent, which is no
// error; one that cannot be read whole is never served.
func (r *room) load() error {
	defer since(r.hub.metrics.loadTime, time.Now())
	r.batch = newBatch()
	l, err := r.hub.Store.Load(r.hub.ctx, r.id, int64(r.hub.Limits.Window))
	if errors.Is(err, storage.ErrNotFound) {
		r.absent = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	return r.adopt(l)
}

// adopt takes over what was loaded: the snapshot, the tail applied to it, and
// what came before it for the window.
func (r *room) adopt(l storage.Loaded) error {
	typ, err := ot.ParseType(l.Document.Type)
	if err != nil {
		return fmt.Errorf("document: %w", err)
	}
	doc, err := decodeDocument(l.Snapshot.Content)
	if err != nil {
		return fmt.Errorf("snapshot of revision %d: %w", l.Snapshot.Rev, err)
	}
	r.key, r.typ, r.epoch, r.created = l.Document.Key, typ, l.Document.Epoch, l.Document.Created
	r.snapshot = snapshotState{rev: l.Snapshot.Rev, size: weight(l.Snapshot)}

	shareNames(l.Changes)
	before, after := split(l.Changes, l.Snapshot.Rev)
	entries, err := r.history(before, doc.Len())
	if err != nil {
		return err
	}
	v := version{doc: doc, rev: l.Snapshot.Rev, at: r.created}
	if len(before) > 0 {
		v.at = before[len(before)-1].At
	}
	for _, c := range after {
		var e entry
		if e, v, err = r.follow(v, c); err != nil {
			return err
		}
		entries = append(entries, e)
	}
	if v.rev != l.Document.Rev {
		return fmt.Errorf("changes end at revision %d, the head is %d", v.rev, l.Document.Rev)
	}
	if v.rev == l.Snapshot.Rev && v.rev > 0 {
		v.at = l.Document.Updated
	}
	r.durable, r.proposed = v, v
	r.observe(entries)
	return nil
}

// shareNames lets changes of one user hold the same string.
func shareNames(changes []storage.Change) {
	names := make(map[string]string)
	for i := range changes {
		name, here := names[changes[i].User]
		if !here {
			name = changes[i].User
			names[name] = name
		}
		changes[i].User = name
	}
}

// history makes entries of changes that the snapshot holds already, working
// back from its length.
func (r *room) history(changes []storage.Change, length int) ([]entry, error) {
	entries := make([]entry, len(changes))
	for i := len(changes) - 1; i >= 0; i-- {
		e, err := loadEntry(changes[i], 0)
		if err != nil {
			return nil, fmt.Errorf("decode revision %d: %w", changes[i].Rev, err)
		}
		length -= e.op.Growth()
		e.length = length
		entries[i] = e
	}
	return entries, nil
}

func split(changes []storage.Change, rev int64) (before, after []storage.Change) {
	for i := range changes {
		if changes[i].Base >= rev {
			return changes[:i], changes[i:]
		}
	}
	return changes, nil
}

func decodeDocument(content []byte) (ot.Document, error) {
	delta, err := otjson.DecodeContent(content)
	if err != nil {
		return ot.Document{}, fmt.Errorf("decode content: %w", err)
	}
	return ot.NewDocument(delta)
}

// create makes the document that a session opened.
func (r *room) create(j *join, access auth.Access) *wire.Error {
	if j.open.Resume || access < auth.Write {
		return errNoDocument()
	}
	typ, err := parseType(j.open.Type)
	if err != nil {
		return err
	}
	if err := r.hub.mayCreate(j.link.session.User().ID, access); err != nil {
		return err
	}
	l, serr := create(r.hub, r.id, typ, typ.Initial(), j.link.session.User().ID)
	if errors.Is(serr, storage.ErrExists) { // another server was first
		l, serr = r.hub.Store.Load(r.hub.ctx, r.id, int64(r.hub.Limits.Window))
	}
	if serr == nil {
		serr = r.adopt(l)
	}
	if serr != nil {
		r.log.Error("document cannot be created", "err", serr)
		return wire.Errorf(wire.Unavailable, "the document cannot be created just now")
	}
	r.absent = false
	r.looks++
	r.looked, j.look = r.looks, r.looks // this was one
	return nil
}

// create stores a new document. It returns what loading it would.
func create(h *Hub, id string, typ ot.Type, doc ot.Document, user string) (storage.Loaded, error) {
	created := h.now()
	snapshot := storage.Snapshot{
		Format:     storage.FormatJSON,
		Content:    otjson.Append(nil, doc.Content()),
		Authorship: newAuthorship(doc.Len(), credit{User: user, At: created}).encode(),
	}
	d, err := h.Store.Create(h.ctx, storage.NewDocument{
		ID: id, Type: typ.String(), Epoch: uuid.New(), Created: created,
		Snapshot: snapshot, Length: int64(doc.Len()),
	})
	if err == nil {
		h.metrics.created.Inc()
	}
	return storage.Loaded{Document: d, Snapshot: snapshot}, err
}

// parseType reads the type of a new document; none means rich text.
func parseType(name string) (ot.Type, *wire.Error) {
	if name == "" {
		return ot.RichText, nil
	}
	typ, err := ot.ParseType(name)
	if err != nil {
		return 0, wire.Errorf(wire.BadMessage, "%v", err)
	}
	return typ, nil
}
