package manifest

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/layergate/layergate/pkg/workload/compose"
)

// warnOfBeside names what changes a file that was asked for by itself, lies beside it, and was not read: what Compose merges into it
// without being told, and what Kustomize may make of it.
func (r *reading) warnOfBeside() {
	for _, file := range r.files {
		dir, name := filepath.Split(file)
		_, over := compose.Pair(func(beside string) bool { return r.isUnread(filepath.Join(dir, beside)) })
		if over != "" && compose.IsBase(name) {
			r.warn(r.set.Name(filepath.Join(dir, over)) + " is merged into " + r.set.Name(file) + " by docker compose, unless it is told its files, and was not read: name it, too")
		}
		for _, beside := range kustomizations() {
			if path := filepath.Join(dir, beside); r.isUnread(path) {
				r.warn(r.set.Name(path) + ofKustomize)
			}
		}
	}
}

// isUnread tells whether a path is that of a file which was not read.
func (r *reading) isUnread(path string) bool {
	_, err := os.Lstat(path)
	return err == nil && !r.seen[r.set.Name(path)]
}

// warn adds a warning, once.
func (r *reading) warn(text string) {
	if !slices.Contains(r.set.Warnings, text) {
		r.set.Warnings = append(r.set.Warnings, text)
	}
}
