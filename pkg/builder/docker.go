package builder

import (
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"

	"github.com/moby/moby/api/pkg/stdcopy"
	engine "github.com/moby/moby/client"

	"github.com/layergate/layergate/pkg/fault"
)

// newDocker makes a client of the Docker daemon, with its certificates where the environment names them.
func newDocker(cfg Config) (*engine.Client, error) {
	host := cfg.DockerHost
	if host == "" {
		host = cfg.Getenv("DOCKER_HOST")
	}
	var options []engine.Opt
	if host != "" {
		u, err := engine.ParseHostURL(host)
		if err != nil || u.Scheme != "tcp" && u.Scheme != "unix" && u.Scheme != "npipe" {
			return nil, fault.Request(fmt.Errorf("the Docker host %q is no address that can be used", host), "write DOCKER_HOST as unix://PATH or tcp://HOST:PORT")
		}
		if dir := cfg.Getenv("DOCKER_CERT_PATH"); dir != "" && u.Scheme == "tcp" {
			options = append(options, engine.WithTLSClientConfig(filepath.Join(dir, "ca.pem"), filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")))
		}
		options = append(options, engine.WithHost(host))
	}
	docker, err := engine.New(options...)
	if err != nil {
		return nil, fmt.Errorf("preparing to speak to the Docker daemon: %w", err)
	}
	return docker, nil
}

// dialContainer connects to the BuildKit daemon of a container, by the command in it that buildx and buildctl use.
func dialContainer(ctx context.Context, docker *engine.Client, name string) (net.Conn, error) {
	created, err := docker.ExecCreate(ctx, name, engine.ExecCreateOptions{
		AttachStdin: true, AttachStdout: true, AttachStderr: true,
		Cmd: []string{"buildctl", "dial-stdio"},
	})
	if err != nil {
		return nil, err
	}
	attached, err := docker.ExecAttach(ctx, created.ID, engine.ExecAttachOptions{})
	if err != nil {
		return nil, err
	}
	// Both output streams come through one connection.
	stdout, in := io.Pipe()
	go func() {
		_, err := stdcopy.StdCopy(in, io.Discard, attached.Reader)
		if err == nil {
			err = io.EOF
		}
		in.CloseWithError(err)
	}()
	return &containerConn{Conn: attached.Conn, stdout: stdout}, nil
}

// containerConn writes to a command's standard input and reads its standard output.
type containerConn struct {
	net.Conn
	stdout *io.PipeReader
}

// Read reads what the command writes.
func (c *containerConn) Read(p []byte) (int, error) { return c.stdout.Read(p) }

// Close ends the command.
func (c *containerConn) Close() error {
	_ = c.stdout.Close() // so that the copying ends
	return c.Conn.Close()
}
