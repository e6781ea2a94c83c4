package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// bodyTime is how long a caller may take to send a body.
const bodyTime = time.Minute

// routes is the whole API on one page.
func (a *api) routes(h huma.API) {
	const document = "/v1/documents/{id}"
	add(a, h, op("createDocument", http.MethodPost, "/v1/documents", "Create a document", a.largestDocument(), 409, 413, 422, 429), a.create)
	add(a, h, op("listDocuments", http.MethodGet, "/v1/documents", "List the documents that the token may read, by id", 0), a.list)
	add(a, h, op("getDocument", http.MethodGet, document, "Describe a document at its head", 0), a.describe)
	add(a, h, op("deleteDocument", http.MethodDelete, document, "Erase every trace of a document", 0), a.delete)
	add(a, h, op("getContent", http.MethodGet, document+"/content", "Read the content, at the head or at an earlier moment", 0, 410, 413), a.content)
	add(a, h, op("submitChange", http.MethodPost, document+"/changes", "Commit an edit, transformed and broadcast like any other", int64(a.Limits.Message), 409, 412, 413, 422, 429), a.submit)
	add(a, h, op("listChanges", http.MethodGet, document+"/changes", "Read committed changes after a revision, oldest first", 0, 410), a.changes)
	add(a, h, op("listHistory", http.MethodGet, document+"/history", "Read the history in runs of editing, oldest first", 0), a.history)
	add(a, h, op("getDiff", http.MethodGet, document+"/diff", "Compare two revisions", 0, 410, 413), a.diff)
	add(a, h, op("getAuthorship", http.MethodGet, document+"/authorship", "Tell who inserted what", 0, 410), a.authorship)
	add(a, h, op("listVersions", http.MethodGet, document+"/versions", "List named versions, the oldest name first", 0), a.versions)
	add(a, h, op("createVersion", http.MethodPost, document+"/versions", "Give a revision a name, which keeps it readable", smallBody, 410), a.name)
	add(a, h, op("deleteVersion", http.MethodDelete, document+"/versions/{version}", "Take a name away", 0), a.unname)
	add(a, h, op("restore", http.MethodPost, document+"/restore", "Commit a change after which the content is what it was", smallBody, 409, 410, 412, 413, 429), a.restore)
	add(a, h, op("getPresence", http.MethodGet, document+"/presence", "Tell who is in the document's room", 0), a.presence)
	add(a, h, op("dropSessions", http.MethodDelete, "/v1/sessions", "End the sessions of a user, or of a document, now", 0), a.drop)
	a.describeAnswers(h.OpenAPI())
}

// smallBody is more than a call without content or op needs, in bytes.
const smallBody = 64 << 10

// op describes a call; errors are those beside what any call may meet.
func op(id, method, path, summary string, body int64, errors ...int) huma.Operation {
	status := http.StatusOK
	switch {
	case strings.HasPrefix(id, "create"):
		status = http.StatusCreated
	case method == http.MethodDelete:
		status = http.StatusNoContent
	}
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, DefaultStatus: status,
		MaxBodyBytes: body, BodyReadTimeout: bodyTime,
		RejectUnknownQueryParameters: true,
		Security:                     []map[string][]string{{"bearer": {}}},
		Errors:                       append([]int{400, 401, 403, 404, 503}, errors...),
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
