package inventory

import (
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file tells which files are a package's beside the record that says so.

// leftBehind are directories whose files, but for executables, say nothing about whether a package is there. A package
// manager leaves configuration and data behind, and documentation is no program.
var leftBehind = []string{
	"/etc/", "/var/", "/run/", "/tmp/", "/usr/share/doc/", "/usr/share/man/", "/usr/share/info/", "/usr/share/locale/",
	"/usr/share/licenses/", "/usr/share/lintian/",
}

// basis is how it is known which files are a package's.
type basis uint8

const (
	unknown basis = iota // it is not: a system's package whose files nothing lists
	listed               // it says so itself, or its system does
	beside               // they lie where such a package has its files, and may have lain there before
	nearby               // they lie where packages of its kind have their files, and are no other's by their name
)

// belongings goes through what is left of the regular files that were a package's in the layer that its find is of,
// but for those that may be there without it: its record, configuration, data and documentation. It gives each file
// as it is in the end.
func (s *scan) belongings(o occurrence) (iter.Seq[layerfs.File], basis) {
	files, by := s.files(o)
	return func(yield func(layerfs.File) bool) {
		if by == unknown {
			return
		}
		for f := range files {
			if now, ok := s.remaining(f); ok && !yield(now) {
				return
			}
		}
	}, by
}

func (s *scan) files(o occurrence) (iter.Seq[layerfs.File], basis) {
	v, f := s.tree.View(o.layer), o.found
	switch {
	case f.Root != "":
		return s.ofSystem(v, f)
	case f.Type == pkg.PythonPkg:
		return s.ofPython(v, f)
	case f.Owned != "":
		return regular(v, slices.Collect(f.ownedFiles)), listed
	}
	dirs, library := ownPaths(f)
	record := f.primary()[0].Path
	return func(yield func(layerfs.File) bool) {
		for file := range regular(v, library) {
			if !yield(file) {
				return
			}
		}
		for _, dir := range dirs {
			for file := range v.Below(dir) {
				if file.Type == layerfs.Regular && file.Path != record && !isPartOfAnother(f, dir, file.Path) && !isText(file.Path) && !yield(file) {
					return
				}
			}
		}
	}, beside
}

// ownPaths are the directories that a package's files lie in, and the files that lie beside such; none where the record is
// all there is or where they are not known. A gem that is a part of Ruby itself has commands in the directory of its name, and
// its library among Ruby's own: that of io-console is io/console.rb and what is in io/console.
func ownPaths(f *found) (dirs, files []string) {
	dir := directoryOf(f)
	if dir == "" {
		return nil, nil
	}
	gems, _, isDefault := strings.Cut(f.primary()[0].Path, "/specifications/default/")
	if f.Type != pkg.GemPkg || !isDefault {
		return []string{dir}, nil
	}
	library := path.Join(path.Dir(path.Dir(gems)), path.Base(gems), strings.ReplaceAll(f.Name, "-", "/")) // of ruby/gems/3.3.0, in ruby/3.3.0
	return []string{dir, library}, []string{library + ".rb"}
}

// ofSystem goes through the files of a system's package: those of its database, or of dpkg's list.
func (s *scan) ofSystem(v layerfs.View, f *found) (iter.Seq[layerfs.File], basis) {
	names := s.filesOf(v, f)
	if len(names) == 0 {
		return nil, unknown
	}
	own := func(name string) string { return strings.TrimPrefix(name, strings.TrimSuffix(f.Root, "/")) }
	names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(f.Config, own(name)) })
	return func(yield func(layerfs.File) bool) {
		for file := range regular(v, names) {
			if (file.Executable() || !isLeftBehind(own(file.Path))) && !yield(file) {
				return
			}
		}
	}, listed
}

// isLeftBehind tells whether a path of a system, without its root, says nothing about whether a package is there.
func isLeftBehind(name string) bool {
	return slices.ContainsFunc(leftBehind, func(dir string) bool { return strings.HasPrefix(name, dir) })
}

// filesOf lists the files that a package says are its own, and for a system's package without such a list those of
// dpkg's.
func (s *scan) filesOf(v layerfs.View, f *found) []string {
	names := slices.Collect(f.ownedFiles)
	if f.Root != "" && f.Type == pkg.DebPkg && len(names) == len(f.Config) {
		for _, name := range s.dpkgList(v, f) {
			names = append(names, within(f.Root, name))
		}
	}
	return names
}

// regular goes through those of some paths at which there are regular files.
func regular(v layerfs.View, names []string) iter.Seq[layerfs.File] {
	return func(yield func(layerfs.File) bool) {
		for _, name := range names {
			if f, ok := v.Lstat(name); ok && f.Type == layerfs.Regular && !yield(f) {
				return
			}
		}
	}
}

// directoryOf is the directory that a package's own files lie in, or "" where the record is all there is or where the
// directory is not known. What lies in an archive or in a script has none.
func directoryOf(f *found) string {
	record := f.primary()[0].Path
	dir := path.Dir(record)
	switch base := path.Base(record); {
	case f.Type == pkg.NpmPkg && base != "package.json",
		f.Type == pkg.GemPkg && path.Ext(base) != ".gemspec",
		f.Type == pkg.PhpComposerPkg && base != "installed.json" && base != "composer.json":
		return ""
	}
	switch f.Type {
	case pkg.NpmPkg, pkg.Rpkg, pkg.LuaRocksPkg, pkg.ConanPkg, pkg.WordpressPluginPkg:
		return dir
	case pkg.GemPkg:
		// GEMS/specifications/NAME.gemspec, or GEMS/specifications/default/NAME.gemspec, and GEMS/gems/NAME
		if gems, _, ok := strings.Cut(record, "/specifications/"); ok {
			return path.Join(gems, "gems", strings.TrimSuffix(path.Base(record), ".gemspec"))
		}
		return dir
	case pkg.PhpComposerPkg:
		if path.Base(record) == "composer.json" {
			return dir
		}
		return path.Join(path.Dir(dir), f.Name) // vendor/composer/installed.json and vendor/NAME
	case pkg.HomebrewPkg:
		if path.Base(dir) == ".brew" {
			return path.Dir(dir)
		}
	}
	return ""
}

// isPartOfAnother tells whether a file in a package's directory is of a package inside.
func isPartOfAnother(f *found, dir, name string) bool {
	return f.Type == pkg.NpmPkg && strings.Contains(strings.TrimPrefix(name, dir), "/node_modules/")
}

// isText tells whether a file says something about a package rather than being a part of it.
func isText(name string) bool {
	base := strings.ToLower(path.Base(name))
	if path.Ext(base) == ".md" {
		return true
	}
	return slices.ContainsFunc([]string{"readme", "license", "licence", "copying", "changelog", "changes", "history", "notice", "authors"},
		func(word string) bool { return base == word || strings.HasPrefix(base, word+".") })
}
