package auth_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/coscribe/coscribe/auth"
	"github.com/golang-jwt/jwt/v5"
)

// now is what the clock of the verifiers in these tests shows.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

var clock = auth.WithClock(func() time.Time { return now })

const secret = "0123456789abcdef0123456789abcdef"

func hs256(t testing.TB) *auth.Verifier {
	t.Helper()
	verifier, err := auth.NewHS256([]byte(secret), clock)
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

// sign returns a token of that header and those claims, both as raw JSON.
func sign(t testing.TB, method jwt.SigningMethod, key any, header, claims string) string {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(header)) + "." + encode([]byte(claims))
	signature, err := method.Sign(text, key)
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + encode(signature)
}

func signHS256(t testing.TB, claims string) string {
	t.Helper()
	return sign(t, jwt.SigningMethodHS256, []byte(secret), `{"alg":"HS256","typ":"JWT"}`, claims)
}

// exp is now plus 1000 s.
const goodClaims = `{"sub":"ann","name":"Ann","exp":1772367400,"docs":{"team-a:*":"write","handbook":"read"}}`

func TestVerify(t *testing.T) {
	t.Parallel()
	who, err := hs256(t).Verify(signHS256(t, goodClaims))
	if err != nil {
		t.Fatal(err)
	}
	if who.ID != "ann" || who.Name != "Ann" || !who.Expires.Equal(now.Add(1000*time.Second)) {
		t.Errorf("got %q, %q, until %v", who.ID, who.Name, who.Expires)
	}
	for doc, want := range map[string]auth.Access{"team-a:x": auth.Write, "handbook": auth.Read, "other": auth.None} {
		if got := who.Access(doc); got != want {
			t.Errorf("Access(%q) = %v, want %v", doc, got, want)
		}
	}
}

// A2: exp is required, nbf honoured, leeway 5 s; and what else claims may hold.
func TestVerifyClaims(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, claims string
		want         error
		reason       string // a part of the error's text
	}{
		{"the least", `{"sub":"ann","exp":1772366401}`, nil, ""},
		{"expired within the leeway", `{"sub":"ann","exp":1772366395.001}`, nil, ""},
		{"expired", `{"sub":"ann","exp":1772366395}`, auth.ErrExpired, "2026-03-01T11:59:55Z"},
		{"exp of zero", `{"sub":"ann","exp":0}`, auth.ErrExpired, "1970"},
		{"no exp", `{"sub":"ann"}`, auth.ErrUnauthorized, "exp, the time"},
		{"null exp", `{"sub":"ann","exp":null}`, auth.ErrUnauthorized, "exp, the time"},
		{"exp in text", `{"sub":"ann","exp":"1772367400"}`, auth.ErrUnauthorized, "exp or nbf"},
		{"exp that no int64 holds", `{"sub":"ann","exp":1e300}`, auth.ErrUnauthorized, "exp or nbf"},
		{"exp that no float64 holds", `{"sub":"ann","exp":1e999}`, auth.ErrUnauthorized, "exp or nbf"},
		{"negative exp", `{"sub":"ann","exp":-1}`, auth.ErrUnauthorized, "exp or nbf"},
		{"nbf past", `{"sub":"ann","exp":1772367400,"nbf":1772366300}`, nil, ""},
		{"nbf within the leeway", `{"sub":"ann","exp":1772367400,"nbf":1772366405}`, nil, ""},
		{"nbf ahead", `{"sub":"ann","exp":1772367400,"nbf":1772366405.001}`, auth.ErrUnauthorized, "nbf is in the future"},
		{"expired and not begun", `{"sub":"ann","exp":1,"nbf":1772367400}`, auth.ErrUnauthorized, "nbf is in the future"},
		{"bad nbf", `{"sub":"ann","exp":1772367400,"nbf":"soon"}`, auth.ErrUnauthorized, "exp or nbf"},
		{"no sub", `{"exp":1772367400}`, auth.ErrUnauthorized, "sub, the id"},
		{"null sub", `{"sub":null,"exp":1772367400}`, auth.ErrUnauthorized, "sub, the id"},
		{"empty sub", `{"sub":"","exp":1772367400}`, auth.ErrUnauthorized, "sub, the id"},
		{"numeric sub", `{"sub":7,"exp":1772367400}`, auth.ErrUnauthorized, "sound claims"},
		{"U+0000 in sub", `{"sub":"a\u0000","exp":1772367400}`, auth.ErrUnauthorized, "control character"},
		{"lone surrogate in sub", `{"sub":"a\ud800","exp":1772367400}`, auth.ErrUnauthorized, "sound claims"},
		{"not UTF-8", "{\"sub\":\"a\xff\",\"exp\":1772367400}", auth.ErrUnauthorized, "sound claims"},
		{"sub twice", `{"sub":"ann","sub":"root","exp":1772367400}`, auth.ErrUnauthorized, "sound claims"},
		{"sub in capitals", `{"SUB":"root","exp":1772367400}`, auth.ErrUnauthorized, "sub, the id"},
		{"docs in capitals", `{"sub":"ann","exp":1772367400,"Docs":{"*":"admin"}}`, nil, ""},
		{"null name and docs", `{"sub":"ann","name":null,"exp":1772367400,"docs":null}`, nil, ""},
		{"docs as a list", `{"sub":"ann","exp":1772367400,"docs":["*"]}`, auth.ErrUnauthorized, "sound claims"},
		{"a pattern twice", `{"sub":"ann","exp":1772367400,"docs":{"a":"read","a":"admin"}}`, auth.ErrUnauthorized, "sound claims"},
		{"unknown rights", `{"sub":"ann","exp":1772367400,"docs":{"handbook":"comment","*":{"of":"admin"},"a*":["admin"],"b*":null,"c*":3}}`, nil, ""},
		{"other claims", `{"sub":"ann","exp":1772367400,"iss":7,"aud":[{}],"iat":"x","history":true}`, nil, ""},
		{"no object", `["sub"]`, auth.ErrUnauthorized, "sound claims"},
		{"null", `null`, auth.ErrUnauthorized, "exp, the time"},
		{"no JSON", `{"sub":"ann"`, auth.ErrUnauthorized, "sound claims"},
		{"two values", goodClaims + `{}`, auth.ErrUnauthorized, "sound claims"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			who, err := hs256(t).Verify(signHS256(t, test.claims))
			if !errors.Is(err, test.want) || (who == nil) != (err != nil) {
				t.Fatalf("Verify = %v, %v; want error %v", who, err, test.want)
			}
			if err != nil {
				if !strings.Contains(err.Error(), test.reason) {
					t.Errorf("error %q, want %q in it", err, test.reason)
				}
				return
			}
			for _, doc := range []string{"handbook", "apple", "bee", "cat", "x"} {
				if got := who.Access(doc); got != auth.None {
					t.Errorf("Access(%q) = %v, want none", doc, got)
				}
			}
		})
	}
}

