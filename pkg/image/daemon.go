package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/moby/moby/client"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/progress"
)

// openDaemon has the daemon export an image to an archive on disk and opens that.
func openDaemon(ctx context.Context, source, wanted string, opt Options) (*Image, error) {
	if _, err := name.ParseReference(wanted); err != nil {
		return nil, fault.Request(fmt.Errorf("%q is not a valid image name: %w", wanted, err),
			"write docker:NAME with a name or an ID that docker images lists, such as docker:team/app:1.2")
	}
	e := &export{opt: opt, wanted: wanted}
	img, err := openFetched(ctx, source, opt, e.fetch)
	if errors.Is(err, errListed) {
		img, err = e.openPart(ctx, source, err)
	}
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(e.ids(), img.is) {
		return nil, errors.Join(fmt.Errorf("opening the image %q: the daemon was asked for %s and exported another image", source, e.saved.ID), img.Close())
	}
	img.Name = nameOf(e.saved, wanted)
	return img, nil
}

// export is an image on its way out of the daemon.
type export struct {
	opt    Options
	wanted string
	saved  client.ImageInspectResult
	part   *part // nil for all of the image
}

// ids are those that the exported image may have.
func (e *export) ids() []string {
	if e.part != nil {
		return e.part.ids
	}
	return []string{e.saved.ID}
}

// fetch has the daemon export the image to an archive in a directory.
func (e *export) fetch(ctx context.Context, dir string) (scheme, path string, err error) {
	daemon, err := e.opt.Docker.Connect()
	if err != nil {
		return "", "", err
	}
	defer daemon.Close()
	ctx, watch := e.opt.Docker.Watch(ctx)
	defer watch.Stop()
	if e.saved.ID == "" {
		if e.saved, err = daemon.ImageInspect(ctx, e.wanted); err != nil {
			return "", "", watch.Explain(explainDaemon(e.opt.Docker, e.wanted, err, func() []string { return docker.OtherTags(ctx, daemon, e.wanted) }))
		}
	}
	path = filepath.Join(dir, "image.tar")
	return "", path, watch.Explain(e.save(ctx, daemon, path, disk.NewSpace(dir, e.opt.Free), watch))
}

// save streams the image to a file. It is named by its ID: its name may move to another image at any time.
func (e *export) save(ctx context.Context, daemon *client.Client, path string, space *disk.Space, watch *docker.Watch) error {
	if err := space.Need(e.saved.Size); err != nil {
		return err
	}
	in, err := daemon.ImageSave(ctx, []string{e.saved.ID}, e.part.options()...)
	if err != nil {
		return explainDaemon(e.opt.Docker, e.saved.ID, err, nil)
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	meter := progress.Begin(e.opt.Meters, "exporting the image from the Docker daemon", 0) // whose word for the size means another form
	defer meter.End()
	w := &spaceWriter{out, space}
	if _, err = io.Copy(w, meter.Reader(watch.Reader(in))); err != nil {
		err = fmt.Errorf("exporting the image from the Docker daemon: %w", err)
	}
	return errors.Join(err, out.Close())
}

// spaceWriter writes to a file while the disk has room.
type spaceWriter struct {
	file  *os.File
	space *disk.Space
}

// Write asks for room first.
func (w *spaceWriter) Write(p []byte) (int, error) {
	if err := w.space.Take(int64(len(p))); err != nil {
		return 0, err
	}
	n, err := w.file.Write(p)
	return n, w.space.Explain(int64(len(p)-n), err)
}

// is tells whether the image has an ID: the digest of its configuration, or of its manifest or index where the daemon
// keeps images by these.
func (img *Image) is(id string) bool {
	return img.Root.Digest.String() == id || img.passedOver.String() == id ||
		len(img.Platforms) == 1 && img.Platforms[0].ID.String() == id
}

// nameOf returns the name for an exported image: the tag that was asked for in full, or one of the image whose ID was.
func nameOf(saved client.ImageInspectResult, wanted string) string {
	for _, tag := range saved.RepoTags {
		if sameName(tag, wanted) {
			return tag
		}
	}
	hex := strings.TrimPrefix(wanted, "sha256:")
	if !strings.HasPrefix(strings.TrimPrefix(saved.ID, "sha256:"), hex) {
		return wanted
	}
	if len(saved.RepoTags) > 0 {
		return saved.RepoTags[0]
	}
	return ""
}

// otherWays are the sources that need no daemon.
func otherWays() fault.Hint {
	return fault.Hintf("or give %s an archive, such as docker save -o app.tar NAME writes, or an image in a registry as registry:REFERENCE", fault.Input("image"))
}

// explainDaemon says what a user can do about the daemon's refusal. The function otherTags, which may be nil, lists what
// else the daemon has of the same repository.
func explainDaemon(daemon docker.Daemon, wanted string, err error, otherTags func() []string) error {
	remedy, sentence := daemon.Unreachable(err)
	switch {
	case sentence != nil:
		return fault.WithHint(sentence, fault.Hintf("%s, %s", remedy, otherWays()))
	case cerrdefs.IsNotFound(err):
		hint := "see docker images for what it has, or docker pull the image first"
		if otherTags != nil {
			if tags := otherTags(); len(tags) > 0 {
				hint = "it has docker:" + strings.Join(tags, ", docker:")
			}
		}
		return fault.Request(fmt.Errorf("the Docker daemon at %s has no image %q", daemon.Address(), wanted), hint)
	}
	return fmt.Errorf("asking the Docker daemon at %s for %q: %w", daemon.Address(), wanted, err)
}
