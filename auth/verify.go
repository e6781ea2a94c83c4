package auth

import (
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

// Verifier checks tokens against the keys that it was made with. It is safe for
// use by several goroutines.
type Verifier struct {
	keys       jwt.Keyfunc
	algorithms string
	parser     *jwt.Parser
	weak       bool
}

// Weak tells whether a key is a secret that can be guessed from a token. It
// works, because who issues the tokens may leave no choice; the one who runs
// the server should know.
func (v *Verifier) Weak() bool { return v.weak }

// Option changes how a verifier works.
type Option func(*settings)

type settings struct {
	now              func() time.Time
	issuer, audience string
}

// WithClock makes a verifier read the time from now, not from time.Now.
func WithClock(now func() time.Time) Option {
	return func(s *settings) { s.now = now }
}

// WithIssuer makes a verifier take only tokens whose iss is that text; an empty
// one is not looked for.
func WithIssuer(issuer string) Option {
	return func(s *settings) { s.issuer = issuer }
}

// WithAudience makes a verifier take only tokens whose aud is, or holds, that
// text; an empty one is not looked for.
func WithAudience(audience string) Option {
	return func(s *settings) { s.audience = audience }
}

// newVerifier returns a verifier that takes those algorithms and no other, with
// the keys that keys finds for a token.
func newVerifier(keys jwt.Keyfunc, options []Option, algorithms ...string) *Verifier {
	s := settings{now: time.Now}
	for _, option := range options {
		option(&s)
	}
	parsing := []jwt.ParserOption{
		jwt.WithValidMethods(algorithms),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(Leeway),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(s.now),
	}
	if s.issuer != "" {
		parsing = append(parsing, jwt.WithIssuer(s.issuer))
	}
	if s.audience != "" {
		parsing = append(parsing, jwt.WithAudience(s.audience))
	}
	return &Verifier{keys: keys, algorithms: strings.Join(algorithms, ", "), parser: jwt.NewParser(parsing...)}
}

// fixed finds the same keys for every token.
func fixed(keys ...jwt.VerificationKey) jwt.Keyfunc {
	set := jwt.VerificationKeySet{Keys: keys}
	return func(*jwt.Token) (any, error) { return set, nil }
}

// Algorithm returns the JWS algorithms that are taken, such as "HS256".
func (v *Verifier) Algorithm() string { return v.algorithms }

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
		return nil, v.explain(err, &c)
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

// keyFor returns the keys that a token may be signed with. The parser has
// compared the algorithm by then.
func (v *Verifier) keyFor(token *jwt.Token) (any, error) {
	// RFC 7515 section 4.1.11: extensions marked critical must be understood.
	if _, ok := token.Header["crit"]; ok {
		return nil, errCritical
	}
	return v.keys(token)
}

// explain puts an error of the parser into words of our own: its words may hold
// pieces of the token.
func (v *Verifier) explain(err error, c *claims) error {
	switch {
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return refuse("its nbf is in the future")
	case errors.Is(err, jwt.ErrTokenExpired):
		return fmt.Errorf("%w: it ended at %s", ErrExpired, c.Expires.time().Format(time.RFC3339))
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing) && c.Expires == nil:
		return refuse("exp, the time when it ends, is missing")
	case errors.Is(err, jwt.ErrTokenInvalidIssuer), errors.Is(err, jwt.ErrTokenInvalidAudience),
		errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return refuse("its iss or aud is not what this server takes")
	case errors.Is(err, errCritical):
		return refuse("its header names a critical extension, which is not supported")
	case errors.Is(err, errDate):
		return refuse("its exp or nbf is not a number of seconds between 1970 and 9999")
	case errors.Is(err, jwt.ErrTokenMalformed):
		return refuse("it is not a JSON Web Token with sound claims")
	default:
		// One answer for a wrong algorithm and a wrong key: both mean that the
		// issuer and the server are not set up alike.
		return refuse("it is not signed with a key that this server knows, by " + v.algorithms)
	}
}

func refuse(reason string) error { return fmt.Errorf("%w: %s", ErrUnauthorized, reason) }
