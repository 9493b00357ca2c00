// Package login decides who logs in to each registry of a run: one login for each host, taken from the first of these
// that there is: the user name and the password that were given, for the registry that is pushed to; the logins that
// name the registry; Entra, where the registry is Azure's; the Docker configuration and its credential helpers;
// nobody.
//
// It reads no environment, and it asks nobody before a registry wants credentials.
package login

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/entra"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/registry"
)

// The inputs of the user name and the password.
const (
	username fault.Input = "registry-username"
	password fault.Input = "registry-password"
)

// Config is all that may log in somewhere. References that do not parse are passed over: whoever uses them says so.
type Config struct {
	Push []string // references that the run pushes to
	// Read are references of the images that the run reads. The first is the one that is scanned, if it lies in a
	// registry; empty words are passed over.
	Read []string
	// Databases are references of advisory databases that the run reads.
	Databases []string

	// Username and Password are for the one registry that Push leads to, or where nothing is pushed for that of the
	// image that is scanned, or where that lies in none for the one of Databases. They are sent to no other.
	Username, Password string
	// OnlyDocker tells that the user name is for none of the registries, so that no remedy names it.
	OnlyDocker  bool
	Connections []Connection
	Entra       *entra.Directory // for Azure Container Registry; nil for none
	Docker      docker.Place
}

// Connection is a user name and a password that were set up for one registry.
type Connection struct {
	Registry           string // host, with its port where it has one
	Name               string // what set them up, such as "the service connection production"
	Username, Password string
}

// Resolve decides who logs in to each registry that the references lead to. Only one of user name and password, and
// both where more than one registry could be meant, are wrong requests.
func Resolve(cfg Config) (map[string]registry.Login, error) {
	own, err := cfg.own()
	if err != nil {
		return nil, err
	}
	logins := map[string]registry.Login{}
	for _, host := range hosts(slices.Concat(cfg.Push, cfg.Read, cfg.Databases)) {
		logins[host] = cfg.login(host, slices.Contains(own, host))
	}
	return logins, nil
}

// own are the hosts that the user name and the password could be for.
func (c Config) own() ([]string, error) {
	own, leads, remedy := hosts(c.Push), "the push leads", "push to one registry in a run"
	if len(c.Push) == 0 {
		own = hosts(c.Read[:min(1, len(c.Read))])
	}
	if len(c.Push) == 0 && len(own) == 0 {
		own, leads, remedy = hosts(c.Databases), "the sources of the advisory database lead", "name sources in one registry"
	}
	switch {
	case (c.Username == "") != (c.Password == ""):
		return nil, fault.Request(errors.New("only one of registry user name and password is given"),
			fault.Hintf("give both %s and %s, or neither, to log in another way", username, password))
	case c.Username != "" && len(own) > 1:
		return nil, fault.Request(fmt.Errorf("the registry user name and password are for one registry, and %s to %s and %s", leads, own[0], own[1]),
			fault.Hintf("%s, or leave out %s and %s and run docker login %s and docker login %s before", remedy, username, password, own[0], own[1]))
	}
	return own, nil
}

// hosts are the registries that references lead to, each once.
func hosts(refs []string) []string {
	var out []string
	for _, ref := range refs {
		if host := registry.Host(ref); ref != "" && host != "" && !slices.Contains(out, host) {
			out = append(out, host)
		}
	}
	return out
}

// login is who logs in to a host. The user name and the password are for the run's own.
func (c Config) login(host string, own bool) registry.Login {
	if own && c.Username != "" {
		return always(registry.Credentials{
			Username: c.Username, Password: c.Password, Account: "the user " + c.Username,
			Remedy: fault.Hintf("check %s and %s", username, password),
		})
	}
	for _, s := range c.Connections {
		if registry.SameHost(s.Registry, host) {
			return always(registry.Credentials{
				Username: s.Username, Password: s.Password, Account: fmt.Sprintf("the user %s of %s", s.Username, s.Name),
				Remedy: fault.Hintf("check %s", s.Name),
			})
		}
	}
	d := &dockerLogin{place: c.Docker, host: host, nobody: c.nobody(host, own), known: map[string]registry.Credentials{}}
	if c.Entra != nil && entra.Serves(host) {
		return c.entra(host, d.login)
	}
	return d.login
}

