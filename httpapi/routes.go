package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// bodyTime is how long a caller may take to send a body.
const bodyTime = time.Minute

// routes is the whole API on one page.
func (a *api) routes(h huma.API) {
	const document = "/v1/documents/{id}"
	add(a, h, op("createDocument", http.MethodPost, "/v1/documents", "Create a document", http.StatusCreated, a.largestDocument()), a.create)
	add(a, h, op("listDocuments", http.MethodGet, "/v1/documents", "List the documents that the token may read, by id", 200, 0), a.list)
	add(a, h, op("getDocument", http.MethodGet, document, "Describe a document at its head", 200, 0), a.describe)
	add(a, h, op("deleteDocument", http.MethodDelete, document, "Erase every trace of a document", http.StatusNoContent, 0), a.delete)
	add(a, h, op("getContent", http.MethodGet, document+"/content", "Read the content, at the head or at a revision", 200, 0), a.content)
	add(a, h, op("submitChange", http.MethodPost, document+"/changes", "Commit an edit, transformed and broadcast like any other", 200, int64(a.Limits.Message)), a.submit)
	add(a, h, op("listChanges", http.MethodGet, document+"/changes", "Read committed changes after a revision, oldest first", 200, 0), a.changes)
	add(a, h, op("getPresence", http.MethodGet, document+"/presence", "Tell who is in the document's room", 200, 0), a.presence)
}

func op(id, method, path, summary string, status int, body int64) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, DefaultStatus: status,
		MaxBodyBytes: body, BodyReadTimeout: bodyTime,
		RejectUnknownQueryParameters: true,
		Security:                     []map[string][]string{{"bearer": {}}},
		Errors:                       []int{400, 401, 403, 404, 503},
	}
}

// add registers a handler whose errors are explained in one place.
func add[I, O any](a *api, h huma.API, op huma.Operation, handler func(context.Context, *I) (*O, error)) {
	huma.Register(h, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		return out, a.explain(ctx, err)
	})
}

// largestDocument is how large the JSON of a document can be, in bytes: a
// unit takes six where it is escaped, and formatting comes on top.
func (a *api) largestDocument() int64 { return 8*int64(a.Limits.Document) + 1<<20 }
