package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/disk"
)

// The names of the files that WriteFiles writes, the last four on demand.
const (
	SARIFFile    = "layergate.sarif"
	JSONFile     = "layergate.json"
	HTMLFile     = "layergate.html"
	MarkdownFile = "summary.md"
	SBOMFile     = "sbom.cdx.json"
	SPDXFile     = "sbom.spdx.json"
	JUnitFile    = "layergate.junit.xml"
	GitLabFile   = "gl-container-scanning-report.json"
	BadgeFile    = "layergate.badge.json"
)

// FileNames lists the names of all files that a run may leave in its directory. The slice is the caller's.
func FileNames() []string {
	names := []string{FailureFile}
	for _, f := range Formats() {
		if f.File != "" {
			names = append(names, f.File)
		}
	}
	return names
}

// RemoveFiles removes the reports of an earlier run from dir, so that a run that fails leaves none that could be taken
// for its own. Nothing else in dir is touched.
func RemoveFiles(dir string) error {
	for _, name := range FileNames() {
		path := filepath.Join(dir, name)
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
			return fmt.Errorf("removing the report of an earlier run: %w", err)
		}
	}
	return nil
}

// RemoveUnfinished removes what WriteFiles began to write into dir and did not finish, because the run ends before.
func RemoveUnfinished(dir string) {
	for _, name := range FileNames() {
		list, _ := filepath.Glob(filepath.Join(dir, disk.Unfinished(name))) // of no invalid pattern
		for _, path := range list {
			if strings.Trim(strings.TrimPrefix(filepath.Base(path), "."+name+"."), "0123456789") == "" {
				_ = os.Remove(path) // the error that is told is why the run ends
			}
		}
	}
}

// WriteFiles writes the reports of every run and those of more into dir, which it makes if need be, and returns their
// paths. Each file appears whole or not at all; the error names the file that could not be written. What is
// only shown is not written.
func WriteFiles(dir string, r *Report, more ...Format) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the directory for reports: %w", err)
	}
	var paths []string
	var group errgroup.Group
	for _, f := range Formats() {
		if f.File == "" || !f.Always && !slices.ContainsFunc(more, func(o Format) bool { return o.Name == f.Name }) {
			continue
		}
		path := filepath.Join(dir, f.File)
		paths = append(paths, path)
		group.Go(func() error {
			return WriteFile(path, f, r)
		})
	}
	return paths, group.Wait()
}

// CanWrite tells why WriteFiles could not write into dir, which it may have to make; nil where it can. It leaves nothing behind.
func CanWrite(dir string) error {
	for dir != filepath.Dir(dir) {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		dir = filepath.Dir(dir)
	}
	return CanCreate(dir)
}

// CanCreate tells why no file can be made in a directory that is there; nil where one can. It leaves none behind.
func CanCreate(dir string) error {
	f, err := os.CreateTemp(dir, disk.Unfinished("layergate"))
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return fmt.Errorf("%s: %w", dir, path.Err) // the name of the file says nothing to anybody
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// WriteFile writes a report in one format to path, whole or not at all.
func WriteFile(path string, f Format, r *Report) error {
	if err := disk.Replace(path, func(w io.Writer) error { return f.Render(w, r) }); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
