package auth

import (
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// FuzzKeySet feeds what a JWKS URL may answer: what is taken can be used to
// check a signature, by the algorithm of its type alone.
func FuzzKeySet(f *testing.F) {
	f.Add(`{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}`)
	f.Add(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`)
	f.Add(`{"keys":[{"kty":"oct","k":"c2VjcmV0"},{"kty":"RSA","n":"AQAB","e":"AQAB","use":"enc"},7,null]}`)
	f.Add(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQ","x5u":"https://id.example","x5c":["AAAA"]}],"keys":0}`)
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := parseKeySet([]byte(text))
		if err != nil {
			return
		}
		if len(keys) == 0 || len(keys) > maxKeys {
			t.Fatalf("%d keys", len(keys))
		}
		for _, key := range keys {
			method, err := methodFor(key.Key())
			if err != nil {
				t.Fatal(err)
			}
			if method.Verify("text", make([]byte, 64), key.Key()) == nil {
				t.Fatal("nothing is a signature")
			}
			if method == jwt.SigningMethodRS256 && key.Marshal().ALG != "" && key.Marshal().ALG.String() != "RS256" {
				t.Fatalf("taken for %s", key.Marshal().ALG)
			}
		}
	})
}
