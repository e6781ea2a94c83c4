package auth

import (
	"fmt"
	"net/http"
	"strings"
)

// Bearer returns the token of a request's Authorization header; given tells
// whether there is such a header. ErrUnauthorized where it holds anything
// else than one bearer token.
func Bearer(r *http.Request) (token string, given bool, err error) {
	headers := r.Header.Values("Authorization")
	if len(headers) == 0 {
		return "", false, nil
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	token = strings.TrimSpace(token)
	if len(headers) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", true, fmt.Errorf("%w: the Authorization header is not one bearer token", ErrUnauthorized)
	}
	return token, true, nil
}
