package auth_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
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

// FuzzRequest feeds headers of a request to whatever decides by them.
func FuzzRequest(f *testing.F) {
	f.Add("https://a.example", "docs.example", "Bearer x.y.z", "cross-site", "X-Forwarded-For")
	f.Add("null", "localhost:8080", "bearer  ", "same-origin", "Forwarded")
	f.Add("http://[::1]:8080", "[::1]:8080", "Basic YTpi", "", "x-forwarded")
	f.Add("http://user@docs.example/", "127.0.0.1.evil.example", "Bearer", "none", "Accept")
	origins, err := auth.ParseOrigins([]string{"https://a.example"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, origin, host, authorization, site, header string) {
		r := &http.Request{Method: http.MethodPost, Host: host, Header: http.Header{}}
		for name, value := range map[string]string{"Origin": origin, "Authorization": authorization, "Sec-Fetch-Site": site, header: "x"} {
			r.Header.Set(name, value)
		}
		allowed := origins.Allow(r)
		if strings.ToLower(origin) == "https://a.example" && !allowed {
			t.Fatal("a listed origin is refused")
		}
		if allowed && !strings.EqualFold(origin, "https://a.example") && (host == "" || !strings.HasSuffix(strings.ToLower(origin), "//"+strings.ToLower(host))) {
			t.Fatalf("origin %q may speak to host %q", origin, host)
		}
		if origins.AllowWrite(r) && !allowed {
			t.Fatal("a write is allowed where a read is not")
		}
		token, given, err := auth.Bearer(r)
		if err == nil && given && (token == "" || !strings.HasSuffix(strings.TrimSpace(authorization), token)) {
			t.Fatalf("%q holds the token %q", authorization, token)
		}
		if auth.CheckLoopback(r) == nil {
			name, _, err := net.SplitHostPort(host)
			if err != nil {
				name = strings.Trim(host, "[]")
			}
			if ip := net.ParseIP(name); !strings.EqualFold(name, "localhost") && (ip == nil || !ip.IsLoopback()) {
				t.Fatalf("host %q passes for this machine", host)
			}
			if name := http.CanonicalHeaderKey(header); name == "Forwarded" || strings.HasPrefix(name, "X-Forwarded-") {
				t.Fatalf("a request that was forwarded (%s) passes", name)
			}
		}
	})
}

// FuzzOrigins feeds the list of origins, and what a page says of itself.
func FuzzOrigins(f *testing.F) {
	f.Add("https://a.example", "https://a.example")
	f.Add("*", "null")
	f.Add("https://*.a.example", "https://b.a.example")
	f.Add("http://[::1%25eth0]:80", "http://[::1]")
	f.Fuzz(func(t *testing.T, listed, origin string) {
		origins, err := auth.ParseOrigins([]string{listed})
		if err != nil {
			return
		}
		r := &http.Request{Method: http.MethodPost, Host: "docs.example", Header: http.Header{"Origin": {origin}}}
		own := strings.HasSuffix(strings.ToLower(origin), "//docs.example")
		if origins.Allow(r) && listed != "*" && !own && !strings.EqualFold(listed, origin) {
			t.Fatalf("%q lets %q in", listed, origin)
		}
		if origin == "null" && origins.Allow(r) {
			t.Fatal("null is let in")
		}
	})
}
