package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/input"
)

// willMake notes what the run is going to make for its output, its cache and its events, each with the highest of the directories above
// it that are missing. An address that takes events is no path of anything.
func (c *command) willMake(in *input.Values) {
	for _, path := range []string{namedOutputDir(in), in.String("cache-dir"), in.String("events")} {
		missing := ""
		for path != "" {
			if _, err := os.Lstat(path); !os.IsNotExist(err) {
				break
			}
			missing = path
			if path = filepath.Dir(path); path == missing {
				break
			}
		}
		if missing != "" {
			c.made = append(c.made, missing)
		}
	}
}

// restoreOwner gives what the run wrote into the workspace, or the runner's directory for temporary files, to that
// directory's owner, with the directories that it made for that. A container action runs as root, and the runner's user could
// neither clean up nor cache what root owns.
func (c *command) restoreOwner(paths ...string) {
	paths = append(paths, c.made...)
	if c.platform.Name() != ci.GitHub || os.Geteuid() != 0 {
		return
	}
	for _, directory := range []string{c.env.Getenv("GITHUB_WORKSPACE"), c.env.Getenv("RUNNER_TEMP")} {
		if directory != "" {
			c.restoreOwnerIn(directory, paths)
		}
	}
}

// restoreOwnerIn gives those of the paths that lie in a directory, and belong to root, to the directory's owner.
func (c *command) restoreOwnerIn(directory string, paths []string) {
	info, err := os.Stat(directory)
	if err != nil {
		return
	}
	uid, gid, ok := owner(info)
	if !ok || uid == 0 {
		return
	}
	for _, path := range paths {
		if path == "" || !inside(directory, path) {
			continue
		}
		err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			if of, _, ok := owner(info); ok && of == 0 {
				return os.Lchown(name, uid, gid)
			}
			return nil
		})
		if err != nil && !os.IsNotExist(err) {
			ci.Warn(c.platform, "leaving files that only root can remove: "+err.Error())
		}
	}
}

// inside tells whether a path lies below a directory, with all links followed.
func inside(directory, path string) bool {
	directory, err1 := filepath.EvalSymlinks(directory)
	path, err2 := filepath.EvalSymlinks(path)
	if err1 != nil || err2 != nil {
		return false
	}
	path, err := filepath.Abs(path)
	return err == nil && strings.HasPrefix(path, directory+string(filepath.Separator))
}
