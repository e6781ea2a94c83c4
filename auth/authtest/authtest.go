// Package authtest makes tokens for tests of whatever asks for one.
package authtest

import (
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Secret is a shared secret for auth.NewHS256, long enough to be taken.
const Secret = "a secret of tests, known to all who can read"

// Token returns a token, signed with Secret, that lets user do for an hour what
// docs says: a right ("read", "write", "admin") by document pattern.
func Token(user string, docs map[string]string) string {
	return Sign(map[string]any{"sub": user, "exp": time.Now().Add(time.Hour).Unix(), "docs": docs})
}

// Sign returns a token of exactly those claims, signed with Secret. It panics
// where the claims cannot be written as JSON.
func Sign(claims map[string]any) string {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims(claims)).SignedString([]byte(Secret))
	if err != nil {
		panic("authtest: " + err.Error())
	}
	return token
}
