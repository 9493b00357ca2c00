// Package docker gives access to Docker on this machine: a client of its daemon, and the registry credentials in its
// configuration.
//
// It reads no environment: its callers are told where the daemon listens and where the configuration lies.
package docker

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
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
}

// Connect makes a client of the daemon, which the caller closes. Nothing is sent yet. A Host that cannot be used and a
// CertPath that cannot be read are wrong requests.
func (d Daemon) Connect() (*client.Client, error) {
	var opts []client.Opt
	if d.Host != "" {
		u, err := client.ParseHostURL(d.Host)
		if err != nil || !slices.Contains([]string{"unix", "tcp", "npipe"}, u.Scheme) {
			return nil, fault.Request(fmt.Errorf("the Docker host %q is not a usable address", d.Host),
				fault.Hintf("let %s be unix://PATH or tcp://HOST:PORT; what is behind ssh:// needs its socket forwarded (ssh -L)", fault.Input("docker-host")))
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

// Address is where the daemon is asked, for messages.
func (d Daemon) Address() string {
	if d.Host == "" {
		return client.DefaultDockerHost
	}
	return d.Host
}

// Unreachable says in one sentence that the daemon cannot be asked, where err is the reason for that, and whether this
// user is not allowed to ask it. It returns nil for any other error of a request.
func (d Daemon) Unreachable(err error) (sentence error, forbidden bool) {
	switch {
	case !client.IsErrConnectionFailed(err):
		return nil, false
	case strings.Contains(err.Error(), "permission denied"):
		return fmt.Errorf("this user may not use the Docker daemon at %s", d.Address()), true
	}
	return fmt.Errorf("no Docker daemon answers at %s%s", d.Address(), because(err)), false
}

// because returns the cause of a failed connection as the end of a sentence, or "" if err only says that it failed.
func because(err error) string {
	text := err.Error()
	if strings.HasPrefix(text, "Cannot connect to the Docker daemon") || strings.HasPrefix(text, "failed to connect to the docker API") {
		return ""
	}
	return ": " + text
}
