package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

const (
	// keyInterval is how old keys get before they are fetched again.
	keyInterval = 15 * time.Minute
	// retryInterval is how long after a fetch that failed.
	retryInterval = 30 * time.Second
	// keyPause is the least time between two fetches, whatever keys tokens name.
	keyPause = 10 * time.Second
	// maxKeyAge is how long keys are used that cannot be fetched again.
	maxKeyAge = 24 * time.Hour
	// keyPatience is how long a token waits for a fetch.
	keyPatience = 2 * time.Second
	// fetchTimeout is how long one fetch may take.
	fetchTimeout = 10 * time.Second
	// maxRedirects is how often one fetch may be sent elsewhere.
	maxRedirects = 3
)

// JWKS says where keys are published (RFC 7517).
type JWKS struct {
	URL    string            // https, or http to this machine
	Client http.RoundTripper // nil: the usual one
	Logger *slog.Logger      // nil: none
}

// NewJWKS returns a verifier of RS256, ES256 and EdDSA tokens with the keys of a
// JWKS URL. The first fetch has to succeed. Keys are fetched again every 15
// minutes, and when a token names one that is not known, every 10 s at most;
// such a token waits for the answer, 2 s at most. While fetching fails, the keys
// at hand are used for up to 24 hours. The fetching ends with ctx.
func NewJWKS(ctx context.Context, source JWKS, options ...Option) (*Verifier, error) {
	k, err := newKeySet(source)
	if err != nil {
		return nil, err
	}
	if err := k.fetch(ctx); err != nil {
		return nil, fmt.Errorf("fetch the keys of %s: %w", source.URL, err)
	}
	go k.keep(ctx)
	return newVerifier(k.find, options, jwt.SigningMethodRS256.Alg(), jwt.SigningMethodES256.Alg(), jwt.SigningMethodEdDSA.Alg()), nil
}

// keySet is the keys of a URL, as they were fetched last.
type keySet struct {
	JWKS
	client http.Client
	keys   *jwkset.MemoryJWKSet
	lookup keyfunc.Keyfunc
	wanted chan struct{} // holds one token while a key is looked for

	mu      sync.Mutex
	asked   bool          // somebody waits for a fetch, which comes or is under way
	tried   time.Time     // when the last fetch ended
	arrived chan struct{} // closed when the next one does
}

func newKeySet(source JWKS) (*keySet, error) {
	if source.Logger == nil {
		source.Logger = slog.New(slog.DiscardHandler)
	}
	if err := checkKeyURL(source.URL); err != nil {
		return nil, err
	}
	keys := jwkset.NewMemoryStorage()
	lookup, err := keyfunc.New(keyfunc.Options{Storage: keys})
	if err != nil {
		return nil, fmt.Errorf("look up keys: %w", err)
	}
	return &keySet{
		JWKS: source, keys: keys, lookup: lookup,
		wanted: make(chan struct{}, 1), arrived: make(chan struct{}),
		client: http.Client{Transport: source.Client, Timeout: fetchTimeout, CheckRedirect: followSecurely},
	}, nil
}

// checkKeyURL refuses what anybody on the way could answer.
func checkKeyURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopbackHost(u.Host)) {
		return fmt.Errorf("%q is not an https URL: whoever can change the keys on their way can be anyone", text)
	}
	return nil
}

func followSecurely(r *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return errors.New("it redirects too often")
	}
	return checkKeyURL(r.URL.String())
}

// find returns the keys that a token may be signed with. One whose key is not
// known may be of a key that has just been published.
func (k *keySet) find(token *jwt.Token) (any, error) {
	key, err := k.lookup.Keyfunc(token)
	if errors.Is(err, jwkset.ErrKeyNotFound) && k.refetched() {
		key, err = k.lookup.Keyfunc(token)
	}
	return key, err
}

// refetched has the keys fetched and waits for them; false where they have just
// been fetched, or do not come soon.
func (k *keySet) refetched() bool {
	k.mu.Lock()
	if !k.asked && time.Since(k.tried) < keyPause {
		k.mu.Unlock()
		return false
	}
	if !k.asked {
		k.asked = true
		k.wanted <- struct{}{} // there is space: the one before was taken before asked was false
	}
	arrived := k.arrived
	k.mu.Unlock()
	patience := time.NewTimer(keyPatience)
	defer patience.Stop()
	select {
	case <-arrived:
		return true
	case <-patience.C:
		return false
	}
}

// keep fetches the keys again and again until ctx ends.
func (k *keySet) keep(ctx context.Context) {
	fetched, next := time.Now(), time.NewTimer(keyInterval)
	defer next.Stop()
	for {
		asked := false
		select {
		case <-ctx.Done():
			return
		case <-k.wanted:
			asked = true
		case <-next.C:
		}
		if err := k.fetch(ctx); err != nil {
			if ctx.Err() != nil {
				return
			}
			k.Logger.Warn("keys cannot be fetched", "url", k.URL, "err", err, "age", time.Since(fetched).Round(time.Second).String())
			next.Reset(retryInterval)
			if time.Since(fetched) > maxKeyAge {
				_ = k.keys.KeyReplaceAll(ctx, nil) // memory does not fail
			}
		} else {
			fetched = time.Now()
			next.Reset(keyInterval)
		}
		k.tell(asked)
	}
}

// tell lets go on who waits for a fetch that has ended. Somebody may have asked
// while it was under way for another reason: then their token in wanted is void.
func (k *keySet) tell(asked bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.asked && !asked {
		<-k.wanted
	}
	k.asked, k.tried = false, time.Now()
	close(k.arrived)
	k.arrived = make(chan struct{})
}

// fetch replaces the keys by those that are published now. Where that fails
// they stay as they are.
func (k *keySet) fetch(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, k.URL, nil)
	if err != nil {
		return err
	}
	answer, err := k.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer is %s", answer.Status)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxKeySetBytes+1))
	if err != nil {
		return err
	}
	keys, err := parseKeySet(text)
	if err != nil {
		return err
	}
	return k.keys.KeyReplaceAll(ctx, keys)
}
