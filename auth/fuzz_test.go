package auth_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/coscribe/coscribe/auth"
)

// FuzzVerify feeds arbitrary text as a token: what is taken carries a genuine
// HMAC over its first two parts.
func FuzzVerify(f *testing.F) {
	f.Add(signHS256(f, goodClaims))
	f.Add(signHS256(f, `{"sub":"ann","exp":1}`))
	f.Add(signHS256(f, `null`))
	f.Add("eyJhbGciOiJub25lIn0." + "e30.")
	f.Add("..")
	verifier := hs256(f)
	f.Fuzz(func(t *testing.T, token string) {
		who, err := verifier.Verify(token)
		checkAnswer(t, token, who, err)
		if err == nil && !genuine(token) {
			t.Fatal("taken without a genuine signature")
		}
	})
}

// FuzzClaims gets past the signature: arbitrary claims, signed well.
func FuzzClaims(f *testing.F) {
	f.Add(goodClaims)
	f.Add(`{"sub":"a\u0000","exp":1e300}`)
	f.Add(`{"sub":"ann","exp":1772367400.5,"nbf":-1,"docs":{"**":"admin","a":7}}`)
	f.Add(`null`)
	verifier := hs256(f)
	f.Fuzz(func(t *testing.T, claims string) {
		token := signHS256(t, claims)
		who, err := verifier.Verify(token)
		checkAnswer(t, token, who, err)
	})
}

// checkAnswer states what Verify promises whatever it is given.
func checkAnswer(t *testing.T, token string, who *auth.Identity, err error) {
	t.Helper()
	if err != nil {
		if errors.Is(err, auth.ErrUnauthorized) == errors.Is(err, auth.ErrExpired) {
			t.Fatalf("neither or both of the two errors: %v", err)
		}
		if len(token) > 8 && strings.Contains(err.Error(), token) {
			t.Fatalf("the token is in the error: %v", err)
		}
		return
	}
	switch {
	case who.ID == "" || len(who.ID) > auth.MaxIDBytes || strings.Contains(who.ID, "\x00") || !utf8.ValidString(who.ID):
		t.Fatalf("id %q", who.ID)
	case len(who.Name) > auth.MaxNameBytes || !utf8.ValidString(who.Name):
		t.Fatalf("name %q", who.Name)
	case !now.Before(who.Expires.Add(auth.Leeway)) || who.Expires.Year() > 9999:
		t.Fatalf("expires %v", who.Expires)
	case who.Access("a:doc") > auth.Admin:
		t.Fatalf("access %v", who.Access("a:doc"))
	}
}

func genuine(token string) bool {
	cut := strings.LastIndexByte(token, '.')
	signature, err := base64.RawURLEncoding.DecodeString(token[cut+1:])
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(token[:cut]))
	return hmac.Equal(signature, mac.Sum(nil))
}
