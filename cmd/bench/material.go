package main

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// layer is a layer on disk.
type layer struct {
	path   string
	digest string // sha256 of the file, hexadecimal
	size   int64  // of the file
	diffID string // sha256 of the tar, hexadecimal; equals digest where the layer is not compressed
	files  int    // entries of the tar
}

// gzipped tells whether the layer is compressed.
func (l layer) gzipped() bool { return l.digest != l.diffID }

// maker makes a layer's tar from what lies in dir, or puts there what it needs.
type maker struct {
	name string
	make func(dir, tar string) error
}

// material makes layers in a directory, unless it has them.
func material(dir string, makers []maker) ([]layer, error) {
	var out []layer
	for _, m := range makers {
		path := filepath.Join(dir, m.name+".tar")
		err := once(path, func(part string) error {
			logf("making the layer %s", m.name)
			return m.make(dir, part)
		})
		if err != nil {
			return nil, fmt.Errorf("making the layer %s: %w", m.name, err)
		}
		l, err := newLayer(path)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// once makes a file, unless it is there. A file that is not complete is not taken for one.
func once(path string, make func(part string) error) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := make(path + ".part"); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

// newLayer reads a layer that is not compressed.
func newLayer(path string) (layer, error) {
	f, err := os.Open(path)
	if err != nil {
		return layer{}, err
	}
	defer f.Close()
	h := sha256.New()
	all := io.TeeReader(f, h)
	l := layer{path: path}
	for r := tar.NewReader(all); ; l.files++ {
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return layer{}, fmt.Errorf("reading %s: %w", path, err)
		}
	}
	if _, err := io.Copy(io.Discard, all); err != nil { // what follows the end of the archive
		return layer{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return layer{}, err
	}
	l.digest, l.size = hex.EncodeToString(h.Sum(nil)), info.Size()
	l.diffID = l.digest
	return l, nil
}

// compressed packs layers with gzip, beside them, unless that was done.
func compressed(layers []layer) ([]layer, error) {
	var out []layer
	for _, l := range layers {
		packed := filepath.Join(filepath.Dir(l.path), l.diffID+".tar.gz") // by what is in it
		if err := once(packed, func(part string) error { return pack(l.path, part) }); err != nil {
			return nil, err
		}
		raw, err := os.Open(packed)
		if err != nil {
			return nil, err
		}
		h := sha256.New()
		n, err := io.Copy(h, raw)
		raw.Close()
		if err != nil {
			return nil, err
		}
		out = append(out, layer{path: packed, digest: hex.EncodeToString(h.Sum(nil)), size: n, diffID: l.diffID, files: l.files})
	}
	return out, nil
}

func pack(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	w := gzip.NewWriter(out)
	if _, err := io.Copy(w, in); err != nil {
		return errors.Join(err, out.Close())
	}
	return errors.Join(w.Close(), out.Close())
}

// app is where the application lies in the image.
const app = "srv/app"

// copiesOf makes n layers with a part of the application each, at another path.
func copiesOf(application layer, n int) ([]layer, error) {
	var out []layer
	for i := range n {
		to := filepath.Join(filepath.Dir(application.path), fmt.Sprintf("copy-%d.tar", i))
		err := once(to, func(part string) error { return copyApp(application.path, part, fmt.Sprintf("srv/copy-%d", i)) })
		if err != nil {
			return nil, err
		}
		l, err := newLayer(to)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// copyApp copies a part of the application's layer to another path in another layer.
func copyApp(from, to, place string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	r, w := tar.NewReader(in), tar.NewWriter(out)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return errors.Join(w.Close(), out.Close())
		}
		if err != nil {
			return err
		}
		rest, ok := strings.CutPrefix(path.Clean(h.Name), app)
		if !ok || !copied(rest) {
			continue
		}
		h.Name = place + rest
		if h.Typeflag == tar.TypeDir {
			h.Name += "/"
		}
		h.Format = tar.FormatUnknown // the name is another
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		if _, err := io.Copy(w, r); err != nil {
			return err
		}
	}
}

// copied tells whether a path of the application is in its copies: all but the modules with a scope and those from h on.
func copied(path string) bool {
	module, ok := strings.CutPrefix(path, "/node_modules/")
	return !ok || module[0] != '@' && (module[0] < 'h' || module[0] > 'z')
}
