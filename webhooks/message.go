package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
)

// Message is the body of a request to the receiver.
type Message struct {
	ID      uuid.UUID     `json:"id" doc:"The same whenever this event is told again"`
	Event   string        `json:"event" enum:"created,changed,version,deleted"`
	Doc     string        `json:"doc" doc:"The document's id"`
	Epoch   uuid.UUID     `json:"epoch" doc:"Tells it from another document of that id, before or after"`
	From    *int64        `json:"from,omitempty" doc:"Of a changed document: the revision that was told last"`
	Rev     int64         `json:"rev" doc:"The head; of a version the revision that was named"`
	At      string        `json:"at" format:"date-time" doc:"When it happened"`
	Version *NamedVersion `json:"version,omitempty" doc:"Of a version that was named"`
}

// NamedVersion is a name that was given to a revision.
type NamedVersion struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
	User string    `json:"user" doc:"Who named it"`
}

// message is what there is to say of an event. Its id is made from that, so
// that it needs to be kept nowhere.
func message(e storage.Event) Message {
	m := Message{
		Event: string(e.Kind), Doc: e.Doc, Epoch: e.Epoch, Rev: e.Rev, At: e.At.UTC().Format(wire.TimeFormat),
	}
	switch e.Kind {
	case storage.DocumentChanged:
		m.From = &e.From
	case storage.VersionNamed:
		m.Version = &NamedVersion{ID: e.Version, Name: e.Name, User: e.User}
	}
	m.ID = uuid.NewSHA1(e.Epoch, fmt.Appendf(nil, "%s %d %s", e.Kind, e.Rev, e.Version))
	return m
}

func (m Message) encode() []byte {
	body, err := json.Marshal(m)
	if err != nil {
		panic("internal error: an event cannot be encoded: " + err.Error())
	}
	return body
}

// signature is the header of a request that was made at a time. It covers the
// time and the body, so that neither can be replaced, and what was overheard
// cannot be sent again much later.
func signature(secret []byte, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%d.", at.Unix())
	mac.Write(body)
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(mac.Sum(nil)))
}
