package auth_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/elliptic"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/MicahParks/jwkset"

	"github.com/coscribe/coscribe/auth"
)

const keysURL = "https://id.example/keys"

// publisher answers for a JWKS URL, and counts how often it is asked. It stands
// in for the network, so that time is the test's.
type publisher struct {
	asked atomic.Int64

	mu   sync.Mutex
	keys []jwk
	down bool
	slow time.Duration
}

// jwk is a key as it is published.
type jwk struct {
	kid, alg string
	use      string
	key      crypto.PublicKey
}

func (p *publisher) publish(keys ...jwk) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = keys
}

func (p *publisher) breakDown(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

func (p *publisher) RoundTrip(r *http.Request) (*http.Response, error) {
	p.asked.Add(1)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.slow > 0 {
		select {
		case <-time.After(p.slow):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	if p.down {
		return nil, errors.New("no route to host")
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(keySetJSON(p.keys)))}, nil
}

func keySetJSON(keys []jwk) []byte {
	set := jwkset.JWKSMarshal{Keys: []jwkset.JWKMarshal{}}
	for _, k := range keys {
		described, err := jwkset.NewJWKFromKey(k.key, jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{
			KID: k.kid, ALG: jwkset.ALG(k.alg), USE: jwkset.USE(k.use),
		}})
		if err != nil {
			panic(err)
		}
		set.Keys = append(set.Keys, described.Marshal())
	}
	text, err := json.Marshal(set)
	if err != nil {
		panic(err)
	}
	return text
}

func (p *publisher) verifier(t *testing.T, ctx context.Context) *auth.Verifier {
	t.Helper()
	verifier, err := auth.NewJWKS(ctx, auth.JWKS{URL: keysURL, Client: p})
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

// token signs one that is good for a week by whatever clock runs.
func (k testKey) token(t *testing.T, header string) string {
	t.Helper()
	claims := fmt.Sprintf(`{"sub":"ann","exp":%d}`, time.Now().Add(7*24*time.Hour).Unix())
	return sign(t, k.method, k.private, header, claims)
}

// A2: tokens of each algorithm are taken with the key that they name, or with
// any where they name none.
func TestJWKS(t *testing.T) {
	t.Parallel()
	keys, others := testKeys(t), testKeys(t)
	p := new(publisher)
	for i, k := range keys {
		p.keys = append(p.keys, jwk{kid: fmt.Sprint("k", i), alg: k.method.Alg(), key: k.private.Public()})
	}
	verifier := p.verifier(t, t.Context())
	for i, k := range keys {
		alg := k.method.Alg()
		for header, taken := range map[string]bool{
			fmt.Sprintf(`{"alg":"%s","kid":"k%d"}`, alg, i):           true,
			fmt.Sprintf(`{"alg":"%s"}`, alg):                          true,
			fmt.Sprintf(`{"alg":"%s","kid":"k%d"}`, alg, (i+1)%3):     false,
			fmt.Sprintf(`{"alg":"%s","kid":"other"}`, alg):            false,
			fmt.Sprintf(`{"alg":"%s","kid":7}`, alg):                  false,
			fmt.Sprintf(`{"alg":"none","kid":"k%d"}`, i):              false,
			fmt.Sprintf(`{"alg":"HS256","kid":"k%d"}`, i):             false,
			fmt.Sprintf(`{"alg":"%s","kid":"k%d","crit":[]}`, alg, i): false,
		} {
			if _, err := verifier.Verify(k.token(t, header)); (err == nil) != taken {
				t.Errorf("%s: %v", header, err)
			}
		}
		if _, err := verifier.Verify(others[i].token(t, fmt.Sprintf(`{"alg":"%s","kid":"k%d"}`, alg, i))); err == nil {
			t.Errorf("%s: taken with another's signature", alg)
		}
	}
}

// What is published and is no key for signatures here is left out.
func TestJWKSLeavesOut(t *testing.T) {
	t.Parallel()
	keys := testKeys(t)
	p := &publisher{keys: []jwk{
		{kid: "good", key: keys[1].private.Public()},
		{kid: "enc", use: "enc", key: keys[0].private.Public()},
		{kid: "RS512", alg: "RS512", key: keys[0].private.Public()},
	}}
	verifier := p.verifier(t, t.Context())
	if _, err := verifier.Verify(keys[1].token(t, `{"alg":"ES256","kid":"good"}`)); err != nil {
		t.Error(err)
	}
	for _, header := range []string{`{"alg":"RS256","kid":"enc"}`, `{"alg":"RS256","kid":"RS512"}`, `{"alg":"RS256"}`} {
		if _, err := verifier.Verify(keys[0].token(t, header)); err == nil {
			t.Errorf("%s is taken", header)
		}
	}
}

func TestNewJWKSRefuses(t *testing.T) {
	t.Parallel()
	text := ""
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			http.Redirect(w, r, "http://id.example/keys", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, text)
	}))
	defer web.Close()
	oct := `{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"a"}]}` // anyone who reads it could sign
	many := keySetJSON(func() (list []jwk) {
		key := ecKey(t, elliptic.P256())
		for i := range 33 {
			list = append(list, jwk{kid: fmt.Sprint(i), key: key.Public()})
		}
		return list
	}())
	for _, test := range []struct{ url, text, want string }{
		{"http://id.example/keys", "", "not an https URL"},
		{"id.example/keys", "", "not an https URL"},
		{"file:///etc/keys", "", "not an https URL"},
		{web.URL + "/elsewhere", "", "not an https URL"},
		{web.URL, "", "no JWK set"},
		{web.URL, `{"keys":{}}`, "no JWK set"},
		{web.URL, `{"keys":[]}`, "no key for"},
		{web.URL, `{"keys":[7,{"kty":"EC"},{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}`, "no key for"},
		{web.URL, oct, "no key for"},
		{web.URL, string(many), "33 keys"},
		{web.URL, `{"keys":[],"x":"` + strings.Repeat("x", 1<<20) + `"}`, "more than"},
	} {
		text = test.text
		if _, err := auth.NewJWKS(t.Context(), auth.JWKS{URL: test.url}); !strings.Contains(fmt.Sprint(err), test.want) {
			t.Errorf("%s: %v, want %q in it", test.url, err, test.want)
		}
	}
}

