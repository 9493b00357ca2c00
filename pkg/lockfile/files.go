package lockfile

import (
	"encoding/json"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// file is a lock file, and the manifest beside it that names the project's own dependencies.
type file struct {
	lines    []string
	manifest []byte // nil where there is none, or where the lock file tells it itself
	// workspaces reads the manifests of the workspaces in directories that fit a pattern.
	workspaces func(patterns []string) [][]byte
}

// json decodes the lock file.
func (f file) json(into any) bool { return decodeJSON([]byte(strings.Join(f.lines, "\n")), into) }

func decodeJSON(raw []byte, into any) bool { return json.Unmarshal(raw, into) == nil }

// readManifest reads the manifest beside a lock file; nil where there is none that can be read.
func (f format) readManifest(root fs.FS, lock string) []byte {
	if f.manifest == "" {
		return nil
	}
	raw, err := read(root, path.Join(path.Dir(lock), f.manifest))
	if err != nil {
		return nil
	}
	return raw
}

// maxWorkspaces is how many manifests of workspaces are read.
const maxWorkspaces = 500

// workspaces reads those of some manifests that lie in a directory which one of the patterns fits, below that of the project.
func workspaces(root fs.FS, project string, manifests, patterns []string) [][]byte {
	var out [][]byte
	for _, m := range manifests {
		fits := func(pattern string) bool {
			ok, _ := path.Match(path.Join(project, pattern), path.Dir(m)) // a pattern that is none fits nothing
			return ok
		}
		if len(out) == maxWorkspaces || !slices.ContainsFunc(patterns, fits) {
			continue
		}
		raw, err := read(root, m)
		if err != nil {
			raw = nil
		}
		out = append(out, raw)
	}
	return out
}

// read reads a file. What is no regular file, or too large, is empty.
func read(root fs.FS, name string) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if len(raw) > maxSize {
		return nil, nil
	}
	return raw, err
}