func TestVerifyManyPatterns(t *testing.T) {
	t.Parallel()
	claims := func(count int) string {
		docs := strings.Repeat(`"%":"admin",`, count)
		for i := range count {
			docs = strings.Replace(docs, "%", strings.Repeat("a", 100)+string(rune('A'+i%26))+string(rune('A'+i/26)), 1)
		}
		return `{"sub":"ann","exp":1772367400,"docs":{` + strings.TrimSuffix(docs, ",") + `}}`
	}
	if _, err := hs256(t).Verify(signHS256(t, claims(auth.MaxPatterns))); err != nil {
		t.Errorf("as many as are allowed: %v", err)
	}
	_, err := hs256(t).Verify(signHS256(t, claims(auth.MaxPatterns+1)))
	if !errors.Is(err, auth.ErrUnauthorized) || !strings.Contains(err.Error(), "257 patterns") {
		t.Errorf("one more: %v", err)
	}
}

// Tokens made to be taken for what they are not, or to bring the reader down.
func TestVerifyRefusesForgeries(t *testing.T) {
	t.Parallel()
	good := signHS256(t, goodClaims)
	header, rest, _ := strings.Cut(good, ".")
	body, signature, _ := strings.Cut(rest, ".")
	other := []byte(strings.Repeat("x", 32))
	encode := base64.RawURLEncoding.EncodeToString
	none := encode([]byte(`{"alg":"none"}`))
	tests := []struct{ name, token string }{
		{"nothing", ""},
		{"dots", ".."},
		{"no signature", header + "." + body},
		{"empty signature", header + "." + body + "."},
		{"four parts", good + ".x"},
		{"alg none", none + "." + body + "."},
		{"alg none, signed", none + "." + body + "." + signature},
		{"alg None", encode([]byte(`{"alg":"None"}`)) + "." + body + "."},
		{"no alg", sign(t, jwt.SigningMethodHS256, []byte(secret), `{"typ":"JWT"}`, goodClaims)},
		{"alg of no text", sign(t, jwt.SigningMethodHS256, []byte(secret), `{"alg":["HS256"]}`, goodClaims)},
		{"header is null", sign(t, jwt.SigningMethodHS256, []byte(secret), `null`, goodClaims)},
		{"unknown alg", sign(t, jwt.SigningMethodHS256, []byte(secret), `{"alg":"HS257"}`, goodClaims)},
		{"HS512 with our secret", sign(t, jwt.SigningMethodHS512, []byte(secret), `{"alg":"HS512"}`, goodClaims)},
		{"RS256 of our secret", sign(t, jwt.SigningMethodHS256, []byte(secret), `{"alg":"RS256"}`, goodClaims)},
		{"another secret", sign(t, jwt.SigningMethodHS256, other, `{"alg":"HS256"}`, goodClaims)},
		{"a key in the header", sign(t, jwt.SigningMethodHS256, other,
			`{"alg":"HS256","jwk":{"kty":"oct","k":"`+encode(other)+`"},"kid":"../../dev/null","jku":"http://127.0.0.1/"}`, goodClaims)},
		{"critical extension", sign(t, jwt.SigningMethodHS256, []byte(secret), `{"alg":"HS256","crit":["b64"],"b64":false}`, goodClaims)},
		{"changed claims", header + "." + encode([]byte(strings.Replace(goodClaims, "read", "admin", 1))) + "." + signature},
		{"changed header", encode([]byte(`{"alg":"HS256"}`)) + "." + body + "." + signature},
		{"cut signature", good[:len(good)-2]},
		{"padded", good + "="},
		{"line break", good + "\n"},
		{"line break within", header + ".\r\n" + body + "." + signature},
		{"space before", " " + good},
		{"with its scheme", "Bearer " + good},
		{"genuine but huge", signHS256(t, `{"sub":"ann","exp":1772367400,"x":"`+strings.Repeat("x", auth.MaxTokenBytes)+`"}`)},
		{"many dots", strings.Repeat(".", auth.MaxTokenBytes)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			who, err := hs256(t).Verify(test.token)
			if who != nil || !errors.Is(err, auth.ErrUnauthorized) {
				t.Errorf("Verify = %v, %v", who, err)
			}
		})
	}
}

