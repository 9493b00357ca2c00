// Package builder makes an image from a Dockerfile with BuildKit: with a BuildKit daemon where one is named, else with
// the one that is part of the Docker daemon. It speaks to both over their sockets and needs no command of either.
//
// It must not import pkg/gate, pkg/ci, pkg/policy or pkg/report, nor look at the environment or the process's streams.
package builder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/layergate/layergate/pkg/docker"
)

// Config is a request to build one image. What it names as text has docker buildx build's syntax.
type Config struct {
	Context    string    // the directory that COPY and ADD take files from
	Dockerfile string    // path; empty means the file Dockerfile in Context
	Without    []string  // paths of files and directories that are not part of the context, such as what a run itself writes
	Target     string    // the stage to build; empty means the last
	Args       []string  // build arguments, NAME=VALUE or NAME, whose value Getenv gives
	Secrets    []string  // id=NAME,src=PATH or id=NAME,env=NAME
	SSH        []string  // default or NAME, or either with =SOCKET or =KEY[,KEY]
	Labels     []string  // NAME=VALUE
	Source     string    // the address of the repository, which becomes a label; empty where it is not known
	Revision   string    // the commit, likewise
	Created    time.Time // of the commit, likewise; the build argument SOURCE_DATE_EPOCH says more
	Platforms  []string  // os/arch[/variant]; none means the daemon's own
	CacheFrom  []string  // type=TYPE,NAME=VALUE or the reference of an image
	CacheTo    []string  // the same
	NoCache    bool      // runs every instruction again
	Pull       bool      // asks the registry for a newer base image
	Network    string    // of RUN instructions: empty for the daemon's default, none or host

	Builder string        // address of a BuildKit daemon; empty means the Docker daemon
	Docker  docker.Daemon // builds where no BuildKit daemon is named
	Logins  docker.Place  // the registries' credentials, which the build may ask for

	Getenv   func(string) string // of the variables that options name; nil is an empty environment
	TempDir  string              // an existing directory, where the archive is written
	Progress io.Writer           // takes BuildKit's progress; nil for none
	Terminal bool                // Progress is a terminal, on which the progress may be redrawn
}

// Result is an image that was built.
type Result struct {
	// Archive is the path of the image, as image.Open reads it: an OCI archive with all platforms and attestations,
	// or what docker save writes, of a Docker daemon that keeps no manifests. It is in Config.TempDir and the caller's.
	Archive string
	// Dockerfile is the path of the Dockerfile that was built.
	Dockerfile string
}

// Build builds the image. A wrong request is a fault.Error, a build that fails an *Error. When ctx ends, so does the
// build, and its error wraps the cause. Whatever happens, no image and no tag stays in the daemon, and no file of a
// failed build in Config.TempDir.
func Build(ctx context.Context, cfg Config) (*Result, error) {
	if cfg.Getenv == nil {
		cfg.Getenv = func(string) string { return "" }
	}
	req, err := newRequest(cfg)
	if err != nil {
		return nil, err
	}
	b, err := connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer b.close()
	if err := b.accepts(req); err != nil {
		return nil, err
	}
	archive, err := os.CreateTemp(cfg.TempDir, "layergate-build-*.tar")
	if err != nil {
		return nil, fmt.Errorf("making the archive of the build: %w", err)
	}
	if err := b.build(ctx, req, archive); err != nil {
		return nil, errors.Join(err, discard(archive))
	}
	if err := archive.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return nil, errors.Join(fmt.Errorf("writing the archive of the build: %w", err), os.Remove(archive.Name()))
	}
	return &Result{Archive: archive.Name(), Dockerfile: req.dockerfile}, nil
}

func discard(f *os.File) error {
	_ = f.Close() // what was written is of no use, however it ends
	return os.Remove(f.Name())
}
