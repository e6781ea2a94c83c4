package auth_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/coscribe/coscribe/auth"
)

func TestBearer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		headers []string
		token   string
		given   bool
		refused bool
	}{
		{nil, "", false, false},
		{[]string{"Bearer abc"}, "abc", true, false},
		{[]string{"bearer abc"}, "abc", true, false},
		{[]string{"Bearer  abc"}, "abc", true, false},
		{[]string{"Basic abc"}, "", true, true},
		{[]string{"abc"}, "", true, true},
		{[]string{"Bearer "}, "", true, true},
		{[]string{""}, "", true, true},
		{[]string{"Bearer a", "Bearer b"}, "", true, true},
	} {
		r := &http.Request{Header: http.Header{"Authorization": c.headers}}
		token, given, err := auth.Bearer(r)
		if token != c.token || given != c.given || errors.Is(err, auth.ErrUnauthorized) != c.refused {
			t.Errorf("%q: %q, %v, %v", c.headers, token, given, err)
		}
	}
}
