package manifest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regular"
)

// maxFiles is how many files of a directory are looked at.
const maxFiles = 50_000

// directory reads the manifests of a directory and those below it. Files of other kinds are passed over and counted; hidden
// directories and those of installed packages are not looked into, and links are not followed.
func (r *reading) directory(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fault.Request(fmt.Errorf("reading manifests: %w", err), "name a directory that can be read")
	}
	defer root.Close()
	n := 0
	return fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("reading manifests in %s: %w", r.set.Name(dir), err)
		case entry.IsDir():
			if name != "." && passedBy(entry.Name()) {
				return fs.SkipDir
			}
			return nil
		case !slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(path.Ext(name))) && !slices.Contains(kustomizations(), entry.Name()):
			return nil
		}
		if n++; n > maxFiles {
			return fault.Request(fmt.Errorf("%s holds more than %d YAML and JSON files", r.set.Name(dir), maxFiles), "name the directories that hold manifests")
		}
		return r.found(root, dir, name, entry)
	})
}

// passedBy tells whether a directory is of those that hold nothing of the project's own.
func passedBy(name string) bool { return strings.HasPrefix(name, ".") || name == "node_modules" }

// found looks at a file of a directory.
func (r *reading) found(root *os.Root, dir, below string, entry fs.DirEntry) error {
	name := r.set.Name(filepath.Join(dir, filepath.FromSlash(below)))
	if is, err := r.kustomization(root, below, name); is || err != nil {
		return err
	}
	if entry.Type()&fs.ModeSymlink != 0 {
		r.set.Warnings = append(r.set.Warnings, name+" is a link, which is not followed: name it to have it checked")
		return nil
	}
	if r.seen[name] {
		return nil
	}
	data, err := regular.ReadUnlinked(root, filepath.FromSlash(below), maxFile)
	switch {
	case errors.Is(err, regular.ErrTooLarge):
		return r.foundLarge(root, below, name)
	case errors.Is(err, regular.ErrNotRegular):
		r.set.Skipped++
		return nil
	case err != nil:
		return fmt.Errorf("reading manifests: %w", err)
	}
	over, waits, err := r.beside(root, dir, below)
	if err != nil || waits {
		return err
	}
	of, ok := r.reader(name, inUTF8(data))
	if !ok {
		r.set.Skipped++
		r.warnOfPassed(name, inUTF8(data))
		return r.wide(name, data)
	}
	r.seen[name] = true
	return r.add(of, name, data, over)
}

// foundLarge looks at the beginning of a file that is too large for a manifest. One that begins like a manifest is refused, and
// not passed over.
func (r *reading) foundLarge(root *os.Root, below, name string) error {
	f, err := root.Open(filepath.FromSlash(below))
	if err != nil {
		return fmt.Errorf("reading manifests: %w", err)
	}
	defer f.Close()
	head := make([]byte, 64<<10)
	n, err := f.Read(head)
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	if _, ok := r.reader(name, inUTF8(head[:n&^1])); ok {
		return tooLarge(name)
	}
	r.set.Skipped++
	return nil
}
