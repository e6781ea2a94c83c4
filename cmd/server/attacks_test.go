package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"

	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"github.com/coscribe/coscribe/auth/authtest"
)

// attacks are what somebody may try who wants more than they were given, each
// against the whole server.
var attacks = []struct {
	name string
	try  func(t *testing.T, f *fort)
}{
	{"a token with alg none", forged(func(f *fort) string { return unsigned(`{"alg":"none","typ":"JWT"}`) })},
	{"a token with alg none in other letters", forged(func(f *fort) string { return unsigned(`{"alg":"nOnE"}`) })},
	{"a token without alg", forged(func(f *fort) string { return unsigned(`{}`) })},
	{"a token signed with another secret", forged(func(f *fort) string {
		return signed(jwt.SigningMethodHS256, []byte("another secret, of the right length"), nil)
	})},
	{"a token signed with no secret", forged(func(f *fort) string { return signed(jwt.SigningMethodHS256, []byte{}, nil) })},
	{"a token of another algorithm with the secret", forged(func(f *fort) string {
		return signed(jwt.SigningMethodHS512, []byte(authtest.Secret), nil)
	})},
	{"a token that has expired", forged(func(f *fort) string { return claiming("exp", time.Now().Add(-time.Minute).Unix()) })},
	{"a token that does not expire", forged(func(f *fort) string { return claiming("exp", nil) })},
	{"a token that expires as a text", forged(func(f *fort) string { return claiming("exp", "9999999999") })},
	{"a token that is not good yet", forged(func(f *fort) string { return claiming("nbf", time.Now().Add(time.Hour).Unix()) })},
	{"a token of nobody", forged(func(f *fort) string { return claiming("sub", "") })},
	{"a token with another right put in", forged(func(f *fort) string { return tampered() })},
	{"a token with a critical extension", forged(func(f *fort) string {
		return signed(jwt.SigningMethodHS256, []byte(authtest.Secret), map[string]any{"crit": []string{"x"}, "x": 1})
	})},
	{"a public key used as a secret (RS256 for HS256)", confused},
	{"a token in the URL", tokenInURL},
	{"patterns that look like more than they are", patterns},
	{"paths that climb out of their document", climbing},
	{"an upgrade from another origin", origins},
	{"a write from another origin", crossOriginWrite},
	{"a write as text/plain", textPlain},
	{"a name that was rebound to a keyless server", rebinding},
	{"a proxy before a keyless server", proxied},
	{"a stolen client id", stolenClient},
	{"a client id that was taken first", takenClient},
	{"a client id that holds up its owner", obstructedClient},
	{"presence for somebody else", spoofing},
	{"an op for somebody else", authorship},
	{"asking which documents exist", probing},
	{"history without read", historyWithoutRead},
	{"restoring without write", restoringWithoutWrite},
	{"writing behind a downgrade in one breath", downgrade},
	{"dropping sessions without being an admin of all", dropping},
}

func TestAttacks(t *testing.T) {
	t.Parallel()
	f := newFort(t)
	for _, attack := range attacks {
		t.Run(attack.name, func(t *testing.T) {
			t.Parallel()
			attack.try(t, f)
		})
	}
}

// fort is the servers that are attacked.
type fort struct {
	keyed   string // by a shared secret
	public  string // by a public key
	keyless string
	pem     []byte // that public key
}

func newFort(t *testing.T) *fort {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	f := &fort{pem: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})}
	dir := t.TempDir()
	secret, public := filepath.Join(dir, "secret"), filepath.Join(dir, "public.pem")
	if err := errors.Join(os.WriteFile(secret, []byte(authtest.Secret), 0o600), os.WriteFile(public, f.pem, 0o600)); err != nil {
		t.Fatal(err)
	}
	f.keyed = serve(t, "--jwt-secret-file", secret, "--allowed-origins", "https://a.example")
	f.public = serve(t, "--jwt-public-key", public)
	f.keyless = serve(t)
	return f
}

// ask makes a REST call; headers are names and values in turn. The path goes
// out as it is.
func ask(t *testing.T, address, method, path, token, body string, headers ...string) (status int, code string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+address+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.URL.Opaque = path
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var problem struct{ Code string }
	_ = json.NewDecoder(bytes.NewReader(text)).Decode(&problem) // not every answer is a problem
	return answer.StatusCode, problem.Code
}

// refused expects a call to be refused so.
func refused(t *testing.T, what string, status int, code string, wantStatus int, wantCode string) {
	t.Helper()
	if status != wantStatus || code != wantCode {
		t.Errorf("%s: %d %q, want %d %q", what, status, code, wantStatus, wantCode)
	}
}

