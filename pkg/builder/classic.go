package builder

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/buildkit/client"
	engine "github.com/moby/moby/client"

	"github.com/layergate/layergate/pkg/docker"
)

// How long cleaning up may take when the build itself has ended.
const cleanup = 30 * time.Second

// buildClassic lets the daemon keep the image under a name of ours for as long as it is streamed out of it. A daemon
// without the containerd image store can give an image in no other way.
func (b *backend) buildClassic(ctx context.Context, r *request, archive *os.File) (err error) {
	name := "layergate-build-" + strings.ToLower(rand.Text()) + ":latest"
	defer func() { err = errors.Join(err, b.remove(ctx, name)) }()
	if err := b.solve(ctx, r, client.ExportEntry{Type: "moby", Attrs: map[string]string{"name": name}}, nil); err != nil {
		return err
	}
	saving, watch := b.daemon.Watch(ctx)
	defer watch.Stop()
	if err := watch.Explain(b.save(saving, name, archive, watch)); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return fmt.Errorf("saving the image from the Docker daemon: %w", err)
	}
	return nil
}

// save streams the image by its ID, so that the name, which is another each time, is not in the archive.
func (b *backend) save(ctx context.Context, name string, archive *os.File, watch *docker.Watch) error {
	image, err := b.docker.ImageInspect(ctx, name)
	if err != nil {
		return err
	}
	body, err := b.docker.ImageSave(ctx, []string{image.ID})
	if err != nil {
		return err
	}
	_, err = io.Copy(archive, watch.Reader(body))
	return errors.Join(err, body.Close())
}

// remove takes our name off the image, and the image away if it has no other. It does so after ctx has ended, too.
func (b *backend) remove(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer cancel()
	_, err := b.docker.ImageRemove(ctx, name, engine.ImageRemoveOptions{PruneChildren: true})
	if err == nil || errdefs.IsNotFound(err) {
		return nil
	}
	return fmt.Errorf("removing the temporary image %s from the Docker daemon: %w", name, err)
}
