package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/layergate/layergate/pkg/ci"
)

// handBack gives what the run wrote into the workspace, or the runner's folder for temporary files, to that folder's owner. A
// container action runs as root, and the runner's user could neither clean up nor cache what root owns.
func (c *command) handBack(paths ...string) {
	if c.platform.Name() != ci.GitHub || os.Geteuid() != 0 {
		return
	}
	for _, folder := range []string{c.getenv("GITHUB_WORKSPACE"), c.getenv("RUNNER_TEMP")} {
		if folder != "" {
			c.handBackTo(folder, paths)
		}
	}
}

// handBackTo gives what of the paths lies in a folder, and belongs to root, to the folder's owner.
func (c *command) handBackTo(folder string, paths []string) {
	info, err := os.Stat(folder)
	if err != nil {
		return
	}
	uid, gid, ok := owner(info)
	if !ok || uid == 0 {
		return
	}
	for _, path := range paths {
		if path == "" || !inside(folder, path) {
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

// inside tells whether a path lies below a folder, with all links followed.
func inside(folder, path string) bool {
	folder, err1 := filepath.EvalSymlinks(folder)
	path, err2 := filepath.EvalSymlinks(path)
	if err1 != nil || err2 != nil {
		return false
	}
	path, err := filepath.Abs(path)
	return err == nil && strings.HasPrefix(path, folder+string(filepath.Separator))
}