// A key that is published while the server runs is found by the first token
// that names it; one that is taken back is forgotten with the next fetch.
func TestJWKSRotates(t *testing.T) {
	t.Parallel()
	keys := testKeys(t)
	old, fresh := keys[1], keys[2]
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p := &publisher{keys: []jwk{{kid: "old", key: old.private.Public()}}}
		verifier := p.verifier(t, ctx)
		oldToken, newToken := old.token(t, `{"alg":"ES256","kid":"old"}`), fresh.token(t, `{"alg":"EdDSA","kid":"new"}`)
		p.publish(jwk{kid: "old", key: old.private.Public()}, jwk{kid: "new", key: fresh.private.Public()})
		for _, token := range []string{newToken, oldToken, newToken} {
			if _, err := verifier.Verify(token); err != nil {
				t.Error(err)
			}
		}
		if n := p.asked.Load(); n != 2 {
			t.Errorf("the keys were fetched %d times, want 2", n)
		}
		p.publish(jwk{kid: "new", key: fresh.private.Public()})
		time.Sleep(15*time.Minute + time.Second)
		if _, err := verifier.Verify(oldToken); err == nil {
			t.Error("a key that was taken back is still good")
		}
		cancel()
		synctest.Wait()
	})
}

// Keys that do not exist cannot be used to hammer the URL, nor to hold up those
// who have a good token.
func TestJWKSUnknownKeys(t *testing.T) {
	t.Parallel()
	key := testKeys(t)[1]
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p := &publisher{keys: []jwk{{kid: "a", key: key.private.Public()}}}
		verifier := p.verifier(t, ctx)
		p.slow = time.Second
		began := time.Now()
		var all sync.WaitGroup
		for i := range 100 {
			token := key.token(t, fmt.Sprintf(`{"alg":"ES256","kid":"%d"}`, i))
			all.Go(func() {
				for range 20 {
					before := time.Now()
					if _, err := verifier.Verify(token); err == nil {
						t.Error("an unknown key is taken")
					}
					if waited := time.Since(before); waited > 2*time.Second {
						t.Errorf("a token waited for %v", waited)
					}
					time.Sleep(time.Second)
				}
			})
		}
		good := key.token(t, `{"alg":"ES256","kid":"a"}`)
		time.Sleep(500 * time.Millisecond) // a fetch is under way
		before := time.Now()
		if _, err := verifier.Verify(good); err != nil || time.Since(before) > 0 {
			t.Errorf("a good token waited for %v: %v", time.Since(before), err)
		}
		all.Wait()
		if n, most := p.asked.Load(), int64(time.Since(began)/(10*time.Second))+3; n > most {
			t.Errorf("the keys were fetched %d times in %v", n, time.Since(began))
		}
		cancel()
		synctest.Wait()
	})
}

// While the keys cannot be fetched the old ones are good, for a day; then they
// are again as soon as they can be.
func TestJWKSOutage(t *testing.T) {
	t.Parallel()
	key := testKeys(t)[1]
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		p := &publisher{keys: []jwk{{kid: "a", key: key.private.Public()}}}
		verifier := p.verifier(t, ctx)
		token := key.token(t, `{"alg":"ES256","kid":"a"}`)
		verify := func(when string, want bool) {
			if _, err := verifier.Verify(token); (err == nil) != want {
				t.Errorf("%s: %v", when, err)
			}
		}
		p.breakDown(true)
		time.Sleep(23 * time.Hour)
		verify("after 23 hours", true)
		time.Sleep(2 * time.Hour)
		verify("after 25 hours", false)
		p.breakDown(false)
		time.Sleep(time.Minute)
		verify("when it is back", true)
		cancel()
		synctest.Wait()
	})
}
