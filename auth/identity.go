package auth

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxIDBytes bounds the id of a user, in bytes.
	MaxIDBytes = 256
	// MaxNameBytes bounds the name of a user, in bytes.
	MaxNameBytes = 256
	// MaxPatterns bounds the document patterns of one identity.
	MaxPatterns = 256
)

// Identity is who somebody is and what they may do. It is immutable, and safe
// for use by several goroutines.
type Identity struct {
	// ID names the user: stable, unique, 1 to MaxIDBytes bytes.
	ID string
	// Name is what others see; may be empty.
	Name string
	// Expires is when the token ends; zero: never. A verifier goes on taking
	// the token for another Leeway, and a session made with it may live as long.
	Expires time.Time

	rights    rights
	anonymous bool
}

// NewIdentity returns an identity with a right for each document pattern (the
// package comment says how they match). A zero expires means never. The error
// says which argument is out of its bounds.
func NewIdentity(id, name string, expires time.Time, docs map[string]Access) (*Identity, error) {
	if id == "" {
		return nil, errors.New("sub, the id of the user, is missing")
	}
	if err := checkText("sub", id, MaxIDBytes); err != nil {
		return nil, err
	}
	if err := checkText("name", name, MaxNameBytes); err != nil {
		return nil, err
	}
	if len(docs) > MaxPatterns {
		return nil, fmt.Errorf("docs has %d patterns, the limit is %d", len(docs), MaxPatterns)
	}
	return &Identity{ID: id, Name: name, Expires: expires, rights: newRights(docs)}, nil
}

var anonymous = &Identity{ID: "anonymous", anonymous: true, rights: newRights(map[string]Access{"*": Admin})}

// Anonymous returns the identity that everyone has on a server without a key:
// admin of every document, for ever.
func Anonymous() *Identity { return anonymous }

// IsAnonymous tells that no token named this user: it is Anonymous, whatever
// others may be called.
func (i *Identity) IsAnonymous() bool { return i.anonymous }

// Access returns what the identity may do with the document of that id, in time
// linear in the length of the id and of all patterns. "*" is no document id:
// Access("*") answers for the pattern "*" alone, that is for the whole server.
func (i *Identity) Access(doc string) Access { return i.rights.on(doc) }

// checkText keeps out of the store, the logs and other people's screens what
// has no place in a name: U+0000 above all, which Postgres cannot hold.
func checkText(claim, text string, limit int) error {
	switch {
	case len(text) > limit:
		return fmt.Errorf("%s has %d bytes, the limit is %d", claim, len(text), limit)
	case !utf8.ValidString(text):
		return fmt.Errorf("%s is not well-formed UTF-8", claim)
	case strings.ContainsFunc(text, unicode.IsControl):
		return fmt.Errorf("%s has a control character", claim)
	}
	return nil
}
