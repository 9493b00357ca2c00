package vex

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/regular"
)

// Dir is the directory of a project that holds its VEX documents, and Suffix ends their names.
const (
	Dir    = ".vex"
	Suffix = ".json"
)

// ReadFiles reads the documents that a user names. A file below root that is a link leads to no file outside of it.
// Whatever is wrong is a wrong request.
func ReadFiles(root string, paths []string, keys attest.Keys) ([]Document, error) {
	var out []Document
	for _, path := range paths {
		raw, err := regular.ReadNamed(root, path, MaxSize)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fault.Request(fmt.Errorf("the VEX document %s does not exist", path), fault.Hintf("name files of OpenVEX or CSAF with %s", fault.Input("vex")))
		case err != nil:
			return nil, fault.Request(fmt.Errorf("reading the VEX document: %w", err), "name a file of the project, or a link to one; a link out of the project is not followed")
		}
		if name, inside := regular.Below(root, path); inside {
			path = name
		}
		d, err := Parse(filepath.ToSlash(path), raw, keys)
		if err != nil {
			return nil, invalid(err)
		}
		d.Origin = policy.OriginFile
		out = append(out, d)
	}
	return out, nil
}

// invalid says that somebody has to repair a document.
func invalid(err error) error {
	return fault.Request(fmt.Errorf("the VEX document is not valid: %w", err), "")
}

// ReadProject reads the documents of a project: the files in its .vex directory whose names end in .json. No link leads out of the
// project. A project without the directory has none.
func ReadProject(root string, keys attest.Keys) ([]Document, error) {
	project, err := os.OpenRoot(cmp.Or(root, "."))
	if err != nil {
		return nil, fmt.Errorf("reading the project: %w", err)
	}
	defer project.Close()
	if _, err := project.Lstat(Dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	entries, err := fs.ReadDir(project.FS(), Dir)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("reading the directory %s: %w", Dir, err), "it has to be a directory of the project, or a link to one")
	}
	var out []Document
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), Suffix) {
			continue
		}
		name := Dir + "/" + e.Name()
		raw, err := regular.Read(project, filepath.FromSlash(name), MaxSize)
		if err != nil {
			return nil, fault.Request(fmt.Errorf("reading the VEX document %s: %w", name, err), "only files of the project are read; remove it, or name it otherwise than .json")
		}
		d, err := Parse(name, raw, keys)
		if err != nil {
			return nil, invalid(err)
		}
		d.Origin = policy.OriginProject
		out = append(out, d)
	}
	return out, nil
}
