// Package lockfile finds the line of a project's lock file or manifest that names a package of an image, so that a reviewer
// sees where to change its version.
//
// It must not import anything that knows about images or findings' sources.
package lockfile

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// Index knows the packages that the lock files of a project name.
type Index struct {
	sources map[key][]Source    // one of each file
	ranges  map[key][]Source    // those that allow several versions, by key without one
	graphs  map[string]*graph   // by file
	files   map[string][]string // that may name packages, by the packages' type
	// includes are the requirements and constraints files that one of pip includes.
	includes map[string][]string
}

// key is a package as syft names it.
type key struct{ typ, name, version string }

// entry is a package that a file names. What is not said here is as in Source.
type entry struct {
	name, version     string // no version where several are allowed
	line              int
	text, allows      string
	hashed, generated bool
}

// format is one kind of file.
type format struct {
	match    string // pattern of the base name (path.Match)
	typ      string // syft's package type
	manager  Manager
	read     func([]string) []entry
	graph    func(file) *graph // nil where nothing says who brings a package
	manifest string            // the name of the file beside it that names the project's own dependencies, where graph needs one
	edited   bool              // people write it, so that a line of it can be changed alone
	// normal writes a name and a version the same way for the file and for the image.
	normal func(name, version string) (string, string)
}

// formats lists what is known, the files that people edit before those that tools write.
func formats() []format {
	same := func(name, version string) (string, string) { return name, version }
	withoutV := func(name, version string) (string, string) {
		return strings.ToLower(name), strings.TrimPrefix(version, "v")
	}
	lower := func(name, version string) (string, string) { return strings.ToLower(name), version }
	return []format{
		{match: "go.mod", typ: "go-module", manager: Go, read: goMod, graph: goModGraph, edited: true, normal: same},
		{match: "go.sum", typ: "go-module", manager: Go, read: goSum, normal: same},
		{match: "requirements*.txt", typ: "python", manager: Pip, read: requirements, edited: true, normal: python},
		{match: "Pipfile.lock", typ: "python", manager: Pipenv, read: pipfile, graph: pipfileGraph, manifest: "Pipfile", normal: python},
		{match: "poetry.lock", typ: "python", manager: Poetry, read: tomlPackages, graph: poetryGraph, manifest: "pyproject.toml", normal: python},
		{match: "uv.lock", typ: "python", manager: UV, read: tomlPackages, graph: uvGraph, normal: python},
		{match: "package-lock.json", typ: "npm", manager: NPM, read: packageLock, graph: packageLockGraph, manifest: "package.json", normal: same},
		{match: "npm-shrinkwrap.json", typ: "npm", manager: NPM, read: packageLock, graph: packageLockGraph, manifest: "package.json", normal: same},
		{match: "yarn.lock", typ: "npm", manager: Yarn, read: yarn, graph: yarnGraph, manifest: "package.json", normal: same},
		{match: "yarn.lock", typ: "npm", manager: YarnBerry, read: berry, graph: berryGraph, normal: same},
		{match: "pnpm-lock.yaml", typ: "npm", manager: PNPM, read: pnpm, graph: pnpmGraph, normal: same},
		{match: "Gemfile.lock", typ: "gem", manager: Bundler, read: gemfile, graph: gemfileGraph, normal: same},
		{match: "composer.lock", typ: "php-composer", manager: Composer, read: composer, graph: composerGraph, manifest: "composer.json", normal: withoutV},
		{match: "Cargo.lock", typ: "rust-crate", manager: Cargo, read: tomlPackages, graph: cargoGraph, normal: same},
		{match: "pom.xml", typ: "java-archive", manager: Maven, read: pom, edited: true, normal: same},
		{match: "build.gradle", typ: "java-archive", manager: Gradle, read: gradleBuild, graph: allDirect(gradleBuild), edited: true, normal: same},
		{match: "build.gradle.kts", typ: "java-archive", manager: Gradle, read: gradleBuild, graph: allDirect(gradleBuild), edited: true, normal: same},
		{match: "gradle.lockfile", typ: "java-archive", manager: Gradle, read: gradleLock, normal: same},
		{match: "*.*proj", typ: "dotnet", manager: NuGet, read: dotnetProject, graph: allDirect(dotnetProject), edited: true, normal: lower},
		{match: "packages.lock.json", typ: "dotnet", manager: NuGet, read: nugetLock, graph: nugetGraph, normal: lower},
	}
}

