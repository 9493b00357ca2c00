package origin

import (
	"path"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"

	"github.com/layergate/layergate/pkg/dockerfile"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

// trail leads from a layer to the files of the project that name what is in it. Of a repository with several services only the
// Dockerfile tells which of them the image holds: by what COPY takes, and by where its commands run.
type trail struct {
	*dockerfile.Trace
	project *Project

	manifests map[string][]manifest // by the packages' type, as they are asked for
}

// manifest is a lock file or manifest that belongs to a layer.
type manifest struct {
	file string // as locations name it
	at   string // its path where the commands run, absolute; empty where it is not copied itself, but what is built beside it
}

// directory is where the packages of the manifest's project are, when commands run.
func (m manifest) directory() string { return path.Dir(m.at) }

// installed is the word of a command behind the layer that names a package of a programming language in the version that it
// has; nil where none does.
func (t *trail) installed(pkg finding.Package) *lockfile.Source {
	for _, run := range t.Runs {
		if word, offset, ok := lockfile.FindInstalled(run.Script.Text, pkg); ok {
			if line := run.Script.Line(offset); line != nil {
				return &lockfile.Source{Location: *line, Manager: lockfile.Instruction, Text: word}
			}
		}
	}
	return nil
}

// files are those of one project that may name a package which was found at a path of the layer. There are none where it is not
// told which project that is.
func (t *trail) files(pkg finding.Package, at string) []string {
	list, ok := t.manifests[pkg.Type]
	if !ok {
		if list = t.copied(pkg.Type); len(list) == 0 {
			list = t.beside(pkg.Type)
		}
		if t.manifests == nil {
			t.manifests = map[string][]manifest{}
		}
		t.manifests[pkg.Type] = list
	}
	list, places := t.told(list, at)
	list = slices.DeleteFunc(slices.Clone(list), func(m manifest) bool {
		_, names := t.project.locks.Find(pkg, m.file)
		return !names
	})
	if !t.ofOneProject(list) {
		list = slices.DeleteFunc(list, func(m manifest) bool { return !slices.Contains(places, m.directory()) })
	}
	if !t.ofOneProject(list) {
		return nil
	}
	var files []string
	for _, m := range list {
		files = append(files, m.file)
	}
	return files
}

// ofOneProject tells whether manifests lie in one directory, or one of them includes the others.
func (t *trail) ofOneProject(list []manifest) bool {
	apart := func(m manifest) bool { return path.Dir(m.file) != path.Dir(list[0].file) }
	return !slices.ContainsFunc(list, apart) || slices.ContainsFunc(list, func(m manifest) bool {
		all := t.project.locks.WithIncluded([]string{m.file})
		return !slices.ContainsFunc(list, func(other manifest) bool { return !slices.Contains(all, other.file) })
	})
}

// told are the manifests that the package's path or the commands point to, all where nothing does, and the directories of the
// projects that are meant. The path leads to the project that the package is installed in, and to those around it. A command
// names a manifest, or works in a project, which has others within and around.
func (t *trail) told(list []manifest, at string) (of []manifest, places []string) {
	if len(list) < 2 {
		return list, nil
	}
	for _, p := range t.Paths(at) {
		if in := projectAt(list, p); in != "" && in != "/" {
			places = append(places, in)
		}
	}
	if len(places) > 0 {
		return related(list, func(m manifest) bool {
			return slices.ContainsFunc(places, func(place string) bool { return below(m.directory(), place) })
		}), places
	}
	named, places := t.worked(list)
	if named = t.project.locks.WithIncluded(named); len(named) > 0 {
		return related(list, func(m manifest) bool { return slices.Contains(named, m.file) }), nil
	}
	if len(places) == 0 {
		return list, nil
	}
	return related(list, func(m manifest) bool {
		return slices.ContainsFunc(places, func(place string) bool {
			return below(m.directory(), place) || below(place, m.directory())
		})
	}), places
}

// related are the manifests that have a place where commands run, and that are as wanted.
func related(list []manifest, wanted func(manifest) bool) []manifest {
	return slices.DeleteFunc(slices.Clone(list), func(m manifest) bool { return m.at == "" || !wanted(m) })
}

// worked are the manifests that the commands name, and the directories of the projects that they work in, without those that
// another is within.
func (t *trail) worked(list []manifest) (named, places []string) {
	for _, run := range t.Runs {
		dir, before := run.Dir, ""
		for _, word := range strings.FieldsFunc(run.Script.Text, isSeparator) {
			p := word
			if !path.IsAbs(p) {
				p = path.Join(dir, p)
			}
			if before == "cd" {
				dir = p
			}
			before = word
			if i := slices.IndexFunc(list, func(m manifest) bool { return m.at == p }); i >= 0 {
				named = append(named, list[i].file)
			}
			if in := projectAt(list, p); in != "" {
				places = append(places, in)
			}
		}
	}
	return named, slices.DeleteFunc(slices.Clone(places), func(a string) bool {
		return slices.ContainsFunc(places, func(b string) bool { return a != b && below(a, b) })
	})
}

// isSeparator tells whether a character ends a word of a command line, or a part of one that may be a path.
func isSeparator(r rune) bool { return strings.ContainsRune(" \t\n\r'\"\\;&|()=", r) }

// projectAt is the directory of the innermost project that a path is in; empty where it is in none.
func projectAt(list []manifest, p string) string {
	in := ""
	for _, m := range list {
		if d := m.directory(); m.at != "" && len(d) > len(in) && below(d, p) {
			in = d
		}
	}
	return in
}

// below tells whether a path is a directory or in it.
func below(directory, p string) bool {
	return p == directory || strings.HasPrefix(p, strings.TrimSuffix(directory, "/")+"/")
}

// copied are the manifests for packages of a type that instructions behind the layer take out of the build context.
func (t *trail) copied(packageType string) []manifest {
	var out []manifest
	for _, file := range t.project.locks.Files(packageType) {
		name := t.project.inContext(file)
		if t.project.ignores(name) {
			continue
		}
		for _, taken := range t.Taken {
			if at, ok := place(taken, name); ok {
				out = append(out, manifest{file, at})
				break
			}
		}
	}
	return out
}

// beside are the nearest manifests for packages of a type above what is taken, and those that they include: of the project that a
// file was built in which is copied when it is ready.
func (t *trail) beside(packageType string) []manifest {
	var near []string
	files := t.project.locks.Files(packageType)
	for _, taken := range t.Taken {
		if taken.Source == "" {
			return nil
		}
		for dir := taken.Source; dir != "."; {
			dir = path.Dir(dir)
			n := len(near)
			for _, file := range files {
				if path.Dir(t.project.inContext(file)) == dir {
					near = append(near, file)
				}
			}
			if len(near) > n {
				break
			}
		}
	}
	var out []manifest
	for _, file := range t.project.locks.WithIncluded(near) {
		out = append(out, manifest{file: file})
	}
	return out
}

// place is where an instruction puts a file of the context, if it takes it.
func place(taken dockerfile.Taken, name string) (at string, ok bool) {
	if taken.Source == "" {
		return path.Join(taken.Dest, name), true
	}
	if excluded, _ := patternmatcher.MatchesOrParentMatches(name, taken.Excluded); excluded {
		return "", false
	}
	single := !taken.Directory && !strings.ContainsAny(taken.Source, "*?[")
	for of := name; ; of = path.Dir(of) {
		matched, _ := path.Match(taken.Source, of)
		switch {
		case !matched && of == ".":
			return "", false
		case !matched:
		case taken.Parents:
			return path.Join(taken.Dest, name), true
		case of != name:
			return path.Join(taken.Dest, strings.TrimPrefix(name, strings.TrimPrefix(of+"/", "./"))), true
		case single:
			return taken.Dest, true
		default:
			return path.Join(taken.Dest, path.Base(name)), true
		}
	}
}
