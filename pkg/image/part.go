package image

import (
	"context"
	"errors"
	"fmt"

	"github.com/containerd/platforms"
	"github.com/moby/moby/client"

	"github.com/layergate/layergate/pkg/fault"
)

// part is the one platform of an image that the daemon's machine runs. Where Docker keeps images as containerd does, docker pull of a
// multi-platform image fetches its index and that platform alone.
type part struct {
	platform platforms.Platform
	ids      []string // of the manifests that the daemon holds for it
}

// options ask for the part alone.
func (p *part) options() []client.ImageSaveOption {
	if p == nil {
		return nil
	}
	return []client.ImageSaveOption{client.ImageSaveWithPlatforms(p.platform)}
}

// openPart opens the platform that docker run would run, where the daemon does not hold the whole of an image. whole is how opening that
// failed, which stays the error where the daemon holds no such platform, or cannot tell (before version 1.48 of its API).
func (e *export) openPart(ctx context.Context, source string, whole error) (*Image, error) {
	img, err := (*Image)(nil), whole
	if e.part = e.ownPart(ctx); e.part != nil {
		img, err = openFetched(ctx, source, e.opt, e.fetch)
	}
	if errors.Is(err, errListed) {
		err = fault.WithHint(err, "the daemon does not hold all of the image, such as its other platforms: pull them, or name the image as registry:"+e.wanted)
	}
	if err != nil {
		return nil, err
	}
	img.Warnings = append(img.Warnings, fmt.Sprintf("the Docker daemon holds %s of the index %s and not all of its platforms: this is that platform alone, %s. To scan and push all of them, pull them, or name the image as registry:%s",
		platformName(e.part.platform), e.saved.ID, img.Root.Digest, e.wanted))
	return img, nil
}

// ownPart finds the part of an image that the daemon's machine runs; nil where it has none.
func (e *export) ownPart(ctx context.Context) *part {
	if e.saved.Os == "" {
		return nil // it is told of the platform that would be run
	}
	daemon, err := e.opt.Docker.Connect()
	if err != nil {
		return nil
	}
	defer daemon.Close()
	ctx, watch := e.opt.Docker.Watch(ctx)
	defer watch.Stop()
	detailed, err := daemon.ImageInspect(ctx, e.saved.ID, client.ImageInspectWithManifests(true))
	if err != nil {
		return nil
	}
	own := &part{platform: platforms.Platform{OS: e.saved.Os, Architecture: e.saved.Architecture, Variant: e.saved.Variant}}
	for _, m := range detailed.Manifests {
		if m.ImageData != nil && m.Available && m.ImageData.Platform.OS == e.saved.Os && m.ImageData.Platform.Architecture == e.saved.Architecture {
			own.ids = append(own.ids, m.ID)
		}
	}
	if len(own.ids) == 0 {
		return nil
	}
	return own
}
