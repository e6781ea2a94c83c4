package auth_test

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coscribe/coscribe/auth"
	"github.com/golang-jwt/jwt/v5"
)

type testKey struct {
	name    string
	method  jwt.SigningMethod
	private crypto.Signer
}

// testKeys returns a fresh key for each algorithm with a public key.
func testKeys(t *testing.T) []testKey {
	t.Helper()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return []testKey{
		{"RSA", jwt.SigningMethodRS256, rsaKey},
		{"P-256", jwt.SigningMethodES256, ecKey(t, elliptic.P256())},
		{"Ed25519", jwt.SigningMethodEdDSA, edKey},
	}
}

func ecKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (k testKey) pem(t *testing.T) []byte {
	t.Helper()
	return publicPEM(t, k.private.Public())
}

func (k testKey) verifier(t *testing.T) *auth.Verifier {
	t.Helper()
	verifier, err := auth.NewPublicKey(k.pem(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

func publicPEM(t *testing.T, key crypto.PublicKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func TestNewPublicKeyPinsTheAlgorithmByTheKey(t *testing.T) {
	t.Parallel()
	for _, key := range testKeys(t) {
		if got, want := key.verifier(t).Algorithm(), key.method.Alg(); got != want {
			t.Errorf("%s: %s, want %s", key.name, got, want)
		}
	}
}

func TestNewPublicKeyTakesPKCS1(t *testing.T) {
	t.Parallel()
	key := testKeys(t)[0].private.Public().(*rsa.PublicKey)
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(key)})
	verifier, err := auth.NewPublicKey(text)
	if err != nil || verifier.Algorithm() != "RS256" {
		t.Errorf("%v, %v", verifier, err)
	}
}

func TestNewPublicKeyRefuses(t *testing.T) {
	t.Parallel()
	keys := testKeys(t)
	private, err := x509.MarshalPKCS8PrivateKey(keys[1].private)
	if err != nil {
		t.Fatal(err)
	}
	x25519, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shortRSA := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1023), E: 65537}
	tests := []struct {
		name string
		text []byte
		want string
	}{
		{"no PEM", []byte("secret"), "no PEM text"},
		{"two keys", append(keys[0].pem(t), keys[1].pem(t)...), "more than one"},
		{"private key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), "private key"},
		{"certificate", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: private}), `"CERTIFICATE"`},
		{"broken key", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: private}), "parse the public key"},
		{"broken RSA key", pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: private}), "parse the RSA public key"},
		{"P-384", publicPEM(t, ecKey(t, elliptic.P384()).Public()), "P-384"},
		{"short RSA", publicPEM(t, shortRSA), "1024 bits"},
		{"long RSA", publicPEM(t, &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 9000), E: 65537}), "9001 bits"},
		{"X25519", publicPEM(t, x25519.Public()), "not supported"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := auth.NewPublicKey(test.text); !strings.Contains(fmt.Sprint(err), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestNewHS256Refuses(t *testing.T) {
	t.Parallel()
	for want, secret := range map[string][]byte{
		"the secret is empty": nil,
		"the secret is a PEM": testKeys(t)[0].pem(t),
	} {
		if _, err := auth.NewHS256(secret); !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

func TestNewHS256KeepsACopy(t *testing.T) {
	t.Parallel()
	key := []byte(secret)
	verifier, err := auth.NewHS256(key, clock)
	if err != nil {
		t.Fatal(err)
	}
	clear(key)
	if _, err := verifier.Verify(signHS256(t, goodClaims)); err != nil {
		t.Error(err)
	}
}

// A2: one trailing newline of the file is dropped.
func TestLoadHS256(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file, key string
	}{
		{"as it is", secret, secret},
		{"one newline", secret + "\n", secret},
		{"one newline of Windows", secret + "\r\n", secret},
		{"two newlines", secret + "\n\n", secret + "\n"},
		{"a space", secret + " ", secret + " "},
		{"a newline before", "\n" + secret, "\n" + secret},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			verifier, err := auth.LoadHS256([]string{writeFile(t, []byte(test.file))}, clock)
			if err != nil {
				t.Fatal(err)
			}
			token := sign(t, jwt.SigningMethodHS256, []byte(test.key), `{"alg":"HS256"}`, goodClaims)
			if _, err := verifier.Verify(token); err != nil {
				t.Error(err)
			}
		})
	}
}

// A2: while a secret is replaced, tokens of both are good; afterwards only those
// of the new one.
func TestSecretsRotate(t *testing.T) {
	t.Parallel()
	const next = "fedcba9876543210fedcba9876543210"
	old, fresh := writeFile(t, []byte(secret)), writeFile(t, []byte(next+"\n"))
	for _, test := range []struct {
		files         []string
		takesOld, new bool
	}{
		{[]string{old}, true, false},
		{[]string{old, fresh}, true, true},
		{[]string{fresh, old}, true, true},
		{[]string{fresh}, false, true},
	} {
		verifier, err := auth.LoadHS256(test.files, clock)
		if err != nil {
			t.Fatal(err)
		}
		for key, taken := range map[string]bool{secret: test.takesOld, next: test.new, "neither of them": false} {
			_, err := verifier.Verify(sign(t, jwt.SigningMethodHS256, []byte(key), `{"alg":"HS256"}`, goodClaims))
			if (err == nil) != taken {
				t.Errorf("%d files: a token of %.8s… gives %v", len(test.files), key, err)
			}
		}
	}
	if _, err := auth.LoadHS256([]string{old, writeFile(t, nil)}); err == nil {
		t.Error("an empty second secret is taken")
	}
	if _, err := auth.LoadHS256(nil); err == nil {
		t.Error("no secret at all is taken")
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing")
	if _, err := auth.LoadHS256([]string{missing}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
	if _, err := auth.LoadPublicKey(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
	short := writeFile(t, []byte("\n"))
	if _, err := auth.LoadHS256([]string{short}); !strings.Contains(fmt.Sprint(err), short) {
		t.Errorf("nothing but a newline: %v", err)
	}
	if _, err := auth.LoadPublicKey(short); !strings.Contains(fmt.Sprint(err), short) {
		t.Errorf("not a key: %v", err)
	}
}

func TestWeakSecret(t *testing.T) {
	t.Parallel()
	for size, weak := range map[int]bool{1: true, auth.MinSecretBytes - 1: true, auth.MinSecretBytes: false} {
		verifier, err := auth.NewHS256(bytes.Repeat([]byte("a"), size))
		if err != nil {
			t.Fatal(err)
		}
		if verifier.Weak() != weak {
			t.Errorf("%d bytes: weak is %v", size, verifier.Weak())
		}
	}
}

func TestLoadPublicKey(t *testing.T) {
	t.Parallel()
	key := testKeys(t)[1]
	verifier, err := auth.LoadPublicKey(writeFile(t, key.pem(t)), clock)
	if err != nil {
		t.Fatal(err)
	}
	token := sign(t, key.method, key.private, `{"alg":"ES256"}`, goodClaims)
	if _, err := verifier.Verify(token); err != nil {
		t.Error(err)
	}
}

func writeFile(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
