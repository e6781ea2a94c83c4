package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/coscribe/coscribe/docs"
	"github.com/coscribe/coscribe/storage"
	"github.com/coscribe/coscribe/wire"
	"github.com/danielgtaylor/huma/v2"
)

// problem is every error of this API (RFC 9457), with a stable code.
type problem struct {
	Status int       `json:"status" doc:"HTTP status"`
	Title  string    `json:"title" doc:"What the status means"`
	Detail string    `json:"detail,omitempty" doc:"What went wrong, for people"`
	Code   wire.Code `json:"code" doc:"What went wrong, for programs"`
}

func (p *problem) Error() string             { return string(p.Code) + ": " + p.Detail }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) ContentType(string) string { return "application/problem+json" }

func newProblem(status int, code wire.Code, detail string) *problem {
	return &problem{Status: status, Title: http.StatusText(status), Detail: detail, Code: code}
}

// statuses is the one map from codes to HTTP.
var statuses = map[wire.Code]int{
	wire.BadMessage:    http.StatusBadRequest,
	wire.BadDocumentID: http.StatusBadRequest,
	wire.Unauthorized:  http.StatusUnauthorized,
	wire.TokenExpired:  http.StatusUnauthorized,
	wire.Forbidden:     http.StatusForbidden,
	wire.ClientTaken:   http.StatusForbidden,
	wire.NotFound:      http.StatusNotFound,
	wire.BadRevision:   http.StatusConflict,
	wire.Stale:         http.StatusConflict,
	wire.SeqGap:        http.StatusConflict,
	wire.TooLarge:      http.StatusRequestEntityTooLarge,
	wire.InvalidOp:     http.StatusUnprocessableEntity,
	wire.RateLimited:   http.StatusTooManyRequests,
	wire.Unavailable:   http.StatusServiceUnavailable,
	wire.Closing:       http.StatusServiceUnavailable,
	wire.Internal:      http.StatusInternalServerError,
}

// explain turns any error into an answer. What is not meant for the caller is
// logged, never shown.
func (a *api) explain(ctx context.Context, err error) error {
	var refusal *wire.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, docs.ErrMatch):
		return newProblem(http.StatusPreconditionFailed, wire.BadRevision, docs.ErrMatch.Message)
	case errors.As(err, &refusal):
		return newProblem(statuses[refusal.Code], refusal.Code, refusal.Message)
	case errors.Is(err, storage.ErrExists):
		return newProblem(http.StatusConflict, wire.BadRevision, "the document exists")
	case errors.Is(err, docs.ErrNotKept):
		return newProblem(http.StatusGone, wire.NotFound, "the revision is no longer kept")
	case ctx.Err() != nil:
		return newProblem(http.StatusServiceUnavailable, wire.Unavailable, "the request ended first")
	}
	a.Logger.Error("request failed", "err", err)
	return newProblem(http.StatusServiceUnavailable, wire.Unavailable, "the store cannot serve just now")
}

// write sends a problem where no route is involved.
func (p *problem) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	body, err := json.Marshal(p)
	if err != nil {
		panic("internal error: a problem cannot be encoded: " + err.Error())
	}
	_, _ = w.Write(body) // the caller may have gone
}

// The library's own errors, of requests that do not fit the description, get
// a code as well. Lists are always there (C5).
func init() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		code := wire.BadMessage
		switch status {
		case http.StatusUnprocessableEntity:
			status = http.StatusBadRequest
		case http.StatusRequestEntityTooLarge:
			code = wire.TooLarge
		case http.StatusInternalServerError:
			code = wire.Internal
		}
		for _, err := range errs {
			if detail, ok := errors.AsType[*huma.ErrorDetail](err); ok {
				msg += "; " + detail.Location + ": " + detail.Message
			}
		}
		return newProblem(status, code, msg)
	}
}
