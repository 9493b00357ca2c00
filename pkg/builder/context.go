package builder

import (
	"fmt"
	"path/filepath"

	"github.com/tonistiigi/fsutil"
	"github.com/tonistiigi/fsutil/types"

	"github.com/layergate/layergate/pkg/regular"
)

// contextDirectory is a directory as BuildKit is given it: without the files and directories that are to stay out of
// it, whatever a .dockerignore says. A path that is the directory itself or lies elsewhere leaves nothing out.
func contextDirectory(dir string, without []string) (fsutil.FS, error) {
	all, err := fsutil.NewFS(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the directory %q: %w", dir, err)
	}
	left := map[string]bool{}
	for _, path := range without {
		if name, inside := below(dir, path); inside {
			left[filepath.ToSlash(name)] = true
		}
	}
	out, err := fsutil.NewFilterFS(all, &fsutil.FilterOpt{Map: func(name string, _ *types.Stat) fsutil.MapResult {
		for at := filepath.ToSlash(name); at != "."; at = filepath.ToSlash(filepath.Dir(at)) {
			if left[at] {
				return fsutil.MapResultExclude
			}
		}
		return fsutil.MapResultKeep
	}})
	if err != nil {
		return nil, fmt.Errorf("opening the directory %q: %w", dir, err)
	}
	return out, nil
}

// below is a path relative to a directory that it lies in, as both are written or with links followed.
func below(dir, path string) (name string, inside bool) {
	if name, inside := regular.Below(dir, path); inside {
		return name, true
	}
	dir, err1 := filepath.EvalSymlinks(dir)
	path, err2 := filepath.EvalSymlinks(path)
	if err1 != nil || err2 != nil {
		return "", false
	}
	return regular.Below(dir, path)
}