// upgrade tries to connect, and returns the status of the answer.
func upgrade(t *testing.T, address, query string, headers ...string) int {
	t.Helper()
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	conn, answer, err := websocket.DefaultDialer.DialContext(t.Context(), "ws://"+address+"/v1/connect"+query, header)
	if err == nil {
		_ = conn.Close()
	}
	if answer == nil {
		t.Fatal(err)
	}
	return answer.StatusCode
}

// hello connects and says hello with a token, as a client or as a new one.
func hello(t *testing.T, address, token, client string) *person {
	t.Helper()
	p := connect(t, address)
	p.sendf(t, `{"t":"hello","client":"%s","token":"%s"}`, client, token)
	return p
}

// failing expects an error next.
func (p *person) failing(t *testing.T, code string) {
	t.Helper()
	m, err := p.next()
	if err != nil {
		t.Fatalf("in vain for %s: %v", code, err)
	}
	if got := m.(map[string]any); got["t"] != "error" || got["code"] != code {
		t.Errorf("%v, want the error %s", m, code)
	}
}

// closing expects the connection to be closed so.
func (p *person) closing(t *testing.T, code int) {
	t.Helper()
	for {
		if _, err := p.next(); err != nil {
			if !websocket.IsCloseError(err, code) {
				t.Errorf("it ended with %v, want %d", err, code)
			}
			return
		}
	}
}

// may is the token of a user who may do that, here or on no server of a public key.
func may(user, pattern, right string) string {
	return authtest.Token(user, map[string]string{pattern: right})
}

func doc(t *testing.T) string { return "d" + uuid.NewString() }

// made creates a document of that content.
func (f *fort) made(t *testing.T, id string) string {
	t.Helper()
	body := `{"id":"` + id + `","type":"text","content":[{"insert":"secret"}]}`
	if status, code := ask(t, f.keyed, http.MethodPost, "/v1/documents", may("root", "*", "admin"), body); status != http.StatusCreated {
		t.Fatalf("create %s: %d %s", id, status, code)
	}
	return id
}

// forged tries a bad token at every door.
func forged(token func(*fort) string) func(*testing.T, *fort) {
	return func(t *testing.T, f *fort) {
		bad := token(f)
		enter(t, f.keyed, bad)
		ann := join(t, f.keyed, may("ann", "*", "write"), doc(t))
		ann.sendf(t, `{"t":"auth","token":"%s"}`, bad)
		ann.failing(t, "unauthorized")
	}
}

// enter expects a token to be refused by REST, by an upgrade and by hello.
func enter(t *testing.T, address, token string) {
	t.Helper()
	if status, _ := ask(t, address, http.MethodGet, "/v1/documents", token, ""); status != http.StatusUnauthorized {
		t.Errorf("REST: %d", status)
	}
	if status := upgrade(t, address, "", "Authorization", "Bearer "+token); status != http.StatusUnauthorized {
		t.Errorf("upgrade: %d", status)
	}
	hello(t, address, token, uuid.NewString()).closing(t, 4401)
}

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// wanted are claims that would be good if they were signed.
func wanted() map[string]any {
	return map[string]any{"sub": "ann", "exp": time.Now().Add(time.Hour).Unix(), "docs": map[string]string{"*": "admin"}}
}

func unsigned(header string) string {
	claims, err := json.Marshal(wanted())
	if err != nil {
		panic(err)
	}
	return encoded(header) + "." + encoded(string(claims)) + "."
}

func signed(method jwt.SigningMethod, key any, header map[string]any) string {
	token := jwt.NewWithClaims(method, jwt.MapClaims(wanted()))
	for name, value := range header {
		token.Header[name] = value
	}
	text, err := token.SignedString(key)
	if err != nil {
		panic(err)
	}
	return text
}

// claiming signs claims with one of them changed; nil takes it out.
func claiming(name string, value any) string {
	claims := wanted()
	if claims[name] = value; value == nil {
		delete(claims, name)
	}
	return authtest.Sign(claims)
}

func tampered() string {
	parts := strings.Split(authtest.Token("ann", map[string]string{"a": "read"}), ".")
	claims, err := json.Marshal(wanted())
	if err != nil {
		panic(err)
	}
	return parts[0] + "." + encoded(string(claims)) + "." + parts[2]
}

func confused(t *testing.T, f *fort) {
	for _, secret := range [][]byte{f.pem, bytes.TrimSpace(f.pem)} {
		enter(t, f.public, signed(jwt.SigningMethodHS256, secret, nil))
	}
	enter(t, f.public, unsigned(`{"alg":"none"}`))
	file := filepath.Join(t.TempDir(), "public.pem")
	if err := os.WriteFile(file, f.pem, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := command(t, "--jwt-secret-file", file, "--listen", "127.0.0.1:0"); code == 0 || !strings.Contains(out, "PEM") {
		t.Errorf("a server starts with a public key as its secret: %s", out)
	}
}
