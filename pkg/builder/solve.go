package builder

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	gateway "github.com/moby/buildkit/frontend/gateway/client"

	"github.com/layergate/layergate/pkg/imageref"
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
	_, err := b.buildkit.Build(ctx, client.SolveOpt{
		Exports:             []client.ExportEntry{export},
		LocalMounts:         r.locals,
		FrontendAttrs:       attrs,
		CacheImports:        r.cacheFrom,
		CacheExports:        r.cacheTo,
		Session:             r.session,
		AllowedEntitlements: r.allow,
	}, "", r.frontend, states)
	displayed := <-shown // Build closes the channel of states
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

// frontend has the Dockerfile frontend of the daemon build, with the digest of the base image in its label.
func (r *request) frontend(ctx context.Context, c gateway.Client) (*gateway.Result, error) {
	attrs := maps.Clone(c.BuildOpts().Opts) // those of the request, and the caches
	if digest := r.baseDigest(ctx, c); digest != "" {
		attrs["label:"+labelBaseDigest] = digest
	}
	return c.Solve(ctx, gateway.SolveRequest{Frontend: "dockerfile.v0", FrontendOpt: attrs})
}

// baseDigest is the digest that the name of the base image leads to, right before the frontend follows it. It is empty where no label
// needs it, and where there is none: of a daemon's own image, and of one that cannot be had, of which the frontend says why.
func (r *request) baseDigest(ctx context.Context, c gateway.Client) string {
	if r.base == "" {
		return ""
	}
	opt := sourceresolver.ResolveImageOpt{ResolveMode: r.attrs["image-resolve-mode"]}
	if len(r.platforms) > 0 {
		if p, err := platforms.Parse(r.platforms[0]); err == nil {
			opt.Platform = &p
		}
	}
	ref := imageref.Split(r.base)
	_, digest, _, err := c.ResolveImageConfig(ctx, ref.FullRepository()+":"+cmp.Or(ref.Tag, "latest"), sourceresolver.Opt{ImageOpt: &opt})
	if err != nil {
		return ""
	}
	return digest.String()
}
