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
	"github.com/layergate/layergate/pkg/fault"
)

// Docker says how the Docker daemon is reached. The zero value is the daemon of this machine.
type Docker struct {
	Host     string // such as unix:///run/docker.sock or tcp://build:2376
	CertPath string // a folder with ca.pem, cert.pem and key.pem, for TLS over tcp; empty for none
}

// openDaemon has the daemon export an image to an archive on disk and opens that.
func openDaemon(ctx context.Context, source, wanted string, opt Options) (*Image, error) {
	if _, err := name.ParseReference(wanted); err != nil {
		return nil, fault.Request(fmt.Errorf("%q is no image name: %w", wanted, err),
			"write docker:NAME with a name or an ID that docker images lists, such as docker:team/app:1.2")
	}
	var saved client.ImageInspectResult
	img, err := openFetched(ctx, source, opt, func(dir string) (scheme, path string, err error) {
		daemon, err := opt.Docker.connect()
		if err != nil {
			return "", "", err
		}
		defer daemon.Close()
		if saved, err = daemon.ImageInspect(ctx, wanted); err != nil {
			return "", "", opt.Docker.explain(wanted, err)
		}
		path = filepath.Join(dir, "image.tar")
		return "", path, opt.Docker.save(ctx, daemon, saved, path, disk.NewRoom(dir, opt.Free))
	})
	if errors.Is(err, errListed) {
		return nil, fault.WithHint(err, "the daemon does not hold all of the image, such as its other platforms: pull them, or name the image as registry:"+wanted)
	}
	if err != nil {
		return nil, err
	}
	if !img.is(saved.ID) {
		return nil, errors.Join(fmt.Errorf("opening the image %q: the daemon was asked for %s and exported another image", source, saved.ID), img.Close())
	}
	img.Name = nameOf(saved, wanted)
	return img, nil
}

// connect makes a client; nothing is sent yet.
func (d Docker) connect() (*client.Client, error) {
	var opts []client.Opt
	if d.Host != "" {
		u, err := client.ParseHostURL(d.Host)
		if err != nil || !slices.Contains([]string{"unix", "tcp", "npipe"}, u.Scheme) {
			return nil, fault.Request(fmt.Errorf("the Docker host %q is no address that can be used", d.Host),
				"let DOCKER_HOST be unix://PATH or tcp://HOST:PORT; what is behind ssh:// needs its socket forwarded (ssh -L)")
		}
		if d.CertPath != "" && u.Scheme == "tcp" {
			in := func(file string) string { return filepath.Join(d.CertPath, file) }
			opts = append(opts, client.WithTLSClientConfig(in("ca.pem"), in("cert.pem"), in("key.pem")))
		}
		opts = append(opts, client.WithHost(d.Host))
	}
	c, err := client.New(opts...)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("preparing to speak to the Docker daemon: %w", err),
			"DOCKER_CERT_PATH names a folder with ca.pem, cert.pem and key.pem")
	}
	return c, nil
}

// save streams the image to a file. It is named by its ID: its name may move to another image at any time.
func (d Docker) save(ctx context.Context, daemon *client.Client, image client.ImageInspectResult, path string, room *disk.Room) error {
	if err := room.Need(image.Size); err != nil {
		return err
	}
	in, err := daemon.ImageSave(ctx, []string{image.ID})
	if err != nil {
		return d.explain(image.ID, err)
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := &roomWriter{out, room}
	if _, err = io.Copy(w, in); err != nil {
		err = fmt.Errorf("exporting the image from the Docker daemon: %w", err)
	}
	return errors.Join(err, out.Close())
}

// roomWriter writes to a file while the disk has room.
type roomWriter struct {
	file *os.File
	room *disk.Room
}

// Write asks for room first.
func (w *roomWriter) Write(p []byte) (int, error) {
	if err := w.room.Take(int64(len(p))); err != nil {
		return 0, err
	}
	n, err := w.file.Write(p)
	return n, w.room.Explain(int64(len(p)-n), err)
}

// is tells whether the image has an ID: the digest of its configuration, or of its manifest or index where the daemon
// keeps images by these.
func (img *Image) is(id string) bool {
	return img.Root.Digest.String() == id || img.passedOver.String() == id ||
		len(img.Platforms) == 1 && img.Platforms[0].ID.String() == id
}

// nameOf is what to call an exported image: the tag that was asked for in full, or one of the image whose ID was.
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

// because is what the client says of a connection beyond that there is none.
func because(err error) string {
	text := err.Error()
	if strings.HasPrefix(text, "Cannot connect to the Docker daemon") || strings.HasPrefix(text, "failed to connect to the docker API") {
		return ""
	}
	return ": " + text
}

// explain says what a user can do about the daemon's refusal.
func (d Docker) explain(wanted string, err error) error {
	host := d.Host
	if host == "" {
		host = client.DefaultDockerHost
	}
	switch {
	case client.IsErrConnectionFailed(err) && strings.Contains(err.Error(), "permission denied"):
		return fault.WithHint(fmt.Errorf("this user may not talk to the Docker daemon at %s", host),
			fault.Hintf("run as a user of the group docker, %s", otherWays()))
	case client.IsErrConnectionFailed(err):
		return fault.WithHint(fmt.Errorf("no Docker daemon answers at %s%s", host, because(err)),
			fault.Hintf("start Docker, or let DOCKER_HOST name the daemon's address, %s", otherWays()))
	case cerrdefs.IsNotFound(err):
		return fault.Request(fmt.Errorf("the Docker daemon at %s has no image %q", host, wanted),
			"see docker images for what it has, or docker pull the image first")
	}
	return fmt.Errorf("asking the Docker daemon at %s for %q: %w", host, wanted, err)
}
