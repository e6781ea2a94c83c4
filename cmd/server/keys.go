package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/coscribe/coscribe/auth"
)

// Keys are the flags that say whose tokens are good.
type Keys struct {
	JWTSecretFile []string `name:"jwt-secret-file" env:"COSCRIBE_JWT_SECRET_FILE" help:"File with the HS256 secret; several, separated by commas, while one is being replaced. Without any key the server is for this machine only and everyone is anonymous."`
	JWTPublicKey  string   `name:"jwt-public-key" env:"COSCRIBE_JWT_PUBLIC_KEY" help:"PEM file with the public key (RS256, ES256 or EdDSA, by its type)."`
	JWKSURL       string   `name:"jwks-url" env:"COSCRIBE_JWKS_URL" help:"URL where the public keys are published."`
	JWTIssuer     string   `name:"jwt-issuer" env:"COSCRIBE_JWT_ISSUER" help:"What iss of a token has to be. Not looked at without it."`
	JWTAudience   string   `name:"jwt-audience" env:"COSCRIBE_JWT_AUDIENCE" help:"What aud of a token has to be or to hold. Not looked at without it."`
}

// verifier is what both halves of the server ask whom a token names.
type verifier interface {
	Verify(token string) (*auth.Identity, error)
}

// keyless tells that nobody is asked for a token.
func (k Keys) keyless() bool {
	return len(k.JWTSecretFile) == 0 && k.JWTPublicKey == "" && k.JWKSURL == ""
}

// check refuses keys that exclude each other: the algorithm is pinned by the
// one kind of key.
func (k Keys) check() error {
	kinds := 0
	for _, given := range []bool{len(k.JWTSecretFile) > 0, k.JWTPublicKey != "", k.JWKSURL != ""} {
		if given {
			kinds++
		}
	}
	switch {
	case kinds > 1:
		return errors.New("--jwt-secret-file, --jwt-public-key and --jwks-url exclude each other: the algorithm is pinned by the one kind of key")
	case kinds == 0 && (k.JWTIssuer != "" || k.JWTAudience != ""):
		return errors.New("--jwt-issuer and --jwt-audience are about tokens, which nobody is asked for without a key")
	}
	return nil
}

// verifier returns who decides about tokens, until ctx ends.
func (k Keys) verifier(ctx context.Context, logger *slog.Logger) (verifier, error) {
	options := []auth.Option{auth.WithIssuer(k.JWTIssuer), auth.WithAudience(k.JWTAudience)}
	switch {
	case k.keyless():
		return auth.Keyless{}, nil
	case k.JWKSURL != "":
		return auth.NewJWKS(ctx, auth.JWKS{URL: k.JWKSURL, Logger: logger}, options...)
	case k.JWTPublicKey != "":
		return auth.LoadPublicKey(k.JWTPublicKey, options...)
	}
	v, err := auth.LoadHS256(k.JWTSecretFile, options...)
	if err == nil && v.Weak() {
		logger.Warn("the JWT secret is short: it can be guessed from a token", "bytes wanted", auth.MinSecretBytes)
	}
	return v, err
}
