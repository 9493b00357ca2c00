package registry

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/layergate/layergate/pkg/fault"
)

// Login logs in to one registry, for one of its repositories, which it is given with the registry's host. It is asked
// again each time that the registry wants credentials, so that a push may take longer than any token lasts. An error
// ends the run; where nobody logs in, it returns Credentials without an Account.
type Login func(ctx context.Context, repository string) (Credentials, error)

// Credentials are what somebody logs in to a registry with.
type Credentials struct {
	Username, Password string
	IdentityToken      string // a refresh token of the registry (OAuth 2.0, RFC 6749, section 6)
	RegistryToken      string // an access token of the registry

	Account string     // whose they are, in words that continue a sentence; empty means nobody's
	ID      string     // of the account in Entra, to give a role to; empty where it is not known
	Remedy  fault.Hint // what to do where the registry refuses them, in words that begin a sentence
}

// keychain asks the logins of the configuration who logs in, and remembers the answer for messages.
type keychain struct {
	logins map[string]Login

	mu   sync.Mutex
	last map[string]Credentials // by repository
}

// Resolve finds out who logs in to a registry.
func (k *keychain) Resolve(target authn.Resource) (authn.Authenticator, error) {
	return k.ResolveContext(context.Background(), target)
}

// ResolveContext finds out who logs in to a registry. Nobody logs in to a host that the configuration has no login for.
func (k *keychain) ResolveContext(ctx context.Context, target authn.Resource) (authn.Authenticator, error) {
	login, ok := k.logins[canonical(target.RegistryStr())]
	if !ok {
		return authn.Anonymous, nil
	}
	a := &authenticator{keychain: k, login: login, repository: target.String()}
	if found, err := a.ask(ctx); err != nil {
		return nil, err
	} else if found.Account == "" {
		return authn.Anonymous, nil
	}
	return a, nil
}

// credentials are those that a repository was last asked with.
func (k *keychain) credentials(repository string) Credentials {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.last[repository]
}

// authenticator logs in to one repository.
type authenticator struct {
	keychain   *keychain
	login      Login
	repository string
}

func (a *authenticator) ask(ctx context.Context) (Credentials, error) {
	found, err := a.login(ctx, a.repository)
	if err != nil {
		return Credentials{}, err
	}
	a.keychain.mu.Lock()
	defer a.keychain.mu.Unlock()
	a.keychain.last[a.repository] = found
	return found, nil
}

// Authorization asks for the credentials.
func (a *authenticator) Authorization() (*authn.AuthConfig, error) {
	return a.AuthorizationContext(context.Background())
}

// AuthorizationContext asks for the credentials.
func (a *authenticator) AuthorizationContext(ctx context.Context) (*authn.AuthConfig, error) {
	found, err := a.ask(ctx)
	if err != nil {
		return nil, err
	}
	return &authn.AuthConfig{
		Username: found.Username, Password: found.Password, IdentityToken: found.IdentityToken, RegistryToken: found.RegistryToken,
	}, nil
}

// noTokenError says that what a token service answered with is no token.
type noTokenError struct{ error }

// Unwrap is why it is none.
func (e *noTokenError) Unwrap() error { return e.error }

// explainToken tells from a failed login whether the token service's answer was to blame.
func explainToken(err error) error {
	var syntax *json.SyntaxError
	var field *json.UnmarshalTypeError
	if errors.As(err, &syntax) || errors.As(err, &field) || strings.Contains(err.Error(), "no token in bearer response") {
		return &noTokenError{err}
	}
	return err
}
