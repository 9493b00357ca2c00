package docker

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/credentials"

	"github.com/layergate/layergate/pkg/regular"
)

// Place is where a Docker configuration lies. The zero value is nowhere.
type Place struct {
	// Files are paths of Docker's config.json, or of files of the same form, such as Podman's auth.json. The first that
	// exists counts.
	Files []string
	// Inline is a configuration itself, of the same form. What it has counts before the file.
	Inline string
}

// Config is a Docker configuration, as far as it has the credentials of registries: its own, and those that its
// credential helpers keep.
type Config struct {
	parts []*configfile.ConfigFile // the first that has something for a registry counts
}

// Auth holds the credentials that the configuration has for one registry. Its zero value means none.
type Auth struct {
	Username, Password string
	IdentityToken      string // a refresh token of the registry (OAuth 2.0, RFC 6749, section 6)
	RegistryToken      string // an access token of the registry
}

// hubKey is how configurations call Docker Hub, whose hosts are hubHosts.
const hubKey = "https://index.docker.io/v1/"

func hubHosts() []string { return []string{"docker.io", "index.docker.io", "registry-1.docker.io"} }

// maxConfig is how many bytes a configuration may have.
const maxConfig = 16 << 20

// Read returns the configuration, which is empty if there is no file. Its errors show no credentials.
func (p Place) Read() (*Config, error) {
	c := &Config{}
	if p.Inline != "" {
		inline, err := config.LoadFromReader(strings.NewReader(p.Inline))
		if err != nil {
			return nil, errors.New("reading the Docker configuration in DOCKER_AUTH_CONFIG: it is not valid")
		}
		c.parts = append(c.parts, inline)
	}
	for _, path := range p.Files {
		raw, err := regular.ReadNamed(".", path, maxConfig)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading the Docker configuration: %w", err)
		}
		file, err := config.LoadFromReader(bytes.NewReader(raw))
		if err != nil {
			return nil, fmt.Errorf("reading the Docker configuration %s: %w", path, err)
		}
		c.parts = append(c.parts, file)
		break
	}
	return c, nil
}

// Auth looks up what to log in to a registry with. The names are tried in their order: a repository with its registry,
// for which Podman keeps credentials, or the registry alone. A credential helper that has nothing for a name is no
// error.
func (c *Config) Auth(names ...string) (Auth, error) {
	for _, name := range names {
		if slices.Contains(hubHosts(), name) {
			name = hubKey
		}
		for _, part := range c.parts {
			found, err := store(part, name).Get(name)
			if err != nil {
				return Auth{}, fmt.Errorf("asking the credential helper of the Docker configuration for %s: %w", name, err)
			}
			auth := Auth{Username: found.Username, Password: found.Password, IdentityToken: found.IdentityToken, RegistryToken: found.RegistryToken}
			if auth != (Auth{}) {
				return auth, nil
			}
		}
	}
	return Auth{}, nil
}

// currentContext is the context that the configuration names; empty where it names none.
func (c *Config) currentContext() string {
	for _, part := range c.parts {
		if part.CurrentContext != "" {
			return part.CurrentContext
		}
	}
	return ""
}

// store is where a configuration keeps the credentials of a registry. It is chosen here, because Docker's own choice
// looks into the environment as well.
func store(file *configfile.ConfigFile, name string) credentials.Store {
	helper, ok := file.CredentialHelpers[name]
	if !ok {
		helper = file.CredentialsStore
	}
	if helper == "" {
		return credentials.NewFileStore(file)
	}
	return credentials.NewNativeStore(file, helper)
}
