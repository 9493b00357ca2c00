package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/entra"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/transport"
)

// tokenAudience is whom tokens of a CI system must be made for, so that Entra takes them (workload identity federation).
const tokenAudience = "api://AzureADTokenExchange"

// registry reads how registries are reached, and by whom; connections are the service connections that the inputs name.
func (c *command) registry(in *input.Values, connections []ci.ServiceConnection) (registry.Config, error) {
	cfg := registry.Config{
		Username: in.String("registry-username"), Password: in.String("registry-password"),
		Insecure:  in.List("insecure-registry"),
		UserAgent: "layergate/" + toolVersion(),
	}
	outside, err := transport.New(transport.Config{CAFile: in.String("ca-file"), Getenv: c.getenv})
	if err != nil {
		return cfg, err
	}
	cfg.Transport = outside
	directory := entra.Config{
		Transport: outside, Mask: c.platform.Mask,
		Hosted: c.getenv("IDENTITY_ENDPOINT") != "" || c.getenv("MSI_ENDPOINT") != "",
	}
	for _, connection := range connections {
		login, id := ofConnection(connection)
		if login != nil {
			cfg.Logins = append(cfg.Logins, *login)
		}
		if id != nil {
			directory.Identities = append(directory.Identities, *id)
		}
	}
	own, err := c.identities(in, len(directory.Identities) > 0)
	if err != nil {
		return cfg, err
	}
	directory.Identities = append(directory.Identities, own...)
	for i := range directory.Identities {
		if id := &directory.Identities[i]; id.Authority == "" {
			id.Authority = c.getenv("AZURE_AUTHORITY_HOST")
		}
	}
	if len(directory.Identities) > 0 {
		cfg.Entra = entra.New(directory)
	}
	return cfg, nil
}

// ofConnection is what a service connection logs in with: a user and a password, or an identity of Entra.
func ofConnection(s ci.ServiceConnection) (*registry.Login, *entra.Identity) {
	of := "the service connection " + s.Name
	id := entra.Identity{TenantID: s.TenantID, ClientID: s.ClientID, Authority: s.Authority, Registry: s.Registry, Of: of}
	switch {
	case s.Scheme == ci.SchemeUsernamePassword:
		return &registry.Login{Registry: s.Registry, Username: s.Username, Password: s.Password, Account: fmt.Sprintf("the user %s of %s", s.Username, of)}, nil
	case s.Scheme == ci.SchemeManagedIdentity:
		id.Kind = entra.Managed
	case s.Scheme == ci.SchemeWorkloadFederated:
		id.Kind, id.Assertion = entra.Workload, assertion(s.IDToken)
	case s.Certificate != "":
		id.Kind, id.PEM = entra.Certificate, s.Certificate
	default:
		id.Kind, id.Secret = entra.Secret, s.ClientSecret
	}
	return nil, &id
}

// assertion is the CI system's token as package entra asks for it.
func assertion(source ci.IDTokenSource) func(context.Context, *http.Client) (string, error) {
	return func(ctx context.Context, client *http.Client) (string, error) {
		token, err := source(ctx, client)
		if errors.Is(err, ci.ErrNoIDToken) {
			return "", noToken{err}
		}
		return token, err
	}
}

// noToken is an error that says why there is no token, and that it is entra.ErrUnavailable.
type noToken struct{ error }

// Unwrap is both.
func (n noToken) Unwrap() []error { return []error{n.error, entra.ErrUnavailable} }

// identities are those of the input azure-identity. With auto and none that is configured elsewhere, they are all that may
// be here.
func (c *command) identities(in *input.Values, configured bool) ([]entra.Identity, error) {
	kind, err := in.Choice("azure-identity")
	if err != nil {
		return nil, err
	}
	client, tenant := in.String("azure-client-id"), in.String("azure-tenant-id")
	workload := entra.Identity{Kind: entra.Workload, ClientID: client, TenantID: tenant, Assertion: assertion(c.identity.IDToken(tokenAudience))}
	managed := entra.Identity{Kind: entra.Managed, ClientID: client}
	cli := entra.Identity{Kind: entra.CLI, TenantID: tenant}
	switch {
	case kind == "off" || kind == "auto" && configured:
		return nil, nil
	case kind == "managed":
		return []entra.Identity{managed}, nil
	case kind == "cli":
		return []entra.Identity{cli}, nil
	case kind == "workload":
		for _, name := range []string{"azure-client-id", "azure-tenant-id"} {
			if in.String(name) == "" {
				return nil, fault.Request(fmt.Errorf("%s is missing, which a workload identity needs", in.Spell(name)),
					"both ids are in Entra, on the page of the application that trusts this project")
			}
		}
		return []entra.Identity{workload}, nil
	}
	ids := []entra.Identity{managed, cli}
	if client != "" && tenant != "" {
		ids = append([]entra.Identity{workload}, ids...)
	}
	for i := range ids {
		ids[i].Ambient = true
	}
	return ids, nil
}

// warnOfConnections names the service connections of registries that the run has nothing to do with.
func (c *command) warnOfConnections(req *gate.Request, connections []ci.ServiceConnection) {
	refs := slices.Clone(req.Push)
	for _, source := range []string{req.Image, req.BaseImage} {
		if ref, ok := strings.CutPrefix(source, "registry:"); ok {
			refs = append(refs, ref)
		}
	}
	for _, s := range connections {
		used := func(ref string) bool { return registry.Holds(s.Registry, ref) }
		if s.Registry != "" && !slices.ContainsFunc(refs, used) {
			ci.Warn(c.platform, fmt.Sprintf("the service connection %s logs in to %s, which nothing is pushed to or read from", s.Name, s.Registry))
		}
	}
}
