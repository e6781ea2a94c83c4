package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/internal/servertest"
)

// P6: what is wrong with an op is an invalid_op, also where it is no JSON that
// everyone can read; around it such a number does not fit the description.
func TestP6NumbersThatNobodyHolds(t *testing.T) {
	s := start(t, servertest.Options{})
	s.Create("d", "rich-text", `[{"insert":"a\n"}]`)
	for _, number := range []string{"1e999", "-1e999", "1" + strings.Repeat("0", 400)} {
		for _, op := range []string{
			`[{"retain":` + number + `}]`, `[{"delete":` + number + `}]`,
			`[{"insert":"x","attributes":{"size":` + number + `}}]`, `[{"insert":{"image":[` + number + `]}}]`,
		} {
			a := s.Call(http.MethodPost, "/v1/documents/d/changes", `{"rev":0,"op":`+op+`}`)
			answers(t, a, http.StatusUnprocessableEntity, "invalid_op")
		}
		a := s.Call(http.MethodPost, "/v1/documents", `{"content":[{"insert":"x\n","attributes":{"size":`+number+`}}]}`)
		answers(t, a, http.StatusUnprocessableEntity, "invalid_op")
		for _, body := range []string{
			`{"rev":` + number + `,"op":[]}`, `{"rev":0,"op":[],"seq":` + number + `}`, `{"rev":0,"op":[],"epoch":` + number + `}`,
			`{"rev":0,"op":[],"more":` + number + `}`, `{"rev":0,"op":[]}` + number,
		} {
			answers(t, s.Call(http.MethodPost, "/v1/documents/d/changes", body), http.StatusBadRequest, "bad_message")
		}
	}
	s.Call(http.MethodGet, "/v1/documents/d", "").Expect(t, `{"rev":0}`)
}

// A media type is the same in letters of any case (RFC 9110).
func TestMediaTypeInAnyCase(t *testing.T) {
	s := start(t, servertest.Options{})
	for _, media := range []string{
		"application/json", "Application/JSON", "APPLICATION/JSON; CHARSET=UTF-8", "application/json;charset=utf-8", " application/json ; x=y+z",
	} {
		a := s.Do(servertest.Request{
			Method: http.MethodPost, Path: "/v1/documents", Body: `{}`, Header: map[string]string{"Content-Type": media},
		})
		if answers(t, a, http.StatusCreated, ""); a.Status != http.StatusCreated {
			t.Errorf("of type %s", media)
		}
	}
}
