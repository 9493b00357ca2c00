package builder

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"

	"github.com/moby/buildkit/client"
)

// build builds the image into the archive.
func (b *backend) build(ctx context.Context, r *request, archive *os.File) error {
	if b.classic {
		return b.buildClassic(ctx, r, archive)
	}
	return b.solve(ctx, r, client.ExportEntry{
		Type:   client.ExporterOCI,
		Output: func(map[string]string) (io.WriteCloser, error) { return archive, nil },
		// BuildKit's account of how the image came to be, without the build arguments: they may be secret.
	}, map[string]string{"attest:provenance": "mode=min"})
}

// solve runs the build and hands what comes out to one exporter.
func (b *backend) solve(ctx context.Context, r *request, export client.ExportEntry, more map[string]string) error {
	attrs := maps.Clone(r.attrs)
	maps.Copy(attrs, more)
	states := make(chan *client.SolveStatus)
	shown := make(chan error, 1)
	go func() { shown <- r.progress.show(ctx, states) }()
	_, err := b.buildkit.Solve(ctx, nil, client.SolveOpt{
		Exports:             []client.ExportEntry{export},
		LocalMounts:         r.locals,
		Frontend:            "dockerfile.v0",
		FrontendAttrs:       attrs,
		CacheImports:        r.cacheFrom,
		CacheExports:        r.cacheTo,
		Session:             r.session,
		AllowedEntitlements: r.allow,
	}, states)
	displayed := <-shown // Solve closes the channel of states
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("building %s: %w", r.dockerfile, cause)
	}
	if err != nil {
		return failure(err, r.dockerfile, r.progress)
	}
	if displayed != nil {
		return fmt.Errorf("showing the progress of the build: %w", displayed)
	}
	return nil
}
