package docker

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/moby/moby/client"
	"github.com/opencontainers/go-digest"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regular"
)

// Local is where a user's own settings say which daemon Docker's commands speak to. The zero value has none.
type Local struct {
	Config     string // the directory with Docker's config.json and its contexts; empty for none
	Context    string // a context that counts before the one that config.json names; empty for none
	RuntimeDir string // where a rootless daemon of the user has its socket, as XDG_RUNTIME_DIR names it; empty for none
	Socket     string // the path of the socket of the machine's daemon; empty for that of Docker's commands
}

// Daemon is the daemon of the context, or else of the machine, or else, where the machine has none, the user's own rootless one.
// Where the context does not exist or cannot be read, Connect says so.
func (l Local) Daemon() Daemon {
	name, from := l.Context, "DOCKER_CONTEXT"
	if name == "" {
		current, err := l.current()
		if err != nil {
			return Daemon{unknown: fault.WithHint(err, fault.Hintf("repair the file, or name the Docker daemon with %s", fault.Input("docker-host")))}
		}
		name, from = current, filepath.Join(l.Config, "config.json")
	}
	if name == "" || name == "default" {
		return Daemon{Host: l.socket()}
	}
	d, err := l.context(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.unknown = fault.Request(fmt.Errorf("%s names the Docker context %q, which does not exist", from, name),
			fault.Hintf("docker context ls lists those that do; docker context use default leaves it, and %s names a daemon by its address", fault.Input("docker-host")))
	case err != nil:
		d.unknown = fault.WithHint(fmt.Errorf("reading the Docker context %q, which %s names: %w", name, from, err),
			fault.Hintf("see docker context inspect %s, or name the daemon's address with %s", name, fault.Input("docker-host")))
	}
	return d
}

// current is the context that config.json names; empty where it names none.
func (l Local) current() (string, error) {
	if l.Config == "" {
		return "", nil
	}
	file, err := Place{Files: []string{filepath.Join(l.Config, "config.json")}}.Read()
	if err != nil {
		return "", err
	}
	return file.currentContext(), nil
}

// maxContext is how many bytes the description of a context may have.
const maxContext = 1 << 20

// context reads a context as Docker's commands store it: its address below the digest of its name, and beside that the certificates
// where the daemon is reached by TLS.
func (l Local) context(name string) (Daemon, error) {
	if l.Config == "" {
		return Daemon{}, fs.ErrNotExist
	}
	contexts, id := filepath.Join(l.Config, "contexts"), digest.FromString(name).Encoded()
	raw, err := regular.ReadNamed(".", filepath.Join(contexts, "meta", id, "meta.json"), maxContext)
	if err != nil {
		return Daemon{}, err
	}
	var meta struct {
		Endpoints map[string]struct{ Host string }
	}
	if err := json.Unmarshal(raw, &meta); err != nil {
		return Daemon{}, err
	}
	d := Daemon{Host: meta.Endpoints["docker"].Host, CertPath: filepath.Join(contexts, "tls", id, "docker")}
	if d.Host == "" {
		return Daemon{}, errors.New("it has no address of a Docker daemon")
	}
	if !exists(d.CertPath) {
		d.CertPath = ""
	}
	return d, nil
}

// socket is the address of the user's own daemon where the machine has none; empty for the machine's.
func (l Local) socket() string {
	if l.RuntimeDir == "" || exists(cmp.Or(l.Socket, socketPath(client.DefaultDockerHost))) {
		return ""
	}
	if own := filepath.Join(l.RuntimeDir, "docker.sock"); exists(own) {
		return "unix://" + own
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