func always(found registry.Credentials) registry.Login {
	return func(context.Context, string) (registry.Credentials, error) { return found, nil }
}

// nobody returns empty credentials, with a hint for how to log in.
func (c Config) nobody(host string, own bool) registry.Credentials {
	switch {
	case c.OnlyDocker && c.Entra != nil && entra.Serves(host):
		return registry.Credentials{Remedy: fault.Hintf("log in with %s or %s", fault.Input("azure-identity"), dockerLoginTo(host))}
	case c.OnlyDocker:
		return registry.Credentials{Remedy: fault.Hintf("log in with %s", dockerLoginTo(host))}
	case entra.Serves(host):
		return registry.Credentials{Remedy: fault.Hintf("log in with %s, a service connection, %s and %s, or %s", fault.Input("azure-identity"), username, password, dockerLoginTo(host))}
	case own:
		return registry.Credentials{Remedy: fault.Hintf("check %s and %s, or %s", username, password, dockerLoginTo(host))}
	}
	return registry.Credentials{Remedy: fault.Hintf("log in with %s; %s and %s are for the registry that is pushed to, or else that of the image", dockerLoginTo(host), username, password)}
}

// dockerLoginTo says how a login of Docker is made and found.
func dockerLoginTo(host string) fault.Hint {
	return fault.Hintf("docker login %s, whose configuration %s names on a CI system", host, fault.Input("docker-config"))
}

// entra logs in with an identity of Entra, or where none can be had in another way.
func (c Config) entra(host string, otherwise registry.Login) registry.Login {
	return func(ctx context.Context, repository string) (registry.Credentials, error) {
		found, err := c.Entra.Login(ctx, host)
		switch {
		case err == nil:
			return registry.Credentials{IdentityToken: found.RefreshToken, Account: found.Account, ID: found.ID}, nil
		case !errors.Is(err, entra.ErrNone):
			return registry.Credentials{}, err
		}
		other, failed := otherwise(ctx, repository)
		if other.Account == "" {
			other.Remedy = fault.Hintf("%s (%s)", other.Remedy, err.Error())
		}
		return other, failed
	}
}

// dockerLogin logs in with the credentials of the Docker configuration. It asks a credential helper once for each
// repository.
type dockerLogin struct {
	place  docker.Place
	host   string
	nobody registry.Credentials

	mu    sync.Mutex
	known map[string]registry.Credentials
}

func (d *dockerLogin) login(ctx context.Context, repository string) (registry.Credentials, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if found, ok := d.known[repository]; ok {
		return found, nil
	}
	config, err := d.place.Read()
	if err != nil {
		return registry.Credentials{}, fault.WithHint(err, fault.Hintf("repair the file, or name another directory with %s", fault.Input("docker-config")))
	}
	auth, err := config.Auth(ctx, repository, d.host)
	if err != nil {
		return registry.Credentials{}, d.unanswered(ctx, err)
	}
	d.known[repository] = d.credentials(auth)
	return d.known[repository], nil
}

// unanswered adds to the failure of a credential helper what to do about it.
func (d *dockerLogin) unanswered(ctx context.Context, err error) error {
	var helper *docker.HelperError
	switch {
	case ctx.Err() != nil || !errors.As(err, &helper):
		return err
	case helper.Missing:
		return fault.WithHint(err, fault.Hintf("install %s, which the Docker configuration names, or give %s and %s", helper.Program, username, password))
	case helper.Stuck:
		return fault.WithHint(err, fault.Hintf("see what echo %s | %s get does on this machine: it may wait for somebody to unlock a key ring; or give %s and %s", helper.Server, helper.Program, username, password))
	}
	return fault.WithHint(err, fault.Hintf("log in again with docker login %s, or with the program that %s belongs to", d.host, helper.Program))
}

func (d *dockerLogin) credentials(auth docker.Auth) registry.Credentials {
	if auth == (docker.Auth{}) {
		return d.nobody
	}
	account := "the account of the Docker configuration"
	if auth.Username != "" {
		account = fmt.Sprintf("the user %s of the Docker configuration", auth.Username)
	}
	return registry.Credentials{
		Username: auth.Username, Password: auth.Password, IdentityToken: auth.IdentityToken, RegistryToken: auth.RegistryToken,
		Account: account, Remedy: fault.Hintf("check docker login %s", d.host),
	}
}
