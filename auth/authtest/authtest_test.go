package authtest_test

import (
	"testing"

	"github.com/coscribe/coscribe/auth"
	"github.com/coscribe/coscribe/auth/authtest"
)

func TestTokenIsTaken(t *testing.T) {
	t.Parallel()
	verifier, err := auth.NewHS256([]byte(authtest.Secret))
	if err != nil {
		t.Fatal(err)
	}
	who, err := verifier.Verify(authtest.Token("ann", map[string]string{"a:*": "write"}))
	if err != nil {
		t.Fatal(err)
	}
	if who.ID != "ann" || who.Access("a:x") != auth.Write {
		t.Errorf("got %q with %v", who.ID, who.Access("a:x"))
	}
}
