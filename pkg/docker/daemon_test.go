package docker_test

import (
	"context"
	"path/filepath"
	"strings"
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
		{daemon: docker.Daemon{Host: "tcp://build:2376", CertPath: "/nowhere"}, wrong: "preparing to speak to the Docker daemon"},
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

func TestUnreachable(t *testing.T) {
	t.Parallel()
	d := docker.Daemon{Host: "unix://" + filepath.Join(t.TempDir(), "none.sock")}
	c, err := d.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.Ping(context.Background(), client.PingOptions{})
	sentence, forbidden := d.Unreachable(err)
	if sentence == nil || forbidden || sentence.Error() != "no Docker daemon answers at "+d.Host {
		t.Errorf("Unreachable(%v) = %v, %t", err, sentence, forbidden)
	}
	if sentence, _ := d.Unreachable(context.Canceled); sentence != nil {
		t.Errorf("Unreachable(%v) = %v, want nothing", context.Canceled, sentence)
	}
}
