package main

import (
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/coscribe/coscribe/auth"
)

// tokenCommand makes tokens like those that an application would make for its
// users.
type tokenCommand struct {
	SecretFile []string          `required:"" env:"COSCRIBE_JWT_SECRET_FILE" help:"File with the HS256 secret; of several the first counts."`
	User       string            `required:"" help:"The user's id."`
	Name       string            `help:"What others see."`
	Docs       map[string]string `required:"" placeholder:"PATTERN=RIGHT" help:"What the user may do: read, write or admin by document pattern, such as 'team-a:*=write'. May be given more than once."`
	Issuer     string            `env:"COSCRIBE_JWT_ISSUER" help:"Who issues it, where the server looks at that."`
	Audience   string            `env:"COSCRIBE_JWT_AUDIENCE" help:"Whom it is for, where the server looks at that."`
	For        time.Duration     `default:"1h" help:"How long the token is good."`
}

// Run writes a token that a server with the same secret takes.
func (c *tokenCommand) Run(t *terminal) error {
	for pattern, right := range c.Docs {
		if auth.ParseAccess(right) == auth.None {
			return fmt.Errorf("--docs %s=%s: the rights are read, write and admin", pattern, right)
		}
	}
	secret, err := auth.ReadSecret(c.SecretFile[0])
	if err != nil {
		return err
	}
	claims := jwt.MapClaims{"sub": c.User, "docs": c.Docs, "exp": time.Now().Add(c.For).Unix()}
	for claim, value := range map[string]string{"name": c.Name, "iss": c.Issuer, "aud": c.Audience} {
		if value != "" {
			claims[claim] = value
		}
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(secret)
	if err != nil {
		return fmt.Errorf("sign the token: %w", err)
	}
	verifier, err := auth.NewHS256(secret)
	if err != nil {
		return fmt.Errorf("JWT secret in %s: %w", c.SecretFile[0], err)
	}
	if _, err := verifier.Verify(token); err != nil {
		return fmt.Errorf("a server would not take this token: %w", err)
	}
	fmt.Fprintln(t.out, token)
	return nil
}
