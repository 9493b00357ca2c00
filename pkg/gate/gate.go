// Package gate is the order of things: a Gate takes image after image through all steps to a report, and what is clean on
// to the registry. The steps themselves are other packages'.
//
// It must not import pkg/ci, nor look at the environment or the process's streams.
package gate

import (
	"context"
	"errors"
	"time"

	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/kept"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

// Env is what every image of a gate has in common.
type Env struct {
	Tool     report.Tool
	Database vulndb.Config // its TempDir and what it keeps are the Env's
	// Advisories are the user's own, which count beside those of the database; nil for none.
	Advisories *osv.Advisories
	Registry   registry.Config
	Docker     docker.Daemon // where docker: finds an image
	Cache      kept.Store    // of what layers hold, from earlier runs; nil for none
	Observe    observe.Func  // reads what an image holds: in a process of its own, where the image may be hostile

	Now func() time.Time // the clock of clearances; nil means time.Now

	TempDir     string // an existing directory for temporary files; empty means the system's
	Memory      int64  // bytes of unpacked layers that are held in memory, for each image
	MaxUnpacked int64  // bytes that may be unpacked of an image in all; 0 means no limit
	MemoryLimit int64  // bytes of memory that reading an image may take in all, in a process of its own; 0 means no limit
	Serial      bool   // does one thing after the other, which gives the same reports more slowly
}

// Gate takes images to their verdicts. It is safe for concurrent use until Close.
type Gate struct {
	env      Env
	client   *registry.Client
	database *database
	outlines outlines
	turns    turns
}

// New makes a gate. The advisory database is opened when the first image is there to be read, and stays open as long as the
// gate, unless ctx ends before it is open. A wrong configuration of the registries is a wrong request. The gate must be
// closed.
func New(ctx context.Context, env Env) (*Gate, error) {
	if env.Observe == nil {
		return nil, errors.New("a gate wants to be told how images are read")
	}
	client, err := registry.New(env.Registry)
	if err != nil {
		return nil, err
	}
	env.Database.TempDir, env.Database.Kept = env.TempDir, env.Cache
	return &Gate{env: env, client: client, database: newDatabase(ctx, env.Database, env.Advisories)}, nil
}

// now is the time at which an image is judged.
func (g *Gate) now() time.Time {
	if g.env.Now == nil {
		return time.Now()
	}
	return g.env.Now()
}

// Close closes the database. All results must have been closed before.
func (g *Gate) Close() error { return g.database.close() }
