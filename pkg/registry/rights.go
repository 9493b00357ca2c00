package registry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/layergate/layergate/pkg/entra"
)

// Right says whether something may be done.
type Right string

// The answers of a registry.
const (
	Allowed Right = "yes"
	Denied  Right = "no"
	Unclear Right = "unknown" // the registry's answer does not tell
)

// Rights are what an account may do with a repository, as the registry answers.
type Rights struct {
	Repository string // HOST/REPOSITORY
	Account    string // in words; empty where nobody logs in
	Admin      bool   // the account is the admin account of an Azure registry, which may do everything in all repositories
	Azure      string // the name of the registry, where it is one of Azure; else empty

	Pull, Push, Delete Right
	Catalog            Right // list all repositories of the registry
	Anonymous          Right // pull without logging in
}

// nowhere is the digest of no content: nothing is known to have it.
const nowhere = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

// Rights asks a registry what the account of the configuration may do with a repository. Nothing is stored or deleted: an upload is begun and
// given up, and what is to be deleted does not exist. An error says that the registry could not be asked, or that the name is none.
func (c *Client) Rights(ctx context.Context, repository string) (Rights, error) {
	repo, err := c.repository(repository)
	if err != nil {
		return Rights{}, err
	}
	host := repo.RegistryStr()
	out := Rights{Repository: repo.Name()}
	if entra.Serves(host) {
		out.Azure = azureName(host)
	}
	options := append(c.options(), remote.WithContext(ctx))
	for _, ask := range []struct {
		right  *Right
		wanted action
		send   func() error
	}{
		{&out.Pull, pull, func() error { return list(repo, options) }},
		{&out.Push, push, func() error {
			return remote.CheckPushPermission(repo.Tag("layergate"), c.keys, withContext{ctx, c.outside})
		}},
		{&out.Delete, push, func() error { return remote.Delete(repo.Digest(nowhere), options...) }},
		{&out.Catalog, pull, func() error {
			_, err := remote.CatalogPage(repo.Registry, "", 1, options...)
			return err
		}},
		{&out.Anonymous, pull, func() error {
			return list(repo, []remote.Option{remote.WithTransport(c.outside), remote.WithUserAgent(c.cfg.UserAgent), remote.WithContext(ctx)})
		}},
	} {
		if *ask.right, err = answer(ask.send()); err != nil {
			return out, c.explain(repo, ask.wanted, err)
		}
	}
	who := c.keys.credentials(repo.Name())
	out.Account, out.Admin = who.Account, out.Azure != "" && strings.EqualFold(who.Username, out.Azure)
	return out, nil
}

func list(repo name.Repository, options []remote.Option) error {
	_, err := remote.List(repo, options...)
	return err
}

// answer reads what a registry says to a question that it may refuse. The error is that it could not be asked.
func answer(err error) (Right, error) {
	var refused *transport.Error
	switch {
	case err == nil:
		return Allowed, nil
	case !errors.As(err, &refused):
		return Unclear, err
	}
	switch refused.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed:
		return Denied, nil
	case http.StatusNotFound:
		return missing(refused), nil
	}
	return Unclear, nil
}

// missing reads that something does not exist: who is told that of a manifest may do with it what was asked. Of a repository, some registries
// say it to whom they do not let in.
func missing(refused *transport.Error) Right {
	for _, d := range refused.Errors {
		if d.Code == transport.ManifestUnknownErrorCode {
			return Allowed
		}
	}
	return Unclear
}

// withContext is a transport whose requests end with a context.
type withContext struct {
	ctx   context.Context
	inner http.RoundTripper
}

// RoundTrip sends a request.
func (w withContext) RoundTrip(r *http.Request) (*http.Response, error) {
	return w.inner.RoundTrip(r.WithContext(w.ctx))
}

// Role says which role an account needs to push, or else to pull.
func (r Rights) Role(toPush bool) string {
	wanted := pull
	if toPush {
		wanted = push
	}
	if r.Azure == "" {
		return "give it the right to " + wanted.verb() + " the repository, and no more"
	}
	role, abac := wanted.roles()
	return fmt.Sprintf("the role is %s, or where az acr show --name %s --query roleAssignmentMode says %s, %q", role, r.Azure, modeABAC, abac)
}
