package auth

import (
	"crypto"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Leeway is how far the clocks of the issuer and of this machine may be apart:
// a token is taken that much before its nbf and after its exp.
const Leeway = 5 * time.Second

// MaxTokenBytes bounds a token. MaxPatterns patterns of full length fit.
const MaxTokenBytes = 64 << 10

var (
	// ErrUnauthorized means that a token is not to be trusted, or unusable.
	ErrUnauthorized = errors.New("the token is refused")
	// ErrExpired means that a token was good once: a new one is needed.
	ErrExpired = errors.New("the token has expired")
)

var errCritical = errors.New("critical header")

// Verifier checks tokens against one key. It is immutable, and safe for use by
// several goroutines.
type Verifier struct {
	key       crypto.PublicKey // or the secret, a []byte
	algorithm string
	parser    *jwt.Parser
}

// Weak tells whether the key is a secret that can be guessed from a token. It
// works, because who issues the tokens may leave no choice; the one who runs
// the server should know.
func (v *Verifier) Weak() bool {
	secret, ok := v.key.([]byte)
	return ok && len(secret) < MinSecretBytes
}

// Option changes how a verifier works.
type Option func(*settings)

type settings struct{ now func() time.Time }

// WithClock makes a verifier read the time from now, not from time.Now.
func WithClock(now func() time.Time) Option {
	return func(s *settings) { s.now = now }
}

func newVerifier(method jwt.SigningMethod, key crypto.PublicKey, options []Option) *Verifier {
	s := settings{now: time.Now}
	for _, option := range options {
		option(&s)
	}
	return &Verifier{
		key:       key,
		algorithm: method.Alg(),
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{method.Alg()}),
			jwt.WithExpirationRequired(),
			jwt.WithLeeway(Leeway),
			jwt.WithStrictDecoding(),
			jwt.WithTimeFunc(s.now),
		),
	}
}

// Algorithm returns the one JWS algorithm that is taken, such as "HS256".
func (v *Verifier) Algorithm() string { return v.algorithm }

// Verify returns the identity that a token proves. The error is ErrExpired for
// a genuine token whose time has passed and ErrUnauthorized for any other that
// is not good. Its text says why, is fit for whoever holds the token, and
// repeats nothing of it.
func (v *Verifier) Verify(token string) (*Identity, error) {
	if err := checkShape(token); err != nil {
		return nil, err
	}
	var c claims
	if _, err := v.parser.ParseWithClaims(token, &c, v.keyFor); err != nil {
		return nil, v.explain(err, c.Expires)
	}
	identity, err := c.identity()
	if err != nil {
		return nil, refuse(err.Error())
	}
	return identity, nil
}

func checkShape(token string) error {
	switch {
	case token == "":
		return refuse("there is none")
	case len(token) > MaxTokenBytes:
		return refuse(fmt.Sprintf("it has %d bytes, the limit is %d", len(token), MaxTokenBytes))
	case strings.ContainsAny(token, "\r\n"):
		// The decoder of base64 would skip them: one token, many spellings.
		return refuse("it has a line break")
	}
	return nil
}

// keyFor returns the key whatever the token says of it. The parser has compared
// the algorithm by then.
func (v *Verifier) keyFor(token *jwt.Token) (any, error) {
	// RFC 7515 section 4.1.11: extensions marked critical must be understood.
	if _, ok := token.Header["crit"]; ok {
		return nil, errCritical
	}
	return v.key, nil
}

// explain puts an error of the parser into words of our own: its words may hold
// pieces of the token.
func (v *Verifier) explain(err error, expires *date) error {
	switch {
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return refuse("its nbf is in the future")
	case errors.Is(err, jwt.ErrTokenExpired):
		return fmt.Errorf("%w: it ended at %s", ErrExpired, expires.time().Format(time.RFC3339))
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return refuse("exp, the time when it ends, is missing")
	case errors.Is(err, errCritical):
		return refuse("its header names a critical extension, which is not supported")
	case errors.Is(err, errDate):
		return refuse("its exp or nbf is not a number of seconds between 1970 and 9999")
	case errors.Is(err, jwt.ErrTokenMalformed):
		return refuse("it is not a JSON Web Token with sound claims")
	default:
		// One answer for a wrong algorithm and a wrong key: both mean that the
		// issuer and the server are not set up alike.
		return refuse("it is not signed with the " + v.algorithm + " key of this server")
	}
}

func refuse(reason string) error { return fmt.Errorf("%w: %s", ErrUnauthorized, reason) }
