package osv

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regular"
)

// The limits of what ReadFiles reads. Whoever has more builds a database of it once.
const (
	MaxFiles = 10_000
	MaxSize  = 64 << 20 // bytes of all files together
)

// maxFile is how many bytes a file has at most of which a database is built.
const maxFile = 4 << 30

// File is a file of advisories.
type File struct {
	Name    string
	Content []byte
}

// ReadFiles reads the files of advisories that a user names, and those in the directories among them, in the order of their names. A
// file below root that is a link leads to no file outside of it. Whatever is wrong is a wrong request.
func ReadFiles(ctx context.Context, root string, paths []string) ([]File, error) {
	names, err := listFiles(paths)
	if err != nil {
		return nil, fmt.Errorf("reading advisories: %w", err)
	}
	if len(names) > MaxFiles {
		return nil, tooMany(fmt.Errorf("%d files of advisories are more than %d", len(names), MaxFiles))
	}
	var out []File
	left := int64(MaxSize)
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("reading advisories: %w", err)
		}
		content, err := regular.ReadNamed(root, name, left)
		switch {
		case errors.Is(err, regular.ErrTooLarge):
			return nil, tooMany(fmt.Errorf("the files of advisories have more than %d bytes", MaxSize))
		case err != nil:
			return nil, fault.Request(fmt.Errorf("reading advisories: %w", err), "name files of the project, or links to such; a link out of the project is not followed")
		}
		left -= int64(len(content))
		out = append(out, File{Name: name, Content: content})
	}
	return out, nil
}

func tooMany(err error) error {
	return fault.Request(err, fault.Hintf("build a database of them once, by \"layergate db build\", and name that with %s", fault.Input("db")))
}

// IsFile tells whether a file in a directory of advisories is one of them, by its name.
func IsFile(name string) bool {
	return slices.Contains([]string{".json", ".yaml", ".yml"}, strings.ToLower(filepath.Ext(name)))
}

// Contents are the files themselves, for Parse.
func Contents(files []File) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		for _, f := range files {
			if !yield(f, nil) {
				return
			}
		}
	}
}

// walk reads the files that paths name, and those in the directories among them, one after the other.
func walk(paths []string) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		names, err := listFiles(paths)
		if err != nil {
			yield(File{}, err)
			return
		}
		for _, name := range names {
			content, err := regular.ReadFile(name, maxFile)
			if err != nil {
				err = fault.Request(err, hintOSV)
			}
			if !yield(File{Name: name, Content: content}, err) {
				return
			}
		}
	}
}

// listFiles walks the directories among paths; a file that is named twice is read once.
func listFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		stat, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fault.Request(fmt.Errorf("the advisory file %s does not exist", path), hintOSV)
		}
		if err != nil {
			return nil, err
		}
		if !stat.IsDir() {
			files = append(files, filepath.Clean(path))
			continue
		}
		found, err := filesIn(path)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// filesIn lists the files of advisories in a directory, which may be named by a link to it, and below. That there is none, and a link to
// another directory, whose files would be left out, is a wrong request.
func filesIn(dir string) ([]string, error) {
	var files []string
	// With a separator at its end a link is walked as the directory that it leads to.
	err := filepath.WalkDir(filepath.Clean(dir)+string(filepath.Separator), func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || entry.IsDir():
			return err
		case IsFile(file):
			files = append(files, filepath.Clean(file))
			return nil
		case entry.Type()&fs.ModeSymlink == 0:
			return nil
		}
		if stat, err := os.Stat(file); err != nil || stat.IsDir() {
			return fault.Request(fmt.Errorf("%s is a link to another directory, and is not followed", filepath.Clean(file)), "remove the link, and name the directory that it leads to beside this one")
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fault.Request(fmt.Errorf("the directory %s holds no advisories", dir), "advisories are files that end in .json, .yaml or .yml")
	}
	return files, err
}
