package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"

	"github.com/layergate/layergate/pkg/regular"
)

// checkout is the root of the Git work tree that the run works in. It is empty where there is none.
func checkout() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	return workTree(dir)
}

// workTree is the root of the Git work tree that an absolute path, which need not exist, is written to lie in. It is empty where
// there is none.
func workTree(dir string) string {
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

// ofSubmodule is the root of the work tree around a submodule; that of another work tree is its own. The repository of a submodule lies elsewhere, and
// its .git is a file that says where: neither can be part of a commit.
func ofSubmodule(root string) string {
	for {
		info, err := os.Lstat(filepath.Join(root, ".git"))
		around := workTree(filepath.Dir(root))
		if err != nil || !info.Mode().IsRegular() || around == "" {
			return root
		}
		root = around
	}
}

// rootOf is the root of the repository, or else the working directory.
func rootOf() string { return cmp.Or(checkout(), ".") }

// leavesProject tells whether a path that is written as one of the project's leads out of it, through links that whoever
// changes the project may have put there.
func leavesProject(path string) bool {
	project := rootOf()
	if _, inside := regular.Below(project, path); !inside {
		return false
	}
	_, inside := regular.Below(resolve(project), resolve(path))
	return !inside
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

// workTrees are the roots of the Git work trees that a path lies in: as it is written, and with links followed.
func workTrees(path string) []string {
	abs, err := filepath.Abs(path)
	if path == "" || err != nil {
		return nil
	}
	var out []string
	for _, p := range []string{abs, resolve(abs)} {
		if root := workTree(p); root != "" && !slices.Contains(out, root) {
			out = append(out, root)
		}
	}
	return out
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
