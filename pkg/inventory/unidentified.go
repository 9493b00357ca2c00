package inventory

import (
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/layerfs"
)

// This file lists software of which nothing that is read says which packages it is: where a package manager that nobody
// here knows keeps it, or where its record is missing.

// versionlessName stands for a cataloger where an archive of Java has no version.
const versionlessName = "java-version"

// isUnidentified tells whether a file is one that only holds software without a name, rather than one that is broken.
func isUnidentified(u unread) bool {
	return u.Cataloger == versionlessName || u.Cataloger == storedName || u.Cataloger == looseGemName || isNameless(u)
}

// namelessArchive is what is wrong with an archive of Java that says nothing of itself.
const namelessArchive = "it holds classes or archives of Java, and has no manifest that says which package it is"

// androidArchive is what an archive is whose classes are in the form that Android runs.
const androidArchive = "it holds a program of Android, which is not looked into"

// isNameless tells whether a file is a ZIP archive that has others with software in it, or classes or modules of Python or Erlang that say nothing of themselves. Of one that is an
// archive of Java itself, without the manifest that every tool writes, it was taken out, and the file is one that cannot be read.
func isNameless(u unread) bool {
	return u.Cataloger == packedName && (strings.HasPrefix(u.Reason, namelessArchive) || strings.HasPrefix(u.Reason, storedInside) ||
		u.Reason == androidArchive || u.Reason == pythonModules || u.Reason == namelessErlang)
}

// shelf is where a package manager keeps packages that no cataloger finds: files that show it, and what of their paths names it.
type shelf struct {
	pattern, until, form string
	isOne                func(v layerfs.View, name string) bool // tells it of a file where the path says too little; nil where it does not
}

// slug is what Julia calls the directory of one version of a package: it is computed from what is in it.
const slug = "[0-9A-Za-z][0-9A-Za-z][0-9A-Za-z][0-9A-Za-z]{,[0-9A-Za-z]}"

// The places are those that are used whatever the variables say that move them (JULIA_DEPOT_PATH, PUB_CACHE, DENO_DIR, VCPKG_INSTALLED_DIR).
var shelves = []shelf{
	{"**/.spack/spec.json", "/.spack", "a package of Spack", nil},
	{"/gnu/store/*/**", "/gnu/store", "packages of Guix", nil},
	{"**/flatpak/{app,runtime}/**/metadata", "/flatpak", "packages of Flatpak", nil},
	{"**/snap/*/*/meta/snap.yaml", "/snap", "packages of Snap", nil},
	{"**/packages/*/" + slug + "/Project.toml", "/packages", "packages of Julia", nil},
	{"**/auto/**/.packlist", "/auto", "modules of Perl", nil},
	{"**/.meta/*/install.json", "/.meta", "modules of Perl", nil},
	{"**/{package.conf.d,pkgdb,package.db}/*.conf", "", "packages of Haskell", nil},
	{"**/.opam-switch/packages/*/opam", "/.opam-switch", "packages of OCaml", nil},
	{"**/hosted/*/*/pubspec.yaml", "/hosted", "packages of Dart", nil},
	{"**/{installed,vcpkg_installed}/vcpkg/status", "/vcpkg", "packages of vcpkg", nil},
	{"**/share/*/vcpkg.spdx.json", "", "a package of vcpkg", nil},
	{"**/bower_components/*/.bower.json", "/bower_components", "packages of Bower", nil},
	{"**/wp-includes/version.php", "/wp-includes", "WordPress itself", nil},
	{"**/.deno/deps/**", "/.deno", "modules of Deno", nil},
	{"**/{deps,remote}/{http,https}/*/" + strings.Repeat("[0-9a-f]", 64), "", "modules of Deno", nil},
	{"**/pkgs/*/info/index.json", "/pkgs", "packages of Conda that are not installed", isCondaCache},
	{"**/*.nuspec", "", "a package of NuGet", isUnpackedNuGet},
}

// isCondaCache tells whether packages that Conda unpacked do not lie beside what it installed, which another gap names.
func isCondaCache(v layerfs.View, name string) bool {
	cache, _, _ := strings.Cut(name, "/pkgs/")
	_, installed := v.Stat(cache + "/conda-meta")
	return !installed
}

// isUnpackedNuGet tells whether a file describes a package with programs, in directories of its name and its version, beside which
// there is not the package itself, which another gap names.
func isUnpackedNuGet(v layerfs.View, name string) bool {
	dir := path.Dir(name)
	id := strings.TrimSuffix(path.Base(name), ".nuspec")
	if _, packed := v.Stat(fmt.Sprintf("%s/%s.%s.nupkg", dir, id, path.Base(dir))); packed || !strings.EqualFold(id, path.Base(path.Dir(dir))) {
		return false
	}
	for f := range v.Below(dir) {
		if strings.EqualFold(path.Ext(f.Path), ".dll") {
			return true
		}
	}
	return false
}

// composerLoader is what loads the code of all packages that Composer installs.
const composerLoader = "**/composer/autoload_real.php"

// npmCache is where npm keeps, without names, the archives of all packages that it installed.
const npmCache = "/_cacache"

// isListed tells whether one of Composer's lists of packages is beside its loader, or was.
func (s *scan) isListed(loader string) bool {
	_, ok := s.tree.Top().Stat(path.Join(path.Dir(loader), "installed.php"))
	return ok || s.isBesideRecord(loader)
}

