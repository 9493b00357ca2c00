package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/docker"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/pipe"
	"github.com/layergate/layergate/pkg/progress"
	"github.com/layergate/layergate/pkg/spool"
)

// Options holds what Open needs besides the source.
type Options struct {
	Name  string // chooses an image of an archive that holds several: a tag or a digest
	Spool *spool.Spool

	// TempDir is an existing directory, where an image that a daemon or a registry keeps is written to a new one until
	// Image.Close; empty means the system's directory for temporary files.
	TempDir string
	Free    disk.FreeFunc // tells the free space of TempDir; nil asks the system

	Referrers bool // reads what a registry keeps attached to the image, too; see Image.Attached

	// Known tells which layers of a platform are known. They are left in the registry, and their Layer.Absent is set. It is for an
	// image that is not pushed; nil knows none.
	Known func([]LayerID) []bool

	absent map[v1.Hash]bool // the layers that are left in the registry, once they are known

	Registry func(ref string) (Repository, error) // where registry: finds an image; nil where it cannot
	Docker   docker.Daemon                        // where docker: finds an image
	Pipe     io.Reader                            // what the source Pipe reads; nil where there is none
	Meters   progress.Reporter                    // shows how far the copying of an image has come; nil is allowed
}

// Open opens the image at source: a path, whose format is recognised by its content; a path behind one of the schemes
// docker-archive:, oci-archive: and oci-dir:, which insists on that format; docker:NAME, an image of the Docker daemon;
// registry:REFERENCE, an image in a registry; or Pipe. A path may be that of a named pipe, too.
func Open(ctx context.Context, source string, opt Options) (*Image, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if IsPipe(source) {
		return openPipe(ctx, source, strings.TrimSuffix(strings.TrimSuffix(source, Pipe), ":"), opt.Pipe, opt)
	}
	scheme, rest, err := splitSource(source)
	if err != nil {
		return nil, err
	}
	if scheme == schemeDaemon || scheme == schemeRegistry {
		if err := oneImage(source, opt); err != nil {
			return nil, err
		}
	}
	switch scheme {
	case schemeDaemon:
		return openDaemon(ctx, source, rest, opt)
	case schemeRegistry:
		return openRegistry(ctx, source, rest, opt)
	}
	if pipe.Is(rest) {
		return openNamedPipe(ctx, source, scheme, rest, opt)
	}
	img, err := openPath(ctx, scheme, rest, opt)
	if err != nil {
		return nil, fmt.Errorf("opening the image %q: %w", rest, explainMissing(rest, err))
	}
	img.Source = source
	return img, nil
}

// explainMissing says how to get the whole of an image of whose platforms an archive has a part: Docker, where it keeps images as
// containerd does, saves the index of an image that it pulled, and of the platforms its own; of a layout of Bazel's only the links may be there.
func explainMissing(path string, err error) error {
	if !errors.Is(err, errListed) || len(fault.Hints(err)) > 0 {
		return err
	}
	if hasLostLinks(path) {
		return fault.WithHint(err, copyWithLinks)
	}
	return fault.WithHint(err, "the archive does not hold all that it names: name the whole image as registry:NAME, or, from Docker 28 on, save what there is with docker save --platform linux/amd64 -o app.tar NAME")
}

// openPath opens a file or directory.
func openPath(ctx context.Context, scheme, path string, opt Options) (*Image, error) {
	fs, err := openFiles(ctx, scheme, path, opt.Spool)
	if err != nil {
		return nil, err
	}
	img := &Image{files: fs, spool: opt.Spool, kept: map[v1.Hash]bool{}, storedFor: storedFor{}, absent: opt.absent}
	if err := img.load(ctx, scheme, opt.Name); err != nil {
		return nil, errors.Join(err, fs.Close())
	}
	return img, nil
}

// oneImage refuses a name that chooses among several images where the source is one.
func oneImage(source string, opt Options) error {
	if opt.Name == "" {
		return nil
	}
	return fault.Request(fmt.Errorf("%s is one image already, and cannot be asked for %q", source, opt.Name),
		fault.Hintf("leave out %s, which chooses from an archive of several images", fault.Input("image-name")))
}

