package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/entra"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/login"
	"github.com/layergate/layergate/pkg/policy/file"
	"github.com/layergate/layergate/pkg/registry"
)

// tokenAudience is whom tokens of a CI system must be made for, so that Entra takes them (workload identity
// federation).
const tokenAudience = "api://AzureADTokenExchange"

// access is what a run does with registries.
type access struct {
	push, read  []string               // references; the first one that is read is the image's that is scanned
	databases   []string               // references of advisory databases that are read
	connections []ci.ServiceConnection // that the inputs name
	// unreviewed tells that a change names what is read: no registry gets a token of Entra only because it is Azure's.
	unreviewed bool
	// onlyDocker tells that the user name and the password of the inputs are for none of these registries.
	onlyDocker bool
}

// registry reads how the registries of a run are reached, and by whom.
func (c *command) registry(in *input.Values, to access) (registry.Config, error) {
	out := registry.Config{Insecure: in.List("insecure-registry"), UserAgent: "layergate/" + toolVersion(), Meters: c.platform.Meters()}
	outside, err := c.outside(in)
	if err != nil {
		return out, err
	}
	out.Transport = outside
	who := login.Config{
		Push: to.push, Read: to.read, Databases: to.databases,
		Username: in.String("registry-username"), Password: in.String("registry-password"),
		Docker: c.dockerConfig(in), OnlyDocker: to.onlyDocker,
	}
	for _, s := range to.connections {
		if s.Scheme == ci.SchemeUsernamePassword {
			who.Connections = append(who.Connections, login.Connection{Registry: s.Registry, Name: nameOf(s), Username: s.Username, Password: s.Password})
		}
	}
	if !to.unreviewed {
		if who.Entra, err = c.directory(in, to.connections, outside); err != nil {
			return out, err
		}
	}
	out.Logins, err = login.Resolve(who)
	return out, err
}

// client speaks to registries with the logins that c.registry finds.
func (c *command) client(in *input.Values, to access) (*registry.Client, error) {
	cfg, err := c.registry(in, to)
	if err != nil {
		return nil, err
	}
	return registry.New(cfg)
}

// directory holds the identities of Entra that the inputs name; nil where there is none.
func (c *command) directory(in *input.Values, connections []ci.ServiceConnection, outside http.RoundTripper) (*entra.Directory, error) {
	cfg := entra.Config{
		Transport: outside, Mask: c.platform.Mask,
		Hosted: c.env.Getenv("IDENTITY_ENDPOINT") != "" || c.env.Getenv("MSI_ENDPOINT") != "",
	}
	for _, s := range connections {
		if s.Scheme != ci.SchemeUsernamePassword {
			cfg.Identities = append(cfg.Identities, identity(s))
		}
	}
	own, err := c.identities(in, len(cfg.Identities) > 0)
	if err != nil {
		return nil, err
	}
	cfg.Identities = append(cfg.Identities, own...)
	if len(cfg.Identities) == 0 {
		return nil, nil
	}
	for i := range cfg.Identities {
		if id := &cfg.Identities[i]; id.Authority == "" {
			id.Authority = in.String("azure-authority")
		}
	}
	return entra.New(cfg), nil
}

// reference is the reference of an image that lies in a registry, and empty for any other source.
func reference(source string) string {
	ref, ok := strings.CutPrefix(source, "registry:")
	if !ok {
		return ""
	}
	return ref
}

// candidateReferences lists the other base images that are named with their repository. One of the present base image's
// repository, whose name the Dockerfile says, is read without a login of its own.
func candidateReferences(req *gate.Request) []string {
	return slices.DeleteFunc(slices.Clone(req.BaseCandidates), func(c string) bool { return !strings.ContainsAny(c, "/:") })
}

// dockerDaemon is where Docker listens. On a terminal the user's own settings count where no input names the daemon.
func (c *command) dockerDaemon(in *input.Values) docker.Daemon {
	d := docker.Daemon{Host: in.String("docker-host"), CertPath: in.String("docker-cert-path")}
	if d.Host == "" && c.platform.Name() == ci.Terminal {
		d = docker.Local{Config: c.dockerDirectory(in), Context: c.env.Getenv("DOCKER_CONTEXT"), RuntimeDir: c.env.Getenv("XDG_RUNTIME_DIR")}.Daemon()
	}
	d.Debug = c.platform.Debug
	return d
}

// dockerDirectory is the directory with Docker's config.json: the one that is named, or else on a terminal the user's own; empty for
// none, and where a file is named.
func (c *command) dockerDirectory(in *input.Values) string {
	named := in.String("docker-config")
	if info, err := os.Stat(named); err == nil && !info.IsDir() {
		return ""
	}
	home := cmp.Or(c.env.Getenv("HOME"), c.env.Getenv("USERPROFILE"))
	if named == "" && home != "" {
		return filepath.Join(home, ".docker")
	}
	return named
}

// dockerConfig is where Docker keeps the credentials of registries, or else on a terminal Podman.
func (c *command) dockerConfig(in *input.Values) docker.Place {
	named := in.String("docker-config")
	if info, err := os.Stat(named); err == nil && !info.IsDir() {
		return docker.Place{Files: []string{named}}
	}
	below := func(dir string, path ...string) string {
		if dir == "" {
			return ""
		}
		return filepath.Join(append([]string{dir}, path...)...)
	}
	home := cmp.Or(c.env.Getenv("HOME"), c.env.Getenv("USERPROFILE"))
	files := []string{
		below(c.dockerDirectory(in), "config.json"),
		c.env.Getenv("REGISTRY_AUTH_FILE"),
		below(c.env.Getenv("XDG_RUNTIME_DIR"), "containers", "auth.json"),
		below(cmp.Or(c.env.Getenv("XDG_CONFIG_HOME"), below(home, ".config")), "containers", "auth.json"),
	}
	return docker.Place{
		Files:  slices.DeleteFunc(files, func(f string) bool { return f == "" }),
		Inline: c.env.Getenv("DOCKER_AUTH_CONFIG"),
	}
}

func nameOf(s ci.ServiceConnection) string { return "the service connection " + s.Name }

// identity is the identity of Entra that a service connection logs in with.
func identity(s ci.ServiceConnection) entra.Identity {
	id := entra.Identity{TenantID: s.TenantID, ClientID: s.ClientID, Authority: s.Authority, Registry: s.Registry, Of: nameOf(s)}
	switch {
	case s.Scheme == ci.SchemeManagedIdentity:
		id.Kind = entra.Managed
	case s.Scheme == ci.SchemeWorkloadFederated:
		id.Kind, id.Assertion = entra.Workload, assertion(s.IDToken)
	case s.Certificate != "":
		id.Kind, id.PEM = entra.Certificate, s.Certificate
	default:
		id.Kind, id.Secret = entra.Secret, s.ClientSecret
	}
	return id
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

// identities are those of the input azure-identity. With auto and none that is configured elsewhere, they are all that
// may be here.
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
func (c *command) warnOfConnections(reqs []gate.Request, who access) {
	refs := slices.Concat(who.push, who.read, who.databases)
	for _, req := range reqs {
		for _, f := range req.Policy.Files {
			refs = append(refs, strings.TrimPrefix(f.Name, file.Published))
		}
	}
	for _, s := range who.connections {
		used := func(ref string) bool { return ref != "" && registry.SameHost(s.Registry, registry.Host(ref)) }
		if s.Registry != "" && !slices.ContainsFunc(refs, used) {
			ci.Warn(c.platform, fmt.Sprintf("the service connection %s logs in to %s, but nothing is pushed to or read from it", s.Name, s.Registry))
		}
	}
}
