// Package docker gives access to Docker on this machine: a client of its daemon, and the registry credentials in its
// configuration.
//
// It reads no environment: its callers are told where the daemon listens and where the configuration lies.
package docker

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/client"

	"github.com/layergate/layergate/pkg/fault"
)

// Daemon says how a Docker daemon is reached. The zero value is the daemon of this machine.
type Daemon struct {
	Host     string        // such as unix:///run/docker.sock or tcp://build:2376
	CertPath string        // a directory with ca.pem, cert.pem and key.pem, for TLS over tcp; empty for none
	Patience time.Duration // how long it may send nothing while it is waited for; 0 means DefaultPatience
	// Debug is told of each of its answers, in one line without a query; nil tells nobody.
	Debug func(line string)

	unknown error // why it is not known where the daemon is; nil where it is
}

// Connect makes a client of the daemon, which the caller closes. Nothing is sent yet. A Host that cannot be used and a
// CertPath that cannot be read are wrong requests.
func (d Daemon) Connect() (*client.Client, error) {
	if d.unknown != nil {
		return nil, d.unknown
	}
	var opts []client.Opt
	if d.Host != "" {
		u, err := client.ParseHostURL(d.Host)
		if err != nil || !slices.Contains([]string{"unix", "tcp", "npipe"}, u.Scheme) {
			return nil, fault.Request(fmt.Errorf("the Docker host %q is not a usable address", d.Host),
				fault.Hintf("let %s be unix://PATH or tcp://HOST:PORT; what is behind ssh:// needs its socket forwarded (ssh -L)", fault.Input("docker-host")))
		}
		if err := d.check(u); err != nil {
			return nil, err
		}
		if d.CertPath != "" && u.Scheme == "tcp" {
			in := func(file string) string { return filepath.Join(d.CertPath, file) }
			opts = append(opts, client.WithTLSClientConfig(in("ca.pem"), in("cert.pem"), in("key.pem")))
		}
		opts = append(opts, client.WithHost(d.Host))
	}
	if d.Debug != nil {
		opts = append(opts, client.WithResponseHook(func(r *http.Response) {
			d.Debug(fmt.Sprintf("Docker daemon at %s: %s %s: %s", d.Address(), r.Request.Method, r.Request.URL.Path, r.Status))
		}))
	}
	c, err := client.New(opts...)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("preparing to speak to the Docker daemon: %w", err),
			fault.Hintf("%s names a directory with ca.pem, cert.pem and key.pem", fault.Input("docker-cert-path")))
	}
	return c, nil
}

// check refuses an address at which no daemon can be.
func (d Daemon) check(u *url.URL) error {
	switch {
	case u.Scheme == "npipe" && runtime.GOOS != "windows":
		return fault.Request(fmt.Errorf("the Docker host %q is a named pipe, which only Windows has", d.Host),
			fault.Hintf("let %s be unix://PATH or tcp://HOST:PORT", fault.Input("docker-host")))
	case u.Scheme == "tcp" && u.Port() != "":
		if n, err := strconv.ParseUint(u.Port(), 10, 16); err != nil || n == 0 {
			return fault.Request(fmt.Errorf("the Docker host %q has a port that is none", d.Host),
				fault.Hintf("let %s be tcp://HOST:PORT with a port from 1 to 65535, such as 2376", fault.Input("docker-host")))
		}
	}
	return nil
}

// Address is where the daemon is asked, for messages.
func (d Daemon) Address() string {
	if d.Host == "" {
		return client.DefaultDockerHost
	}
	return d.Host
}

// Unreachable says in one sentence that the daemon cannot be asked, where err is the reason for that, and what to do about it. The sentence is
// nil for any other error of a request.
func (d Daemon) Unreachable(err error) (remedy fault.Hint, sentence error) {
	start := fault.Hintf("start Docker, or name the daemon's address with %s", fault.Input("docker-host"))
	info, missing := os.Stat(d.socket())
	switch {
	case !client.IsErrConnectionFailed(err):
		return fault.Hint{}, nil
	case strings.Contains(err.Error(), "permission denied"):
		return d.allowed(), fmt.Errorf("this user may not use the Docker daemon at %s", d.Address())
	case d.socket() == "":
		return start, fmt.Errorf("no Docker daemon answers at %s%s", d.Address(), because(err))
	case errors.Is(missing, fs.ErrNotExist):
		return start, fmt.Errorf("no Docker daemon answers at %s: there is no such socket", d.Address())
	case missing == nil && info.IsDir():
		return fault.Hintf("Docker makes such a directory in a container that is to have the socket of a machine without one: start Docker there, or name the address of a daemon with %s", fault.Input("docker-host")),
			fmt.Errorf("no Docker daemon answers at %s: there is a directory in place of the socket", d.Address())
	case missing == nil && info.Mode()&fs.ModeSocket == 0:
		return start, fmt.Errorf("no Docker daemon answers at %s: what is there is no socket", d.Address())
	}
	return start, fmt.Errorf("no Docker daemon answers at %s", d.Address())
}

// allowed says who may use the daemon's socket.
func (d Daemon) allowed() fault.Hint {
	if owner := rootless.FindStringSubmatch(d.socket()); owner != nil {
		return fault.Hintf("it is the rootless Docker of the user %s: run as that user", owner[1])
	}
	return fault.Hintf("run as a user of the group docker")
}

// rootless finds the number of the user whose own daemon has a socket.
var rootless = regexp.MustCompile(`^(?:/var)?/run/user/([0-9]+)/`)

// socket is the path of the socket where the daemon is asked; empty where that is no socket of this machine.
func (d Daemon) socket() string { return socketPath(d.Address()) }

func socketPath(address string) string {
	path, ok := strings.CutPrefix(address, "unix://")
	if !ok {
		return ""
	}
	return path
}

// because returns the cause of a failed connection as the end of a sentence, or "" if err only says that it failed.
func because(err error) string {
	text := err.Error()
	if strings.HasPrefix(text, "Cannot connect to the Docker daemon") || strings.HasPrefix(text, "failed to connect to the docker API") {
		return ""
	}
	return ": " + text
}
