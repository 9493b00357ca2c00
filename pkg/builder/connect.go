package builder

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/moby/buildkit/client"
	engine "github.com/moby/moby/client"

	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/fault"
)

// How long a daemon may take to say that it is there.
const patience = 20 * time.Second

// backend is a BuildKit that answers.
type backend struct {
	buildkit *client.Client
	docker   *engine.Client // set where BuildKit is reached through a Docker daemon
	daemon   docker.Daemon  // that daemon
	classic  bool           // it is that daemon's own BuildKit, and the daemon keeps layers without manifests
}

func (b *backend) close() {
	_ = b.buildkit.Close() // nothing is under way any more
	if b.docker != nil {
		_ = b.docker.Close()
	}
}

// accepts refuses what this BuildKit cannot give.
func (b *backend) accepts(r *request) error {
	if b.classic && len(r.platforms) > 1 {
		return fault.Request(fmt.Errorf("this Docker daemon builds one platform at a time, and %s are asked for", strings.Join(r.platforms, ", ")),
			fault.Hintf("name a BuildKit daemon with %s, turn on the daemon's containerd image store, or ask for one platform", fault.Input("builder")))
	}
	return nil
}

// builderSchemes begin the addresses of BuildKit daemons.
func builderSchemes() []string { return []string{"tcp", "unix", "docker-container"} }

func connect(ctx context.Context, cfg Config) (*backend, error) {
	address := cfg.Builder
	if address == "" {
		return connectDocker(ctx, cfg)
	}
	u, err := url.Parse(address)
	if err != nil || !slices.Contains(builderSchemes(), u.Scheme) || u.Host+u.Path == "" {
		return nil, fault.Request(fmt.Errorf("the builder %q is not the address of a BuildKit daemon", address), "write "+strings.Join(builderSchemes(), "://ADDRESS, ")+"://NAME")
	}
	b := &backend{}
	var options []client.ClientOpt
	if u.Scheme == "docker-container" {
		if b.docker, err = cfg.Docker.Connect(); err != nil {
			return nil, err
		}
		options = append(options, client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return dialContainer(ctx, b.docker, u.Hostname())
		}))
	}
	if b.buildkit, err = client.New(ctx, address, options...); err != nil {
		return nil, fmt.Errorf("connecting to the BuildKit daemon: %w", err)
	}
	if err := b.answers(ctx); err != nil {
		b.close()
		return nil, unreachable(ctx, fmt.Errorf("no BuildKit daemon answers at %s: %w", address, err), startDocker())
	}
	return b, nil
}

// connectDocker uses the BuildKit that is part of the Docker daemon.
func connectDocker(ctx context.Context, cfg Config) (*backend, error) {
	docker, err := cfg.Docker.Connect()
	if err != nil {
		return nil, err
	}
	asked, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	info, err := docker.Info(asked, engine.InfoOptions{})
	if err != nil {
		_ = docker.Close()
		remedy, why := cfg.Docker.Unreachable(err)
		if why == nil {
			why, remedy = fmt.Errorf("no Docker daemon answers at %s: %w", cfg.Docker.Address(), err), startDocker()
		}
		return nil, unreachable(ctx, why, remedy)
	}
	b := &backend{docker: docker, daemon: cfg.Docker, classic: true}
	for _, pair := range info.Info.DriverStatus {
		if strings.HasPrefix(pair[1], "io.containerd.snapshotter") {
			b.classic = false
		}
	}
	b.buildkit, err = client.New(ctx, "", client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return docker.DialHijack(ctx, "/grpc", "h2c", nil)
	}), client.WithSessionDialer(func(ctx context.Context, proto string, meta map[string][]string) (net.Conn, error) {
		return docker.DialHijack(ctx, "/session", proto, meta)
	}))
	if err != nil {
		_ = docker.Close()
		return nil, fmt.Errorf("connecting to the Docker daemon's BuildKit: %w", err)
	}
	if err := b.answers(ctx); err != nil {
		b.close()
		return nil, unreachable(ctx, fmt.Errorf("the Docker daemon at %s has no BuildKit that answers: %w", cfg.Docker.Address(), err), startDocker())
	}
	return b, nil
}

// answers asks for the workers, which every version of BuildKit can tell.
func (b *backend) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	workers, err := b.buildkit.ListWorkers(ctx)
	if err == nil && len(workers) == 0 {
		err = errors.New("it has no BuildKit worker")
	}
	return err
}

// startDocker is what to do where no daemon is there.
func startDocker() fault.Hint {
	return fault.Hintf("start Docker, or name its daemon with %s", fault.Input("docker-host"))
}

// unreachable adds to a failure what to do about it, and which other ways there are.
func unreachable(ctx context.Context, err error, remedy fault.Hint) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("connecting to a builder: %w", cause)
	}
	return fault.WithHint(err, fault.Hintf("%s, name a BuildKit daemon with %s, or give an image archive with %s", remedy, fault.Input("builder"), fault.Input("image")))
}
