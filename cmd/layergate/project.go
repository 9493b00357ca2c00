package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/regular"
)

// checkout is the root of the Git work tree that the run works in. It is empty where there is none.
func checkout() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// within tells whether a path lies below a directory, or is it: as it is written, or with links followed as far as it exists.
// Nothing lies in a directory without a name.
func within(directory, path string) bool {
	if directory == "" || path == "" {
		return false
	}
	if _, inside := regular.Below(directory, path); inside {
		return true
	}
	_, inside := regular.Below(resolve(directory), resolve(path))
	return inside
}

// staysInside refuses a directory to write to that is named below the working directory and lies elsewhere: who changes the
// project could make it a link, and have reports written, and files of their names removed, wherever that leads.
func staysInside(in *input.Values, name string) error {
	dir := in.String(name)
	if _, below := regular.Below(".", dir); !below {
		return nil
	}
	if _, stays := regular.Below(resolve("."), resolve(dir)); stays {
		return nil
	}
	return fault.Request(fmt.Errorf("%s: %q is a link out of the working directory, or lies behind one", in.Spell(name), dir), "name the directory that is meant by its own path")
}

// resolve follows the links of a path, of which the end may not exist yet.
func resolve(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	real, err := filepath.EvalSymlinks(abs)
	if err == nil {
		return real
	}
	parent := filepath.Dir(abs)
	if parent == abs {
		return abs
	}
	return filepath.Join(resolve(parent), filepath.Base(abs))
}