// Name is a package's name as package managers of its type compare it.
func Name(packageType, name string) string {
	for _, f := range formats() {
		if f.typ == packageType {
			name, _ = f.normal(name, "")
			break
		}
	}
	return name
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
	x := &Index{sources: map[key][]Source{}, ranges: map[key][]Source{}, graphs: map[string]*graph{}, files: map[string][]string{}, includes: map[string][]string{}}
	found := map[int][]string{} // by format
	var manifests []string      // package.json files, which may be of workspaces
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
		if d.Name() == "package.json" && d.Type().IsRegular() {
			manifests = append(manifests, name)
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
		if f.manager == Pip {
			var includes map[string][]string
			found[i], includes = withIncluded(root, found[i])
			for name, others := range includes {
				for _, other := range others {
					x.includes[path.Join(prefix, name)] = append(x.includes[path.Join(prefix, name)], path.Join(prefix, other))
				}
			}
		}
		for _, name := range found[i] {
			if err := x.add(root, name, prefix, f, manifests); err != nil {
				return nil, err
			}
		}
	}
	return x, nil
}

func (x *Index) add(root fs.FS, name, prefix string, f format, manifests []string) error {
	raw, err := read(root, name)
	if err != nil {
		return fmt.Errorf("reading the lock file %s: %w", name, err)
	}
	lines := linesOf(raw)
	entries := f.read(lines)
	named := path.Join(prefix, name)
	if !slices.Contains(x.files[f.typ], named) {
		x.files[f.typ] = append(x.files[f.typ], named)
	}
	if len(entries) == 0 {
		return nil
	}
	if f.graph != nil {
		x.graphs[named] = f.graph(file{lines, f.readManifest(root, name), func(patterns []string) [][]byte {
			return workspaces(root, path.Dir(name), manifests, patterns)
		}})
	}
	for _, e := range entries {
		s := Source{Location: finding.Location{File: named, Line: e.line, EndLine: e.line}, Manager: f.manager}
		if f.edited {
			s.Text, s.Allows, s.Hashed, s.Generated = e.text, e.allows, e.hashed, e.generated
		}
		k := key{typ: f.typ}
		k.name, k.version = f.normal(e.name, e.version)
		if !isOf(x.sources[k], named) && k.name != "" && k.version != "" {
			x.sources[k] = append(x.sources[k], s)
		}
		if f.manager == Pip {
			k.version = ""
			x.ranges[k] = append(x.ranges[k], s)
		}
	}
	return nil
}

// linesOf are the lines of a file without their ends.
func linesOf(raw []byte) []string {
	var lines []string
	scanner := bufio.NewScanner(bytes.NewReader(raw))
	scanner.Buffer(nil, maxSize)
	for scanner.Scan() {
		lines = append(lines, strings.TrimSuffix(scanner.Text(), "\r"))
	}
	return lines
}

// isOf tells whether one of some sources is of a file.
func isOf(sources []Source, file string) bool {
	return slices.ContainsFunc(sources, func(s Source) bool { return s.Location.File == file })
}

// Files lists the files that may name packages of a type, those that people edit first.
func (x *Index) Files(packageType string) []string {
	if x == nil {
		return nil
	}
	return x.files[packageType]
}

// WithIncluded adds the files to some that these include, and that those do.
func (x *Index) WithIncluded(files []string) []string {
	out := slices.Clone(files)
	for i := 0; i < len(out); i++ {
		for _, file := range x.includes[out[i]] {
			if !slices.Contains(out, file) {
				out = append(out, file)
			}
		}
	}
	return out
}

// Find is the line that names a package, where there is one: in some of the files, or in any where none are given.
func (x *Index) Find(p finding.Package, files ...string) (finding.Location, bool) {
	s, _, ok := x.find(p, files)
	return s.Location, ok
}

// Source is where the project names a package in the version that the image has, if it does, and what brings it. It looks into
// some of the files, or into all where none are given.
func (x *Index) Source(p finding.Package, files ...string) (Source, bool) {
	s, f, ok := x.find(p, files)
	if !ok {
		return s, false
	}
	if g := x.graphs[s.Location.File]; g != nil {
		name, version := f.normal(p.Name, p.Version)
		g.describe(&s, name, version, f.normal)
	}
	return s, true
}

// find finds the first line that names the version of a package, or else the first requirement that allows it.
func (x *Index) find(p finding.Package, files []string) (Source, format, bool) {
	if x == nil {
		return Source{}, format{}, false
	}
	among := func(s Source) bool { return len(files) == 0 || slices.Contains(files, s.Location.File) }
	for _, f := range formats() {
		if f.typ != p.Type {
			continue
		}
		name, version := f.normal(p.Name, p.Version)
		for _, s := range x.sources[key{f.typ, name, version}] {
			if among(s) {
				return s, f, true
			}
		}
	}
	for _, f := range formats() {
		name, version := f.normal(p.Name, p.Version)
		for _, s := range x.ranges[key{typ: p.Type, name: name}] {
			if f.typ == p.Type && f.manager == s.Manager && among(s) && s.AllowsVersion(version) {
				return s, f, true
			}
		}
	}
	return Source{}, format{}, false
}
