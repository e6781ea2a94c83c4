package client

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/coscribe/coscribe/ot"
	"github.com/coscribe/coscribe/ot/otjson"
)

// REST reads and edits documents over HTTP. All methods are safe for
// concurrent use.
type REST struct {
	// Address returns the server's base URL.
	Address func() string
	// Token is sent as the bearer. Defaults to none.
	Token string
}

// Info describes a document.
type Info struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Epoch  string `json:"epoch"`
	Rev    int64  `json:"rev"`
	Length int    `json:"length"`
}

// Create makes a document with that content, and returns it.
func (r REST) Create(ctx context.Context, id string, typ ot.Type, content ot.Delta) (Info, error) {
	body := []byte(`{"id":"` + id + `","type":"` + typ.String() + `","content":`)
	body = append(otjson.Append(body, content), '}')
	var info Info
	return info, r.call(ctx, http.MethodPost, "/v1/documents", body, &info)
}

// Delete erases a document.
func (r REST) Delete(ctx context.Context, id string) error {
	_, _, err := r.do(ctx, http.MethodDelete, documentPath(id), nil)
	return err
}

// Info describes a document at its head.
func (r REST) Info(ctx context.Context, id string) (Info, error) {
	var info Info
	return info, r.call(ctx, http.MethodGet, documentPath(id), nil, &info)
}

// Content returns a document's content at its head, or at rev where rev is
// not negative, and the revision that the ETag names.
func (r REST) Content(ctx context.Context, id string, rev int64) (ot.Delta, int64, error) {
	path := documentPath(id) + "/content?format=delta"
	if rev >= 0 {
		path += "&rev=" + strconv.FormatInt(rev, 10)
	}
	data, header, err := r.get(ctx, path)
	if err != nil {
		return nil, 0, err
	}
	at, err := etagRev(header.Get("ETag"))
	if err != nil {
		return nil, 0, err
	}
	content, err := decodeOp(data)
	return content, at, err
}

// Text returns a document's text at its head.
func (r REST) Text(ctx context.Context, id string) (string, error) {
	data, _, err := r.get(ctx, documentPath(id)+"/content?format=text")
	return string(data), err
}

// Changes returns one page of changes after a revision, oldest first, and
// whether there are more.
func (r REST) Changes(ctx context.Context, id string, after int64, limit int) (changes []Change, more bool, err error) {
	var page struct {
		Changes []wireChange   `json:"changes"`
		Next    jsontext.Value `json:"next"`
	}
	path := fmt.Sprintf("%s/changes?after=%d&limit=%d", documentPath(id), after, limit)
	if err := r.call(ctx, http.MethodGet, path, nil, &page); err != nil {
		return nil, false, err
	}
	m := message{T: "changes page", Doc: id, Changes: page.Changes}
	changes, err = m.changes()
	return changes, page.Next != nil && string(page.Next) != "null", err
}

// Submit makes a server-side edit on revision rev, and returns what it was
// committed as.
func (r REST) Submit(ctx context.Context, id string, rev int64, op ot.Delta) (committed int64, err error) {
	body := []byte(`{"rev":` + strconv.FormatInt(rev, 10) + `,"op":`)
	body = append(otjson.Append(body, op), '}')
	var answer struct {
		Rev int64 `json:"rev"`
	}
	err = r.call(ctx, http.MethodPost, documentPath(id)+"/changes", body, &answer)
	return answer.Rev, err
}

func documentPath(id string) string { return "/v1/documents/" + url.PathEscape(id) }

// etagRev reads the revision out of "EPOCH.REV".
func etagRev(etag string) (int64, error) {
	_, rev, ok := strings.Cut(strings.Trim(etag, `"`), ".")
	n, err := strconv.ParseInt(rev, 10, 64)
	if !ok || err != nil {
		return 0, violation("REST", "ETag %s is not EPOCH.REV", etag)
	}
	return n, nil
}

func (r REST) get(ctx context.Context, path string) ([]byte, http.Header, error) {
	resp, data, err := r.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, nil, err
	}
	return data, resp.Header, nil
}

// call sends body, where there is one, and reads the answer into out.
func (r REST) call(ctx context.Context, method, path string, body []byte, out any) error {
	_, data, err := r.do(ctx, method, path, body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("%s %s: answer %.200q: %w", method, path, data, err)
	}
	return nil
}

func (r REST) do(ctx context.Context, method, path string, body []byte) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, r.Address()+path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.Token != "" {
		req.Header.Set("Authorization", "Bearer "+r.Token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode/100 != 2 {
		return nil, nil, fmt.Errorf("%s %s: %w", method, path, problem(resp.Status, data))
	}
	return resp, data, nil
}

// problem reads application/problem+json as far as the protocol states it.
func problem(status string, data []byte) error {
	var p struct {
		Code   Code   `json:"code"`
		Detail string `json:"detail"`
	}
	if err := json.Unmarshal(data, &p); err != nil || p.Code == "" {
		return violation("REST", "%s without a code: %.200q", status, data)
	}
	return &Error{Code: p.Code, Message: p.Detail}
}
