// Package entra logs in to Azure Container Registry with identities of Microsoft Entra: it asks Entra for an access
// token and has the registry exchange it for a refresh token of its own (POST /oauth2/exchange), with which any client
// of registries gets access (OAuth 2.0, RFC 6749, section 6). With the same identities it has Azure Key Vault sign.
//
// A token of Entra is sent to hosts of Azure Container Registry and of Azure Key Vault, each its own, and to nobody else. This package knows nothing of CI
// systems and of what is pushed; it must not import them.
package entra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/containers/azcontainerregistry"

	"github.com/layergate/layergate/pkg/transport"
)

// ErrNone says that no identity can be had here. Its wrapping error says why each one cannot.
var ErrNone = errors.New("there is no Entra identity to log in with")

// ErrUnavailable is the error of an Assertion that has no token with which to prove an identity.
var ErrUnavailable = errors.New("not available here")

// Config says which identities there are and how Entra is reached.
type Config struct {
	// Identities are tried in their order, until one logs in; one that fails and is not ambient ends the search.
	Identities []Identity
	Transport  http.RoundTripper // to Entra and to registries; nil means transport.Direct
	// Metadata reaches the endpoint of managed identities, which answers on this machine alone by plain HTTP; nil means
	// transport.Direct.
	Metadata http.RoundTripper
	// Hosted tells that the environment names an endpoint for managed identities (IDENTITY_ENDPOINT or MSI_ENDPOINT),
	// so that nobody need look for one.
	Hosted bool
	Now    func() time.Time // nil means time.Now; only differences count, so that a wrong clock does no harm
	Mask   func(string)     // told each token before it is used; nil is allowed
}

// Login holds the credentials that a registry gave to an identity.
type Login struct {
	RefreshToken string // must not be shown
	Account      string // whose it is, in words that continue a sentence
	ID           string // the client or object id to give a role to; empty where it is not known
}

// Directory logs in to registries. It is safe for concurrent use.
type Directory struct {
	cfg Config

	mu     sync.Mutex
	logins map[string]kept
}

// kept is a login that is used again until it is half as old as it may get.
type kept struct {
	login Login
	until time.Time
}

// New returns a directory of the identities in cfg. It sends no request.
func New(cfg Config) *Directory {
	if cfg.Transport == nil {
		cfg.Transport = transport.Direct()
	}
	if cfg.Metadata == nil {
		cfg.Metadata = transport.Direct()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Mask == nil {
		cfg.Mask = func(string) {}
	}
	return &Directory{cfg: cfg, logins: map[string]kept{}}
}

// Serves tells whether host, such as example.azurecr.io, is a registry that Entra logs in to.
func Serves(host string) bool {
	_, ok := cloudOf(host)
	return ok
}

// cloudOf is the cloud that a registry's host belongs to.
func cloudOf(host string) (cloud.Configuration, bool) {
	host = strings.ToLower(strings.TrimSuffix(host, ":443"))
	for suffix, c := range map[string]cloud.Configuration{
		".azurecr.io": cloud.AzurePublic,
		".azurecr.us": cloud.AzureGovernment,
		".azurecr.cn": cloud.AzureChina,
	} {
		if name, ok := strings.CutSuffix(host, suffix); ok && name != "" {
			return c, true
		}
	}
	return cloud.Configuration{}, false
}

// Login logs in to the registry at host, which Serves must know, with the first identity that it takes. A login is kept
// and asked for again before it ends. It fails with ErrNone where no identity can be had.
func (d *Directory) Login(ctx context.Context, host string) (Login, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if k, ok := d.logins[host]; ok && d.cfg.Now().Before(k.until) {
		return k.login, nil
	}
	var reasons []string
	for _, id := range d.cfg.Identities {
		if id.Registry != "" && !strings.EqualFold(id.Registry, host) {
			continue
		}
		login, lifetime, err := d.logIn(ctx, id, host)
		if err == nil {
			d.logins[host] = kept{login: login, until: d.cfg.Now().Add(lifetime / 2)}
			return login, nil
		}
		if ctx.Err() != nil {
			return Login{}, ctx.Err()
		}
		if !id.passOver(err) {
			return Login{}, err
		}
		reasons = append(reasons, strings.Join(strings.Fields(err.Error()), " "))
	}
	if len(reasons) == 0 {
		return Login{}, ErrNone
	}
	return Login{}, fmt.Errorf("%w: %s", ErrNone, strings.Join(reasons, "; "))
}

// logIn logs in with one identity, and tells how long the registry's token lasts.
func (d *Directory) logIn(ctx context.Context, id Identity, host string) (Login, time.Duration, error) {
	c, ok := cloudOf(host)
	if !ok {
		return Login{}, 0, fmt.Errorf("%s is not a host of Azure Container Registry", host)
	}
	access, err := d.accessToken(ctx, id, c, []string{c.Services[azcontainerregistry.ServiceName].Audience + "/.default"})
	if err != nil {
		return Login{}, 0, err
	}
	d.cfg.Mask(access)
	who := claimsOf(access)
	login := Login{Account: id.account(who), ID: id.principal(who)}
	if login.RefreshToken, err = d.exchange(ctx, host, access, id.TenantID); err != nil {
		return Login{}, 0, refusedExchange(err, host, login)
	}
	d.cfg.Mask(login.RefreshToken)
	return login, claimsOf(login.RefreshToken).lifetime(), nil
}
