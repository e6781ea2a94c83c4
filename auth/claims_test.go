package auth_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/auth"
)

// A2: iss and aud are checked when the server is told what to look for, and
// only then.
func TestIssuerAndAudience(t *testing.T) {
	t.Parallel()
	const iss, aud = `"iss":"https://id.example"`, `"aud":"coscribe"`
	wants := []auth.Option{auth.WithIssuer("https://id.example"), auth.WithAudience("coscribe")}
	for _, test := range []struct {
		claims  string
		options []auth.Option
		taken   bool
	}{
		{`"x":1`, nil, true},
		{`"iss":"https://other.example","aud":["a","b"]`, nil, true},
		{iss + `,` + aud, wants, true},
		{iss + `,"aud":["other","coscribe"]`, wants, true},
		{iss, wants, false},
		{aud, wants, false},
		{`"x":1`, wants, false},
		{iss + `,"aud":[]`, wants, false},
		{iss + `,"aud":"Coscribe"`, wants, false},
		{`"iss":"https://id.example/",` + aud, wants, false},
		{`"iss":["https://id.example"],` + aud, wants, false},
		{iss + `,"aud":{"coscribe":true}`, wants, false},
		{iss + `,"aud":"x"`, wants[:1], true},
		{`"iss":"x",` + aud, wants[1:], true},
		{`"ISS":"https://id.example",` + aud, wants, false},
	} {
		verifier, err := auth.NewHS256([]byte(secret), append([]auth.Option{clock}, test.options...)...)
		if err != nil {
			t.Fatal(err)
		}
		_, err = verifier.Verify(signHS256(t, `{"sub":"ann","exp":1772367400,`+test.claims+`}`))
		if (err == nil) != test.taken || err != nil && !errors.Is(err, auth.ErrUnauthorized) {
			t.Errorf("%s with %d wishes: %v", test.claims, len(test.options), err)
		}
	}
	verifier, err := auth.NewHS256([]byte(secret), wants[1], clock)
	if err != nil {
		t.Fatal(err)
	}
	for claims, want := range map[string]string{
		`{"sub":"ann","aud":"coscribe"}`:            "exp, the time when it ends, is missing",
		`{"sub":"ann","exp":1772367400}`:            "iss or aud",
		`{"sub":"ann","exp":1772367400,"aud":"no"}`: "iss or aud",
	} {
		if _, err := verifier.Verify(signHS256(t, claims)); !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: %v, want %q in it", claims, err, want)
		}
	}
}
