package auth

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// MinSecretBytes is the size of the shortest HS256 secret that is not Weak:
// that of the hash, as RFC 7518 section 3.2 wants it. Shorter ones can be
// guessed from one token.
const MinSecretBytes = 32

// minRSABits is the size of the smallest RS256 key (RFC 7518 section 3.3), and
// maxRSABits that of the largest: checking a signature must not take long.
const (
	minRSABits = 2048
	maxRSABits = 8192
)

// NewHS256 returns a verifier of tokens signed with a shared secret, of which
// it keeps a copy. It refuses an empty secret, and PEM
// files: a public key used as a secret would let anyone sign.
func NewHS256(secret []byte, options ...Option) (*Verifier, error) {
	if err := checkSecret(secret); err != nil {
		return nil, err
	}
	return newHS256([][]byte{bytes.Clone(secret)}, options), nil
}

func newHS256(secrets [][]byte, options []Option) *Verifier {
	keys, weak := make([]jwt.VerificationKey, len(secrets)), false
	for i, secret := range secrets {
		keys[i] = secret
		weak = weak || len(secret) < MinSecretBytes
	}
	v := newVerifier(fixed(keys...), options, jwt.SigningMethodHS256.Alg())
	v.weak = weak
	return v
}

func checkSecret(secret []byte) error {
	if bytes.Contains(secret, []byte("-----BEGIN ")) {
		return errors.New("the secret is a PEM file; HS256 wants random bytes, a public key is set up on its own")
	}
	if len(secret) == 0 {
		return errors.New("the secret is empty")
	}
	return nil
}

// ReadSecret reads a secret from a file. One newline at its end, as editors and
// echo leave it ("\n" or "\r\n"), is not part of the secret.
func ReadSecret(path string) ([]byte, error) {
	secret, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	if line, ok := bytes.CutSuffix(secret, []byte("\n")); ok {
		secret = bytes.TrimSuffix(line, []byte("\r"))
	}
	return secret, nil
}

// LoadHS256 is NewHS256 with the secret in a file, see ReadSecret. Given several
// files it takes tokens signed with any of the secrets, so that one can be
// replaced while tokens of the other are still about.
func LoadHS256(paths []string, options ...Option) (*Verifier, error) {
	if len(paths) == 0 {
		return nil, errors.New("no file with a JWT secret is named")
	}
	secrets := make([][]byte, len(paths))
	for i, path := range paths {
		secret, err := ReadSecret(path)
		if err != nil {
			return nil, err
		}
		if err := checkSecret(secret); err != nil {
			return nil, fmt.Errorf("JWT secret in %s: %w", path, err)
		}
		secrets[i] = secret
	}
	return newHS256(secrets, options), nil
}

// NewPublicKey returns a verifier of tokens signed with the private half of the
// one public key in a PEM text. The type of the key decides the algorithm: RSA
// of 2048 bits or more RS256, ECDSA on P-256 ES256, Ed25519 EdDSA.
func NewPublicKey(text []byte, options ...Option) (*Verifier, error) {
	key, err := parsePublicKey(text)
	if err != nil {
		return nil, err
	}
	method, err := methodFor(key)
	if err != nil {
		return nil, err
	}
	return newVerifier(fixed(key), options, method.Alg()), nil
}

// LoadPublicKey is NewPublicKey with the PEM text in a file.
func LoadPublicKey(path string, options ...Option) (*Verifier, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the JWT public key: %w", err)
	}
	verifier, err := NewPublicKey(text, options...)
	if err != nil {
		return nil, fmt.Errorf("JWT public key in %s: %w", path, err)
	}
	return verifier, nil
}

func parsePublicKey(text []byte) (crypto.PublicKey, error) {
	block, rest := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is no PEM text")
	}
	if another, _ := pem.Decode(rest); another != nil {
		return nil, errors.New("it holds more than one PEM block; one key, one algorithm")
	}
	switch {
	case block.Type == "PUBLIC KEY":
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("parse the public key: %w", err)
		}
		return key, nil
	case block.Type == "RSA PUBLIC KEY":
		key, err := x509.ParsePKCS1PublicKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("parse the RSA public key: %w", err)
		}
		return key, nil
	case strings.HasSuffix(block.Type, "PRIVATE KEY"):
		return nil, errors.New("it holds a private key; the server wants the public half alone")
	default:
		return nil, fmt.Errorf("it holds a PEM block of type %q; \"PUBLIC KEY\" is wanted", block.Type)
	}
}

func methodFor(key crypto.PublicKey) (jwt.SigningMethod, error) {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < minRSABits || bits > maxRSABits {
			return nil, fmt.Errorf("the RSA key has %d bits; RS256 wants %d to %d", bits, minRSABits, maxRSABits)
		}
		return jwt.SigningMethodRS256, nil
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			return nil, fmt.Errorf("the ECDSA key is on %s; ES256 wants P-256", key.Curve.Params().Name)
		}
		return jwt.SigningMethodES256, nil
	case ed25519.PublicKey:
		if len(key) != ed25519.PublicKeySize { // which Verify would panic at
			return nil, fmt.Errorf("the Ed25519 key has %d bytes, not %d", len(key), ed25519.PublicKeySize)
		}
		return jwt.SigningMethodEdDSA, nil
	default:
		return nil, fmt.Errorf("keys of type %T are not supported; RSA, ECDSA P-256 and Ed25519 are", key)
	}
}