// Every other spelling of the last character is refused, even those whose extra
// bits do not count: a token has one spelling.
func TestVerifyRefusesEveryChangedCharacter(t *testing.T) {
	t.Parallel()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	good, verifier := signHS256(t, goodClaims), hs256(t)
	for i := range good {
		for _, char := range alphabet {
			changed := good[:i] + string(char) + good[i+1:]
			if _, err := verifier.Verify(changed); changed != good && err == nil {
				t.Fatalf("taken with character %d changed to %q", i, char)
			}
		}
	}
}

// The verifiers of all algorithms take their own tokens and no other's.
func TestVerifyPinsTheAlgorithm(t *testing.T) {
	t.Parallel()
	keys := testKeys(t)
	for _, verifying := range keys {
		for _, signing := range keys {
			header := `{"alg":"` + signing.method.Alg() + `"}`
			who, err := verifying.verifier(t).Verify(sign(t, signing.method, signing.private, header, goodClaims))
			if verifying.name == signing.name {
				if err != nil || who.ID != "ann" {
					t.Errorf("%s: %v, %v", signing.name, who, err)
				}
			} else if !errors.Is(err, auth.ErrUnauthorized) {
				t.Errorf("a token of %s for %s: %v", signing.name, verifying.name, err)
			}
		}
	}
}

// The classic: a public key, which everyone has, used as a shared secret.
func TestVerifyRefusesAPublicKeyAsSecret(t *testing.T) {
	t.Parallel()
	for _, key := range testKeys(t) {
		text := key.pem(t)
		for _, alg := range []string{"HS256", key.method.Alg()} {
			token := sign(t, jwt.SigningMethodHS256, text, `{"alg":"`+alg+`"}`, goodClaims)
			if _, err := key.verifier(t).Verify(token); !errors.Is(err, auth.ErrUnauthorized) {
				t.Errorf("%s, as %s: %v", key.name, alg, err)
			}
		}
	}
}

func TestVerifyRefusesAnotherKeyOfTheSameType(t *testing.T) {
	t.Parallel()
	theirs := testKeys(t)
	for i, ours := range testKeys(t) {
		token := sign(t, ours.method, theirs[i].private, `{"alg":"`+ours.method.Alg()+`"}`, goodClaims)
		if _, err := ours.verifier(t).Verify(token); !errors.Is(err, auth.ErrUnauthorized) {
			t.Errorf("%s: %v", ours.name, err)
		}
	}
}

func TestVerifyUsesTheRealClock(t *testing.T) {
	t.Parallel()
	verifier, err := auth.NewHS256([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifier.Verify(signHS256(t, `{"sub":"ann","exp":1000000000}`)); !errors.Is(err, auth.ErrExpired) {
		t.Errorf("a token of 2001: %v", err)
	}
	if _, err := verifier.Verify(signHS256(t, `{"sub":"ann","exp":253402300799}`)); err != nil {
		t.Errorf("a token of 9999: %v", err)
	}
}
