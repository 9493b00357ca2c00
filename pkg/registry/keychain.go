package registry

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/layergate/layergate/pkg/entra"
)

// Login is a user name and a password for one registry.
type Login struct {
	Registry           string // host, with its port where it has one
	Username, Password string
	Account            string // whose they are, in words that continue a sentence
}

// keychain finds out who logs in to a registry. In this order: the user name and the password of the configuration, where
// the registry is the run's own; the logins that name the registry; Entra, where the registry is Azure's; the Docker
// configuration and its credential helpers; nobody.
type keychain struct {
	cfg Config

	mu       sync.Mutex
	accounts map[string]account
}

// account is who logged in to a registry.
type account struct {
	words string // continue a sentence
	id    string // of Entra, to give a role to; may be empty
	why   string // why no identity of Entra logged in, where some could have
}

// nobody is the account of a registry that was asked without credentials.
const nobody = "without credentials"

// chain is the keychain for one kind of registry: the run's own, or any other.
type chain struct {
	*keychain
	own bool
}

// Resolve finds out who logs in to a registry.
func (c chain) Resolve(target authn.Resource) (authn.Authenticator, error) {
	return c.ResolveContext(context.Background(), target)
}

// ResolveContext finds out who logs in to a registry.
func (c chain) ResolveContext(ctx context.Context, target authn.Resource) (authn.Authenticator, error) {
	host := target.RegistryStr()
	if c.own && c.cfg.Username != "" {
		c.note(host, account{words: "the user " + c.cfg.Username})
		return &authn.Basic{Username: c.cfg.Username, Password: c.cfg.Password}, nil
	}
	for _, l := range c.cfg.Logins {
		if canonical(l.Registry) == host {
			c.note(host, account{words: l.Account})
			return &authn.Basic{Username: l.Username, Password: l.Password}, nil
		}
	}
	why := ""
	if c.cfg.Entra != nil && entra.Serves(host) {
		a := &entraLogin{keychain: c.keychain, host: host}
		_, err := a.AuthorizationContext(ctx)
		if err == nil {
			return a, nil
		}
		if !errors.Is(err, entra.ErrNone) {
			return nil, err
		}
		why = err.Error()
	}
	found, err := authn.Resolve(ctx, authn.DefaultKeychain, target)
	if err != nil {
		return nil, fmt.Errorf("reading the Docker configuration: %w", err)
	}
	a := account{words: nobody, why: why}
	if found != authn.Anonymous {
		a.words = "the account of the Docker configuration"
		if cfg, err := authn.Authorization(ctx, found); err == nil && cfg.Username != "" {
			a.words = fmt.Sprintf("the user %s of the Docker configuration", cfg.Username)
		}
	}
	c.note(host, a)
	return found, nil
}

func (k *keychain) note(host string, a account) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.accounts[host] = a
}

// account is who logged in to a registry.
func (k *keychain) account(host string) account {
	k.mu.Lock()
	defer k.mu.Unlock()
	if a, ok := k.accounts[host]; ok {
		return a
	}
	return account{words: nobody}
}

// entraLogin logs in with an identity of Entra. It is asked each time that a registry wants a new access token, so that a
// push may take longer than any token lasts.
type entraLogin struct {
	keychain *keychain
	host     string
}

// Authorization is a refresh token of the registry.
func (e *entraLogin) Authorization() (*authn.AuthConfig, error) {
	return e.AuthorizationContext(context.Background())
}

// AuthorizationContext is a refresh token of the registry.
func (e *entraLogin) AuthorizationContext(ctx context.Context) (*authn.AuthConfig, error) {
	login, err := e.keychain.cfg.Entra.Login(ctx, e.host)
	if err != nil {
		return nil, err
	}
	e.keychain.note(e.host, account{words: login.Account, id: login.ID})
	return &authn.AuthConfig{IdentityToken: login.RefreshToken}, nil
}
