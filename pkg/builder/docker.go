package builder

import (
	"context"
	"io"
	"net"

	"github.com/moby/moby/api/pkg/stdcopy"
	engine "github.com/moby/moby/client"
)

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