// unidentified lists what of the final file system holds such software, but for archives and PHP code that packages of the distribution brought, and for files that
// could not be read, of which another gap says more.
func (s *scan) unidentified(out []Gap, all []*occurrences, unreadable []Gap) ([]Gap, error) {
	top := s.resolver(s.tree.Top(), nil)
	for _, shelf := range shelves {
		matches, err := top.view.Glob(shelf.pattern)
		if err != nil {
			return nil, err
		}
		for _, m := range matches {
			if shelf.isOne != nil && !shelf.isOne(top.view, m.File.Path) {
				continue
			}
			at := path.Dir(m.File.Path)
			if k := strings.LastIndex(m.File.Path, shelf.until+"/"); shelf.until != "" && k >= 0 {
				at = m.File.Path[:k+len(shelf.until)]
			}
			out = append(out, Gap{Path: at, Layer: m.File.Layer, Reason: shelf.form})
		}
	}
	archives, err := s.unlistedComposer()
	if err != nil {
		return nil, err
	}
	loaders, err := top.view.Glob(composerLoader)
	if err != nil {
		return nil, err
	}
	for _, m := range loaders {
		if !s.isListed(m.File.Path) {
			archives[m.File.Path] = Gap{Path: path.Dir(m.File.Path), Layer: m.File.Layer, Reason: "it loads packages of Composer, of which there is no list"}
		}
	}
	gems := map[string]bool{} // of which a later layer brought what says the version
	for _, o := range all {
		if o.visible && o.key.cataloger == looseGemName {
			gems[o.it().path()] = true
		}
	}
	for _, u := range s.failed {
		f, ok := top.stillHas(u)
		if !ok || !isUnidentified(u) || u.Harmless || u.Cataloger == looseGemName && gems[u.Path] {
			continue
		}
		g := Gap{Path: u.Path, Layer: top.since(f), Reason: u.Reason}
		if at, _, ok := strings.Cut(u.Path, npmCache); ok {
			g.Path, g.Reason = at+npmCache, "archives of packages of npm"
		}
		if first, ok := archives[g.Path]; !ok || g.Layer <= first.Layer {
			archives[g.Path] = g
		}
	}
	called := map[string]string{}
	for name := range archives {
		called[name] = path.Base(stem(name))
	}
	for name := range s.brought(called, all) {
		delete(archives, name)
	}
	for _, g := range unreadable {
		delete(archives, g.Path)
	}
	out = slices.AppendSeq(out, maps.Values(archives))
	nameless, err := s.nameless(all)
	return sortGaps(slices.Concat(out, s.unproven(), nameless)), err
}

// member is an archive, or one inside another.
type member struct {
	path string // of the file
	in   string // the members that lead to it, as ":lib/a.war:b.jar"; empty for the file itself
}

// memberAt is the one at a place, which a link may show.
func memberAt(v layerfs.View, at place) member {
	if in, ok := strings.CutPrefix(at.Access, at.Path); ok && (in == "" || in[0] == ':') {
		return member{at.Path, in}
	}
	for link, more := "", at.Access; more != ""; {
		next := strings.IndexByte(more[1:], ':') + 1
		if next == 0 {
			break
		}
		link, more = link+more[:next], more[next:]
		if f, ok := v.Stat(link); ok && f.Path == at.Path {
			return member{at.Path, more}
		}
	}
	return member{path: at.Path}
}

// versionless lists the archives of Java that do not say their version, or hold others that do not. One says it by whichever of its names. The
// classes of an application beside libraries that say theirs are its own, and so are those of an archive inside another.
func versionless(v layerfs.View, groups []group) []unread {
	var out []unread
	identified := map[member]bool{} // archives that say of something in them what it is
	var unsaid []*found
	for _, g := range groups {
		for i := range g.Found {
			f := &g.Found[i]
			if f.Type != pkg.JavaPkg {
				continue
			}
			if !f.complete() {
				unsaid = append(unsaid, f)
				continue
			}
			for m := memberAt(v, f.primary()[0]); !identified[m]; m.in = m.in[:max(0, strings.LastIndexByte(m.in, ':'))] {
				identified[m] = true
			}
		}
	}
	for _, f := range unsaid {
		at := f.primary()[0]
		if identified[memberAt(v, at)] {
			continue
		}
		if own := path.Base(at.Path); strings.TrimSuffix(own, path.Ext(own)) != f.Name {
			out = append(out, unread{Cataloger: versionlessName, Path: at.Path, Layer: at.Layer, Reason: fmt.Sprintf("it holds an archive of Java that does not say its version, %.100q", f.Name)})
		} else if holdsClasses(v, at.Path) {
			out = append(out, unread{Cataloger: versionlessName, Path: at.Path, Layer: at.Layer, Reason: "it holds classes of Java, and does not say which version of what they are"})
		}
	}
	return out
}

// holdsClasses tells whether a Java archive has classes of its own, so that it is no archive of sources or of other archives.
func holdsClasses(v layerfs.View, name string) bool {
	f, ok := v.Stat(name)
	if !ok {
		return false
	}
	content, err := v.Open(f)
	if err != nil {
		return true
	}
	defer content.Close()
	at, ok := content.(io.ReaderAt)
	if !ok {
		return true
	}
	found, err := holdsAny(at, f.Size, []string{".class"})
	return err != nil || found
}
