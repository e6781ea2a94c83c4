// Package auth turns a JSON Web Token into an identity and answers what that
// identity may do with a document.
//
// A [Verifier] has one kind of key, which pins the algorithm: the one that a
// token names is compared with it and never chosen by it. Keys are shared
// secrets (HS256), one public key in PEM (RS256, ES256 or EdDSA, by the type of
// the key), or those that a JWKS URL publishes (each for its type alone).
//
// # Claims
//
//   - sub (required): the id of the user, at most [MaxIDBytes] bytes, without
//     control characters.
//   - exp (required), nbf: seconds since 1970, with a leeway of [Leeway].
//   - iss, aud: looked at where the verifier was told what to expect.
//   - name: what others see, with the bounds of sub.
//   - docs: rights by document pattern, at most [MaxPatterns] of them:
//     {"team-a:*":"write","handbook":"read"}.
//
// Claims are read strictly (RFC 8259 and RFC 7493): names match exactly, a name
// given twice is refused, and so is anything but well-formed UTF-8. Everything
// else in a token is ignored.
//
// # Patterns
//
// In a pattern '*' matches any run of characters, also none. Of the patterns
// that match a document id, the one with the most characters other than '*'
// decides; on a tie the one without '*', then the higher right. A right this
// package does not know is [None], and a pattern that carries it decides like
// any other.
package auth
