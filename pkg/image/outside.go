package image

import (
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/fault"
)

// outside tells whether a blob of an OCI layout on disk is a link that leads out of the directory, as Bazel's rules_oci writes them,
// and returns the path of the link.
func (d *directory) outside(name string) (link string, is bool) {
	if path.Dir(name) != "blobs/sha256" {
		return "", false
	}
	info, err := d.root.Lstat(filepath.FromSlash(name))
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return "", false
	}
	if _, err := d.root.Stat(filepath.FromSlash(name)); err == nil || errors.Is(err, fs.ErrNotExist) {
		return "", false
	}
	return filepath.Join(d.root.Name(), filepath.FromSlash(name)), true
}

// statOutside tells what a link leads to, which is a regular file that holds something: files of the kernel say that they hold nothing.
func statOutside(link string) (fs.FileInfo, error) {
	info, err := os.Stat(link)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errMissing
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || info.Size() == 0:
		return nil, errors.New("leads out of the directory, and to no regular file")
	}
	return info, nil
}

// copyWithLinks is what to do about a layout whose blobs are links that lead to something else, or nowhere.
const copyWithLinks = "the blobs of the directory are links, as Bazel makes them: copy it with cp -rL where it was built, or build the image again"

// hasLostLinks tells whether a blob of a layout is a link to a file that is not there.
func hasLostLinks(dir string) bool {
	dir = filepath.Join(dir, "blobs", "sha256")
	blobs, err := os.ReadDir(dir)
	return err == nil && slices.ContainsFunc(blobs, func(blob fs.DirEntry) bool {
		_, err := os.Stat(filepath.Join(dir, blob.Name()))
		return errors.Is(err, fs.ErrNotExist)
	})
}

// openOutside opens the file that a link leads to, which has to be the blob: nothing is told of any other file, not even its digest.
func openOutside(link string) (*os.File, error) {
	info, err := statOutside(link)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(link)
	if err != nil {
		return nil, err
	}
	digest := sha256.New()
	_, err = io.CopyN(digest, f, info.Size())
	if err == nil && (v1.Hash{Algorithm: "sha256", Hex: filepath.Base(link)}) != sha256Hash(digest) {
		err = fault.WithHint(errors.New("leads out of the directory, to a file that is not this blob"), copyWithLinks)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
