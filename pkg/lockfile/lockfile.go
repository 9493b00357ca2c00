// Package lockfile finds the line of a project's lock file or manifest that names a package of an image, so that a reviewer
// sees where to change its version.
//
// It must not import anything that knows about images or findings' sources.
package lockfile

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// Index knows the packages that the lock files of a project name.
type Index struct {
	lines map[key]finding.Location
}

// key is a package as syft names it.
type key struct{ typ, name, version string }

// entry is a package that a file names.
type entry struct {
	name, version string
	line          int
}

// format is one kind of file.
type format struct {
	match string // pattern of the base name (path.Match)
	typ   string // syft's package type
	read  func([]string) []entry
	// normal writes a name and a version the same way for the file and for the image.
	normal func(name, version string) (string, string)
}

// formats lists what is known, the files that people edit before those that tools write.
func formats() []format {
	same := func(name, version string) (string, string) { return name, version }
	withoutV := func(name, version string) (string, string) {
		return strings.ToLower(name), strings.TrimPrefix(version, "v")
	}
	return []format{
		{"go.mod", "go-module", goMod, same},
		{"go.sum", "go-module", goSum, same},
		{"requirements*.txt", "python", requirements, python},
		{"Pipfile.lock", "python", pipfile, python},
		{"poetry.lock", "python", tomlPackages, python},
		{"uv.lock", "python", tomlPackages, python},
		{"package-lock.json", "npm", packageLock, same},
		{"npm-shrinkwrap.json", "npm", packageLock, same},
		{"yarn.lock", "npm", yarn, same},
		{"pnpm-lock.yaml", "npm", pnpm, same},
		{"Gemfile.lock", "gem", gemfile, same},
		{"composer.lock", "php-composer", composer, withoutV},
		{"Cargo.lock", "rust-crate", tomlPackages, same},
		{"pom.xml", "java-archive", pom, same},
	}
}

// python normalises a name as PyPI does (PEP 503).
func python(name, version string) (string, string) {
	return strings.ToLower(strings.Join(strings.FieldsFunc(name, func(c rune) bool { return strings.ContainsRune("-_.", c) }), "-")), version
}

// The limits of a search: a project has few lock files, and none deep below.
const (
	maxDepth       = 5
	maxDirectories = 2000
	maxSize        = 64 << 20 // bytes of one file
)

// Scan reads the lock files below a directory. Locations are named below prefix, the directory's path in the repository. What
// package managers install and hidden directories are passed over.
func Scan(root fs.FS, prefix string) (*Index, error) {
	x := &Index{lines: map[key]finding.Location{}}
	found := map[int][]string{} // by format
	directories := 0
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what cannot be read names nothing
		}
		if d.IsDir() {
			directories++
			base := d.Name()
			if name != "." && (strings.HasPrefix(base, ".") || base == "node_modules" || base == "vendor" || base == "testdata" ||
				strings.Count(name, "/") >= maxDepth || directories > maxDirectories) {
				return fs.SkipDir
			}
			return nil
		}
		for i, f := range formats() {
			if ok, _ := path.Match(f.match, d.Name()); ok && d.Type().IsRegular() {
				found[i] = append(found[i], name)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking for lock files: %w", err)
	}
	for i, f := range formats() {
		slices.Sort(found[i])
		for _, name := range found[i] {
			if err := x.add(root, name, prefix, f); err != nil {
				return nil, err
			}
		}
	}
	return x, nil
}

func (x *Index) add(root fs.FS, name, prefix string, f format) error {
	raw, err := read(root, name)
	if err != nil {
		return fmt.Errorf("reading the lock file %s: %w", name, err)
	}
	var lines []string
	scanner := bufio.NewScanner(bytes.NewReader(raw))
	scanner.Buffer(nil, maxSize)
	for scanner.Scan() {
		lines = append(lines, strings.TrimSuffix(scanner.Text(), "\r"))
	}
	for _, e := range f.read(lines) {
		k := key{typ: f.typ}
		k.name, k.version = f.normal(e.name, e.version)
		if _, ok := x.lines[k]; !ok && k.name != "" && k.version != "" {
			x.lines[k] = finding.Location{File: path.Join(prefix, name), Line: e.line, EndLine: e.line}
		}
	}
	return nil
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

// Find is the line that names a package, where there is one.
func (x *Index) Find(p finding.Package) (finding.Location, bool) {
	if x == nil {
		return finding.Location{}, false
	}
	for _, f := range formats() {
		if f.typ != p.Type {
			continue
		}
		name, version := f.normal(p.Name, p.Version)
		if l, ok := x.lines[key{f.typ, name, version}]; ok {
			return l, true
		}
	}
	return finding.Location{}, false
}
