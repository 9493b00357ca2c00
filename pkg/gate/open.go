package gate

import (
	"context"
	"fmt"

	"github.com/layergate/layergate/pkg/builder"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/origin"
)

// open builds the image if it has to be built, opens it, and finds out where its layers come from.
func (r *Result) open(ctx context.Context) (*origin.Image, error) {
	path, files, err := r.source(ctx)
	if err != nil {
		return nil, err
	}
	project, err := origin.OpenProject(files)
	if err != nil {
		return nil, err
	}
	opt := r.imageOptions()
	if r.recalls() {
		opt.Known = func(ids []image.LayerID) []bool { return r.recallInTurn(ctx, ids) }
	}
	opt.Name, opt.Referrers, opt.Pipe = r.request.ImageName, r.request.Policy.VEX.TrustsImages(), r.request.Pipe
	opt.Registry = func(ref string) (image.Repository, error) {
		repository, err := r.gate.client.Image(ref)
		r.repository = repository
		return repository, err
	}
	if r.image, err = image.Open(ctx, path, opt); err != nil {
		return nil, err
	}
	r.onClose(r.image.Close)
	base, err := openBase(ctx, r.request.BaseImage, r.imageOptions())
	if err != nil {
		return nil, err
	}
	if base == nil && r.request.Audit {
		base = r.namedBase(ctx)
	}
	if r.request.Build != nil {
		r.image.Name = "" // the daemon's name for it was made up
		if len(r.request.Push) > 0 {
			r.image.Name = r.request.Push[0]
		}
	}
	r.from = origin.Attribute(r.image, project, base)
	r.debugBase(r.from)
	return r.from, nil
}

// imageOptions say how images are opened.
func (r *Result) imageOptions() image.Options {
	opt := image.Options{
		Spool: r.spool, TempDir: r.temp, Docker: r.gate.env.Docker, Meters: r.request.Meters,
		Registry: func(ref string) (image.Repository, error) { return r.gate.client.Image(ref) },
	}
	if r.recalls() {
		opt.Known = r.recall
	}
	return opt
}

// source is the image's source, as package image takes it, and the files that it was built from. An image that has to be
// built is there afterwards.
func (r *Result) source(ctx context.Context) (string, origin.Config, error) {
	files := r.request.Project
	if r.request.Build == nil {
		r.step(Step{Kind: Opening, Subject: r.request.Image})
		return r.request.Image, files, nil
	}
	cfg := *r.request.Build
	cfg.TempDir = r.temp
	r.step(Step{Kind: Building, Subject: cfg.Context})
	built, err := builder.Build(ctx, cfg)
	if err != nil {
		return "", files, err
	}
	files.Dockerfile = built.Dockerfile
	return built.Archive, files, nil
}

// openBase reads of the base image that the user named which layers it has. It returns nil where none was named.
func openBase(ctx context.Context, source string, opt image.Options) (*origin.BaseImage, error) {
	if source == "" {
		return nil, nil
	}
	img, err := image.Open(ctx, source, opt)
	if err != nil {
		return nil, fmt.Errorf("the base image: %w", err)
	}
	return origin.NewBaseImage(source, img), img.Close()
}
