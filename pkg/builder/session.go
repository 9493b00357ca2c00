package builder

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/docker/cli/cli/config/types"
	"github.com/moby/buildkit/session/auth/authprovider"
	"github.com/moby/buildkit/session/secrets/secretsprovider"
	"github.com/moby/buildkit/session/sshforward/sshprovider"

	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regular"
)

// addSession offers what the build may ask for while it runs: credentials of registries, secrets, SSH agents.
func (r *request) addSession(cfg Config) error {
	logins, err := cfg.Logins.Read()
	if err != nil {
		return fault.WithHint(err, fault.Hintf("repair the file, or name another directory with %s", fault.Input("docker-config")))
	}
	r.session = append(r.session, authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{
		AuthConfigProvider: credentials(logins),
	}))
	secrets := map[string][]byte{}
	for _, option := range cfg.Secrets {
		id, value, err := readSecret(option, cfg.Getenv)
		if err != nil {
			return fault.Request(fmt.Errorf("reading a secret of the build: %w", err), fault.Hintf("give %s as id=NAME,src=PATH or id=NAME,env=VARIABLE", fault.Input("secret")))
		}
		secrets[id] = value
		r.progress.hidden.Add(string(value))
	}
	if len(secrets) > 0 {
		r.session = append(r.session, secretsprovider.FromMap(secrets))
	}
	return r.addSSH(cfg)
}

// credentials answers BuildKit's questions for a registry's credentials.
func credentials(logins *docker.Config) authprovider.AuthConfigProvider {
	return func(ctx context.Context, host string, _ []string, _ authprovider.ExpireCachedAuthCheck) (types.AuthConfig, error) {
		auth, err := logins.Auth(ctx, host)
		return types.AuthConfig{
			Username: auth.Username, Password: auth.Password, IdentityToken: auth.IdentityToken, RegistryToken: auth.RegistryToken, ServerAddress: host,
		}, err
	}
}

// readSecret reads one secret. No message holds its value or what might be one. A link in the working directory does
// not lead to a file outside: who changes the project could have the build read the runner's files.
func readSecret(option string, getenv func(string) string) (id string, value []byte, err error) {
	parts, err := fields(option)
	if err != nil {
		return "", nil, err
	}
	var kind, source, variable string
	for _, f := range parts {
		switch f.name {
		case "id":
			id = f.value
		case "type":
			kind = f.value
		case "src", "source":
			source = f.value
		case "env":
			variable = f.value
		default:
			return "", nil, fmt.Errorf("it has the unknown part %q", f.name)
		}
	}
	switch {
	case id == "":
		return "", nil, errors.New("it has no id")
	case kind != "" && kind != "file" && kind != "env":
		return "", nil, fmt.Errorf("the type of %q is neither file nor env", id)
	case source != "" && variable != "":
		return "", nil, fmt.Errorf("%q has both src and env", id)
	}
	if kind == "env" && variable == "" {
		source, variable = "", source
	}
	if source == "" && variable == "" {
		if kind != "file" && getenv(id) != "" || kind == "env" {
			variable = id
		} else {
			source = id
		}
	}
	if variable != "" {
		value = []byte(getenv(variable))
	} else if value, err = regular.ReadNamed(".", source, secretsprovider.MaxSecretSize); err != nil && !errors.Is(err, regular.ErrTooLarge) {
		return "", nil, fmt.Errorf("%q: %w", id, err)
	}
	if errors.Is(err, regular.ErrTooLarge) || len(value) > secretsprovider.MaxSecretSize {
		return "", nil, fmt.Errorf("%q is larger than the %d bytes that BuildKit allows", id, secretsprovider.MaxSecretSize)
	}
	return id, value, nil
}

func (r *request) addSSH(cfg Config) error {
	remedy := fault.Hintf("give %s as default, NAME=SOCKET or NAME=KEYFILE", fault.Input("ssh"))
	var agents []sshprovider.AgentConfig
	for _, option := range cfg.SSH {
		id, paths, _ := strings.Cut(option, "=")
		if id == "" {
			return fault.Request(errors.New("an SSH agent of the build has no name"), remedy)
		}
		if paths == "" {
			if paths = cfg.Getenv("SSH_AUTH_SOCK"); paths == "" {
				return fault.Request(fmt.Errorf("the SSH agent %q of the build has no socket or key, and no agent runs", id), fault.Hintf("%s, or start an agent that sets SSH_AUTH_SOCK", remedy))
			}
			agents = append(agents, sshprovider.AgentConfig{ID: id, Paths: []string{paths}})
			continue
		}
		agents = append(agents, sshprovider.AgentConfig{ID: id, Paths: strings.Split(paths, ",")})
	}
	if len(agents) == 0 {
		return nil
	}
	provider, err := sshprovider.NewSSHAgentProvider(agents)
	if err != nil {
		return fault.Request(fmt.Errorf("preparing the SSH agents of the build: %w", err), remedy)
	}
	r.session = append(r.session, provider)
	return nil
}
