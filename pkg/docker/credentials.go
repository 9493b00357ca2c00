package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

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
	// HelperPatience is how long a credential helper may take; 0 for DefaultHelperPatience.
	HelperPatience time.Duration
}

// Config is a Docker configuration, as far as it has the credentials of registries: its own, and those that its
// credential helpers keep.
type Config struct {
	parts    []*configfile.ConfigFile // the first that has something for a registry counts
	patience time.Duration            // with a credential helper
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
	c := &Config{patience: p.HelperPatience}
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
// error; one that gives no answer is a *HelperError, or ends with ctx.
func (c *Config) Auth(ctx context.Context, names ...string) (Auth, error) {
	for _, name := range names {
		if slices.Contains(hubHosts(), name) {
			name = hubKey
		}
		for _, part := range c.parts {
			auth, err := c.ask(ctx, part, name)
			if err != nil {
				return Auth{}, err
			}
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

// ask looks up one name in one configuration: its file, or the credential helper that it names. That is chosen here, because
// Docker's own choice looks into the environment as well.
func (c *Config) ask(ctx context.Context, file *configfile.ConfigFile, name string) (Auth, error) {
	kept, err := credentials.NewFileStore(file).Get(name)
	if err != nil {
		return Auth{}, fmt.Errorf("looking up %s in the Docker configuration: %w", name, err)
	}
	auth := Auth{Username: kept.Username, Password: kept.Password, IdentityToken: kept.IdentityToken, RegistryToken: kept.RegistryToken}
	helper, ok := file.CredentialHelpers[name]
	if !ok {
		helper = file.CredentialsStore
	}
	if helper == "" {
		return auth, nil
	}
	told, err := askHelper(ctx, helper, name, c.patience)
	told.RegistryToken = auth.RegistryToken // which no helper keeps
	return told, err
}
