package auth

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/golang-jwt/jwt/v5"
)

// claims are what a token says, as far as this package reads it. It implements
// jwt.Claims.
type claims struct {
	Issuer    jsontext.Value            `json:"iss"`
	Audience  jsontext.Value            `json:"aud"`
	Subject   string                    `json:"sub"`
	Name      string                    `json:"name"`
	Expires   *date                     `json:"exp"`
	NotBefore *date                     `json:"nbf"`
	Docs      map[string]jsontext.Value `json:"docs"`
}

// UnmarshalJSON reads strictly. encoding/json, which calls it, would take "SUB"
// for "sub", the last of two "sub"s, and U+FFFD for what is no character: three
// ways in which two readers of one token disagree about its user.
func (c *claims) UnmarshalJSON(data []byte) error {
	type plain claims // without this method
	return json.Unmarshal(data, (*plain)(c))
}

func (c *claims) identity() (*Identity, error) {
	docs := make(map[string]Access, len(c.Docs))
	for text, right := range c.Docs {
		docs[text] = parseRight(right)
	}
	return NewIdentity(c.Subject, c.Name, c.Expires.time(), docs)
}

// parseRight takes any JSON value: a right of a later version need not be a
// string, and is not known here either way.
func parseRight(value jsontext.Value) Access {
	var name string
	if err := json.Unmarshal(value, &name); err != nil {
		return None
	}
	return ParseAccess(name)
}

func (c *claims) GetExpirationTime() (*jwt.NumericDate, error) { return c.Expires.numeric(), nil }
func (c *claims) GetNotBefore() (*jwt.NumericDate, error)      { return c.NotBefore.numeric(), nil }
func (c *claims) GetIssuedAt() (*jwt.NumericDate, error)       { return nil, nil }
func (c *claims) GetSubject() (string, error)                  { return c.Subject, nil }

// GetIssuer returns iss. It is asked for only where the verifier expects one.
func (c *claims) GetIssuer() (string, error) {
	var issuer string
	if json.Unmarshal(c.Issuer, &issuer) != nil {
		return "", jwt.ErrTokenInvalidIssuer
	}
	return issuer, nil
}

// GetAudience returns aud, one text or a list of them (RFC 7519 section 4.1.3). It
// is asked for only where the verifier expects one.
func (c *claims) GetAudience() (jwt.ClaimStrings, error) {
	var one string
	if json.Unmarshal(c.Audience, &one) == nil {
		return jwt.ClaimStrings{one}, nil
	}
	var list []string
	if json.Unmarshal(c.Audience, &list) != nil {
		return nil, jwt.ErrTokenInvalidAudience
	}
	return list, nil
}

// date is a NumericDate (RFC 7519 section 2): seconds since 1970, possibly with
// a fraction. jwt.NumericDate also takes strings, and numbers that no int64
// holds, for which Go promises no particular result.
type date float64

// maxDate is the last second of the year 9999, where RFC 3339 ends.
const maxDate = 253402300799

var errDate = errors.New("a date is not a number of seconds between 1970 and 9999")

func (d *date) UnmarshalJSON(data []byte) error {
	var seconds float64
	if err := json.Unmarshal(data, &seconds); err != nil || seconds < 0 || seconds > maxDate {
		return errDate
	}
	*d = date(seconds)
	return nil
}

func (d *date) time() time.Time {
	if d == nil {
		return time.Time{}
	}
	// In milliseconds, which is what the protocol speaks; a float64 holds them exactly.
	return time.UnixMilli(int64(float64(*d) * 1000)).UTC()
}

func (d *date) numeric() *jwt.NumericDate {
	if d == nil {
		return nil
	}
	return &jwt.NumericDate{Time: d.time()}
}
