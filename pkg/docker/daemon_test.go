package docker_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/moby/moby/client"

	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/fault"
)

func TestConnect(t *testing.T) {
	t.Parallel()
	tests := []struct {
		daemon  docker.Daemon
		wrong   string // words of the wrong request
		address string
	}{
		{daemon: docker.Daemon{}, address: client.DefaultDockerHost},
		{daemon: docker.Daemon{Host: "unix:///run/user/docker.sock"}, address: "unix:///run/user/docker.sock"},
		{daemon: docker.Daemon{Host: "tcp://build:2376"}, address: "tcp://build:2376"},
		{daemon: docker.Daemon{Host: "unix:///run/docker.sock", CertPath: "/nowhere"}, address: "unix:///run/docker.sock"},
		{daemon: docker.Daemon{Host: "ssh://build"}, wrong: "not a usable address"},
		{daemon: docker.Daemon{Host: "build"}, wrong: "not a usable address"},
		{daemon: docker.Daemon{Host: "tcp://build:99999"}, wrong: "has a port that is none"},
		{daemon: docker.Daemon{Host: "tcp://build:0"}, wrong: "has a port that is none"},
		{daemon: docker.Daemon{Host: "tcp://build:2376", CertPath: "/nowhere"}, wrong: "preparing to speak to the Docker daemon"},
	}
	if runtime.GOOS != "windows" {
		_, err := docker.Daemon{Host: "npipe:////./pipe/docker_engine"}.Connect()
		if !fault.IsRequest(err) || !strings.Contains(err.Error(), "is a named pipe, which only Windows has") || len(fault.Hints(err)) != 1 {
			t.Errorf("Connect() = %v for a named pipe, want a wrong request", err)
		}
	}
	for _, tt := range tests {
		c, err := tt.daemon.Connect()
		if tt.wrong != "" {
			if !fault.IsRequest(err) || !strings.Contains(err.Error(), tt.wrong) || len(fault.Hints(err)) != 1 {
				t.Errorf("%+v.Connect() = %v, want a wrong request that says %q", tt.daemon, err, tt.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("%+v.Connect() = %v", tt.daemon, err)
			continue
		}
		if c.DaemonHost() != tt.address || tt.daemon.Address() != tt.address {
			t.Errorf("%+v is asked at %s, and says %s, want %s", tt.daemon, c.DaemonHost(), tt.daemon.Address(), tt.address)
		}
		c.Close()
	}
}

// Each reason why a daemon cannot be asked has its own sentence and remedy.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	closed := filepath.Join(dir, "closed.sock")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: closed})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	listener.Close()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	forbidden := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EACCES)}
	}
	tests := []struct {
		name             string
		host             string
		dial             func(context.Context, string, string) (net.Conn, error)
		sentence, remedy string
	}{
		{name: "no socket", host: "unix://" + dir + "/none.sock", sentence: "no Docker daemon answers at HOST: there is no such socket", remedy: "start Docker"},
		{name: "nobody behind it", host: "unix://" + closed, sentence: "no Docker daemon answers at HOST", remedy: "start Docker"},
		{name: "a directory", host: "unix://" + dir, sentence: "no Docker daemon answers at HOST: there is a directory in place of the socket", remedy: "Docker makes such a directory"},
		{name: "a file", host: "unix://" + file, sentence: "no Docker daemon answers at HOST: what is there is no socket", remedy: "start Docker"},
		{name: "forbidden", host: "unix:///var/run/docker.sock", dial: forbidden, sentence: "this user may not use the Docker daemon at HOST", remedy: "run as a user of the group docker"},
		{name: "somebody's own", host: "unix:///run/user/1001/docker.sock", dial: forbidden, sentence: "this user may not use the Docker daemon at HOST", remedy: "it is the rootless Docker of the user 1001: run as that user"},
		{name: "no such host", host: "tcp://build.invalid:2375", dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "build.invalid"}
		}, sentence: "no Docker daemon answers at HOST", remedy: "start Docker"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := docker.Daemon{Host: tt.host}
			opts := []client.Opt{client.WithHost(tt.host)}
			if tt.dial != nil {
				opts = append(opts, client.WithDialContext(tt.dial))
			}
			c, err := client.New(opts...)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, err = c.Ping(context.Background(), client.PingOptions{})
			remedy, sentence := d.Unreachable(err)
			if want := strings.ReplaceAll(tt.sentence, "HOST", tt.host); sentence == nil || sentence.Error() != want || !strings.HasPrefix(remedy.String(), tt.remedy) {
				t.Errorf("Unreachable(%v) = %v, %q, want %q, %q", err, sentence, remedy, want, tt.remedy)
			}
		})
	}
	if _, sentence := (docker.Daemon{}).Unreachable(context.Canceled); sentence != nil {
		t.Errorf("Unreachable(%v) = %v, want nothing", context.Canceled, sentence)
	}
}
