package inventory

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file reads package databases that consist of several files as one.

// maxDatabase bounds the bytes of a package database that is held in memory. That of a large distribution has some ten
// million.
const maxDatabase = 1 << 28

// parts lists the files beside a database that hold a part of its content, in the order of their names.
func parts(v layerfs.View, name string) []layerfs.File {
	switch {
	case path.Ext(name) == ".sqlite":
		var out []layerfs.File
		for _, ending := range sqliteParts {
			if f, ok := v.Stat(name + ending); ok && f.Type == layerfs.Regular && f.Size > 0 {
				out = append(out, f)
			}
		}
		return out
	case path.Base(name) == "status":
		return dpkgUpdates(v, path.Join(path.Dir(name), "updates"))
	}
	return nil
}

// since is the last layer that changed a file or a part of it that lies beside it.
func (r *resolver) since(f layerfs.File) int {
	if base := path.Base(f.Path); base != "status" && path.Ext(base) != ".sqlite" {
		return f.Layer
	}
	for i := r.view.Layer(); i > f.Layer; i-- {
		now, before := parts(r.tree.View(i), f.Path), parts(r.tree.View(i-1), f.Path)
		if !slices.EqualFunc(now, before, func(a, b layerfs.File) bool { return a.Entry == b.Entry }) {
			return i
		}
	}
	return f.Layer
}

// database reads a file as its package manager reads it, with the parts beside it. ok is false for all that is no
// database of several files or of a form that syft's parsers need changed.
func (r *resolver) database(f layerfs.File, access string) (_ io.ReadCloser, ok bool, err error) {
	beside := parts(r.view, f.Path)
	switch {
	case isDpkgDatabase(f.Path) || isDpkgDatabase(access):
		status, err := readAll(r.view, f)
		if err != nil {
			return nil, false, err
		}
		var updates [][]byte
		for _, u := range beside {
			raw, err := readAll(r.view, u)
			if err != nil {
				return nil, false, err
			}
			updates = append(updates, raw)
		}
		left, err := installed(status, r.hasFiles(f.Path, access), updates...)
		if err != nil {
			return nil, false, fmt.Errorf("%s: %w", f.Path, err)
		}
		return io.NopCloser(bytes.NewReader(left)), true, nil
	case isApkDatabase(f.Path) || isApkDatabase(access):
		raw, err := readAll(r.view, f)
		if err != nil {
			return nil, false, err
		}
		if err := checkApk(raw); err != nil {
			return nil, false, fmt.Errorf("%s: %w", f.Path, err)
		}
		return io.NopCloser(bytes.NewReader(raw)), true, nil
	case path.Ext(f.Path) == ".sqlite" && len(beside) > 0:
		merged, err := r.sqlite(f)
		return merged, true, err
	}
	return nil, false, nil
}

func (r *resolver) sqlite(f layerfs.File) (io.ReadCloser, error) {
	contents := map[string]io.Reader{}
	for _, ending := range append([]string{""}, sqliteParts...) {
		part, ok := r.view.Stat(f.Path + ending)
		if !ok || part.Type != layerfs.Regular {
			continue
		}
		content, err := r.view.Open(part)
		if err != nil {
			return nil, err
		}
		defer content.Close()
		contents[ending] = content
	}
	merged, err := mergeSQLite(r.temp, contents)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path, err)
	}
	return merged, nil
}

// readAll reads a file of a package database, without a byte order mark.
func readAll(v layerfs.View, f layerfs.File) ([]byte, error) {
	if f.Size > maxDatabase {
		return nil, fmt.Errorf("%s has %d bytes, more than a package database is read with (%d)", f.Path, f.Size, maxDatabase)
	}
	content, err := v.Open(f)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	raw, err := io.ReadAll(content)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", f.Path, err)
	}
	return bytes.TrimPrefix(raw, byteOrderMark), nil
}

// isEmpty tells whether a package database that a cataloger found nothing in lists no package, as it does before the
// first one is installed, rather than that it could not be read.
func (r *resolver) isEmpty(f layerfs.File, reason string) bool {
	if len(parts(r.view, f.Path)) == 0 && f.Size == 0 {
		return true
	}
	if !strings.Contains(reason, nothingListed) {
		return false
	}
	if !isDpkgDatabase(f.Path) {
		return true // the parser opened it, and went through all it has
	}
	content, _, err := r.database(f, f.Path)
	if err != nil {
		return false
	}
	left, err := io.ReadAll(content)
	return err == nil && len(bytes.TrimSpace(left)) == 0
}

// nothingListed is the message of syft's parsers of dpkg's, RPM's and Composer's lists where they find no package.
const nothingListed = "unable to determine packages"