// openFetched opens an image that fetch writes to a directory of its own, which is removed with the image.
func openFetched(ctx context.Context, source string, opt Options, fetch func(ctx context.Context, dir string) (scheme, path string, err error)) (*Image, error) {
	dir, err := os.MkdirTemp(opt.TempDir, "image-")
	if err != nil {
		return nil, fmt.Errorf("making a directory for the image: %w", err)
	}
	var img *Image
	scheme, path, err := fetch(ctx, dir)
	if err == nil {
		img, err = openPath(ctx, scheme, path, opt)
	}
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err() // whatever came of it on the way
		}
		return nil, errors.Join(fmt.Errorf("opening the image %q: %w", source, err), os.RemoveAll(dir))
	}
	img.Source, img.temp = source, dir
	return img, nil
}

func openFiles(ctx context.Context, scheme, path string, sp *spool.Spool) (files, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		if scheme == schemeDocker || scheme == schemeOCI {
			return nil, fault.Request(fmt.Errorf("%s: needs a file, but this is a directory", scheme), "use oci-dir: for an OCI layout directory")
		}
		return openDirectory(path)
	}
	if scheme == schemeDir {
		return nil, fault.Request(errors.New("oci-dir: needs a directory, but this is a file"), "use oci-archive: for an OCI layout in a tar file")
	}
	return openArchive(ctx, path, sp)
}

// repositories is the file by which Docker before version 1.10 names the images of an archive.
const repositories = "repositories"

// load finds out which layout the files have and reads its manifests.
func (img *Image) load(ctx context.Context, scheme, name string) error {
	hasOCI := img.files.has("index.json")
	hasDocker := img.files.has("manifest.json")
	switch {
	case scheme == schemeDocker && !hasDocker:
		return otherLayout("this is not a docker save archive: it has no manifest.json", hasOCI, "it has an index.json, as OCI layouts have")
	case (scheme == schemeOCI || scheme == schemeDir) && !hasOCI:
		return otherLayout("this is not an OCI image layout: it has no index.json", hasDocker, "it has a manifest.json, as docker save and skopeo's dir: write it")
	case !hasOCI && !hasDocker:
		return fault.WithHint(errors.New("this holds no image: there is neither an index.json (OCI) nor a manifest.json (docker save)"),
			"write an archive with docker save, docker buildx build --output type=oci, or crane pull; docker export, and the outputs tar and local of a build, write a file system, which names no layers")
	case !hasDocker && img.files.has(repositories):
		return unclear(errors.New("docker load follows the file repositories where there is no manifest.json, and others follow index.json"))
	}
	if !hasOCI && scheme == "" && img.isFlat() {
		if err := img.loadFlat(ctx, name); err != nil {
			return err
		}
		return img.check()
	}
	if hasOCI && hasDocker && !img.files.has("oci-layout") {
		img.files = renamed{img.files, apkoNames()}
	}
	if hasOCI {
		var both *readings
		if hasDocker {
			var err error
			if both, err = img.readings(ctx); err != nil {
				return err
			}
		}
		if err := img.loadOCI(ctx, name, both.beside()); err != nil {
			return err
		}
		if err := both.check(); err != nil {
			return err
		}
		// What docker save calls a manifest is not what docker push would store: its layers are not compressed.
		if !hasDocker || !img.uncompressed() {
			return img.check()
		}
		chosen := img.Platforms[0].ID
		img.passedOver = img.Root.Digest
		img.reset()
		img.ociTypes = true
		if err := img.loadDocker(name, &chosen); err != nil {
			return err
		}
		return img.check()
	}
	if err := img.loadDocker(name, nil); err != nil {
		return err
	}
	return img.check()
}

// otherLayout says that files do not have the layout that was asked for, and where they have another one, that the prefix is wrong.
func otherLayout(what string, other bool, but string) error {
	if other {
		return fault.WithHint(fmt.Errorf("%s; %s", what, but), "give the path alone, without a prefix, and the layout is found out")
	}
	return fault.WithHint(errors.New(what), "write an archive with docker save, or docker buildx build --output type=oci")
}

