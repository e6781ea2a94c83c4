package auth

import (
	"errors"
	"fmt"

	"github.com/MicahParks/jwkset"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxKeySetBytes bounds a JWK set.
	maxKeySetBytes = 1 << 20
	// maxKeys bounds the keys that are taken from one: a token that names none
	// is tried with all of them.
	maxKeys = 32
)

// parseKeySet reads a JWK set (RFC 7517 section 5). Keys that are not for
// signatures, or for algorithms that are not taken here, are left out.
func parseKeySet(text []byte) ([]jwkset.JWK, error) {
	if len(text) > maxKeySetBytes {
		return nil, fmt.Errorf("the key set has more than %d bytes", maxKeySetBytes)
	}
	var set struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, errors.New("it is no JWK set")
	}
	var keys []jwkset.JWK
	for _, raw := range set.Keys {
		if key, ok := parseKey(raw); ok {
			keys = append(keys, key)
		}
	}
	switch {
	case len(keys) == 0:
		return nil, errors.New("the key set has no key for RS256, ES256 or EdDSA")
	case len(keys) > maxKeys:
		return nil, fmt.Errorf("the key set has %d keys, the limit is %d", len(keys), maxKeys)
	}
	return keys, nil
}

// parseKey tells whether it is a key that tokens may be signed with.
func parseKey(raw jsontext.Value) (jwkset.JWK, bool) {
	key, err := jwkset.NewJWKFromRawJSON([]byte(raw), jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
	if err != nil {
		return key, false
	}
	said := key.Marshal()
	method, err := methodFor(key.Key())
	return key, err == nil && said.USE != jwkset.UseEnc && (said.ALG == "" || said.ALG.String() == method.Alg())
}
