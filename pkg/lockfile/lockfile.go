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
	sources map[key]Source
	graphs  map[string]*graph // by file
}

// Source is where a project says which version of a package it takes.
type Source struct {
	Location finding.Location // the line of the file that names the version
	Manager  Manager          // whose file that is
	Indirect bool             // the project does not name the package itself; false where the file does not tell
	Via      []string         // the project's own dependencies that bring an indirect package, sorted; none where the file does not tell
}

// Manager is a package manager.
type Manager string

// The package managers whose files are known.
const (
	Bundler  Manager = "bundler"
	Cargo    Manager = "cargo"
	Composer Manager = "composer"
	Go       Manager = "go"
	Maven    Manager = "maven"
	NPM      Manager = "npm"
	Pip      Manager = "pip"
	Pipenv   Manager = "pipenv"
	PNPM     Manager = "pnpm"
	Poetry   Manager = "poetry"
	UV       Manager = "uv"
	Yarn     Manager = "yarn"
)

// key is a package as syft names it.
type key struct{ typ, name, version string }

// entry is a package that a file names.
type entry struct {
	name, version string
	line          int
}

// format is one kind of file.
type format struct {
	match   string // pattern of the base name (path.Match)
	typ     string // syft's package type
	manager Manager
	read    func([]string) []entry
	graph   func([]string) *graph // nil where the file does not say what needs what, or nobody reads it
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
		{"go.mod", "go-module", Go, goMod, goModGraph, same},
		{"go.sum", "go-module", Go, goSum, nil, same},
		{"requirements*.txt", "python", Pip, requirements, nil, python},
		{"Pipfile.lock", "python", Pipenv, pipfile, nil, python},
		{"poetry.lock", "python", Poetry, tomlPackages, nil, python},
		{"uv.lock", "python", UV, tomlPackages, uvGraph, python},
		{"package-lock.json", "npm", NPM, packageLock, packageLockGraph, same},
		{"npm-shrinkwrap.json", "npm", NPM, packageLock, packageLockGraph, same},
		{"yarn.lock", "npm", Yarn, yarn, nil, same},
		{"pnpm-lock.yaml", "npm", PNPM, pnpm, nil, same},
		{"Gemfile.lock", "gem", Bundler, gemfile, gemfileGraph, same},
		{"composer.lock", "php-composer", Composer, composer, nil, withoutV},
		{"Cargo.lock", "rust-crate", Cargo, tomlPackages, cargoGraph, same},
		{"pom.xml", "java-archive", Maven, pom, nil, same},
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
	x := &Index{sources: map[key]Source{}, graphs: map[string]*graph{}}
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
	file := path.Join(prefix, name)
	if f.graph != nil {
		x.graphs[file] = f.graph(lines)
	}
	for _, e := range f.read(lines) {
		k := key{typ: f.typ}
		k.name, k.version = f.normal(e.name, e.version)
		if _, ok := x.sources[k]; !ok && k.name != "" && k.version != "" {
			x.sources[k] = Source{Location: finding.Location{File: file, Line: e.line, EndLine: e.line}, Manager: f.manager}
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
	s, _, ok := x.find(p)
	return s.Location, ok
}

// Source is where the project names a package in the version that the image has, if it does, and what brings it.
func (x *Index) Source(p finding.Package) (Source, bool) {
	s, f, ok := x.find(p)
	if !ok {
		return s, false
	}
	if g := x.graphs[s.Location.File]; g != nil {
		name, version := f.normal(p.Name, p.Version)
		via, direct, known := g.via(func(n, v string) bool { n, v = f.normal(n, v); return n == name && v == version })
		s.Indirect, s.Via = known && !direct, via
	}
	return s, true
}

func (x *Index) find(p finding.Package) (Source, format, bool) {
	if x == nil {
		return Source{}, format{}, false
	}
	for _, f := range formats() {
		if f.typ != p.Type {
			continue
		}
		name, version := f.normal(p.Name, p.Version)
		if s, ok := x.sources[key{f.typ, name, version}]; ok {
			return s, f, true
		}
	}
	return Source{}, format{}, false
}