// noImages says that there is nothing to scan in a layout that is one.
func noImages(what string) error {
	return fault.WithHint(errors.New(what), "see whether the build or the copy that wrote it left out the images: of an index it takes those of one platform at least")
}

func (img *Image) reset() {
	img.Name, img.Root, img.Platforms, img.children = "", Manifest{}, nil, nil
	img.attestations, img.statements, img.storedFor, img.held = nil, nil, storedFor{}, 0
}

// uncompressed tells whether this is a single image all of whose layers are stored uncompressed.
func (img *Image) uncompressed() bool {
	if len(img.Platforms) != 1 || img.Root.MediaType.IsIndex() {
		return false
	}
	for _, l := range img.Platforms[0].Layers {
		if l.MediaType != types.OCIUncompressedLayer && l.MediaType != types.DockerUncompressedLayer {
			return false
		}
	}
	return true
}

func (img *Image) check() error {
	if len(img.Platforms) == 0 {
		return noImages("the index names no image that could be scanned")
	}
	for _, p := range img.Platforms {
		if len(p.Layers) == 0 {
			return fmt.Errorf("the image for %s has no layers: there is nothing to scan", p.Name)
		}
	}
	return img.checkSubjects()
}

// Limits of what is read into memory at once, in bytes. A registry refuses manifests above 4 MiB.
const (
	maxManifestSize = 4 << 20
	maxConfigSize   = 32 << 20
	// An SBOM as an attestation of a large image has some ten megabytes.
	maxStatementSize = 256 << 20
	// All manifests and configurations of one image, which are held in memory until it is pushed. A real one has some
	// ten kilobytes of them for each platform.
	maxHeld = 64 << 20
)

// hold counts what is held in memory.
func (img *Image) hold(data []byte) error {
	if img.held += int64(len(data)); img.held > maxHeld {
		return fmt.Errorf("the image's manifests and configurations have more than the %d bytes that are allowed in all", maxHeld)
	}
	return nil
}

// readFile reads a small file of the layout whole.
func (img *Image) readFile(name string, limit int64) ([]byte, error) {
	s, err := img.files.section(name)
	if err != nil {
		return nil, fmt.Errorf("%s %w", name, err)
	}
	if s.Size() > limit {
		return nil, fmt.Errorf("%s has %d bytes, more than the %d that are allowed", name, s.Size(), limit)
	}
	data := make([]byte, s.Size())
	if _, err := io.ReadFull(s, data); err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, unexpected(err))
	}
	return data, nil
}

// readBlob reads a small blob and checks its digest.
func (img *Image) readBlob(kind string, d v1.Descriptor, limit int64) ([]byte, error) {
	name, err := blobName(d.Digest)
	if err != nil {
		return nil, fmt.Errorf("the %s: %w", kind, err)
	}
	data, err := img.readFile(name, limit)
	if errors.Is(err, errMissing) {
		return nil, fmt.Errorf("the %s %s %w", kind, d.Digest, errListed)
	}
	if err != nil {
		return nil, err
	}
	if got := digestOf(data); got != d.Digest {
		return nil, fmt.Errorf("the %s %s has the wrong content: its digest is %s", kind, d.Digest, got)
	}
	if int64(len(data)) != d.Size {
		return nil, fmt.Errorf("the %s %s has %d bytes, but its descriptor says %d", kind, d.Digest, len(data), d.Size)
	}
	return data, nil
}

func blobName(d v1.Hash) (string, error) {
	if d.Algorithm != "sha256" || len(d.Hex) != 64 {
		return "", fault.WithHint(fmt.Errorf("unsupported digest %q: only sha256 is supported", d), "have the builder name manifests, configurations and layers by sha256, as all do that are not told otherwise")
	}
	return "blobs/sha256/" + d.Hex, nil
}

func digestOf(data []byte) v1.Hash {
	h, _, _ := v1.SHA256(bytes.NewReader(data)) // a bytes.Reader does not fail
	return h
}

func bytesBlob(d v1.Hash, mt types.MediaType, data []byte) Blob {
	return Blob{Digest: d, MediaType: mt, Size: int64(len(data)), open: func() io.Reader { return bytes.NewReader(data) }}
}
