package inventory

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/anchore/syft/syft/pkg"
	"github.com/bmatcuk/doublestar/v4"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/layerfs"
)

// Gap is a file or directory of the final file system that brings packages which are not known.
type Gap struct {
	Path      string // absolute
	Layer     int    // index of the layer that it is from
	Cataloger string // that could not read it; empty where there is none for its form
	Reason    string // what is wrong with it, or which form it has
}

// sortGaps sorts gaps, and leaves out what is said of a file twice.
func sortGaps(gaps []Gap) []Gap {
	slices.SortFunc(gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Cataloger, b.Cataloger), cmp.Compare(a.Reason, b.Reason))
	})
	return slices.CompactFunc(gaps, func(a, b Gap) bool { return a.Path == b.Path && (a.Cataloger == b.Cataloger || a.Reason == b.Reason) })
}

// databases are the catalogers of the databases that an operating system keeps of all its packages.
func databases() []string {
	return []string{"alpm-db-cataloger", "apk-db-cataloger", "dpkg-db-cataloger", "rpm-db-cataloger"}
}

// unreadable lists the files of the final file system that a cataloger could make nothing of. A package database among
// them is an error: it may hold all the packages of the image.
func (s *scan) unreadable() ([]Gap, error) {
	top := s.resolver(s.tree.Top(), nil)
	out := []Gap{}
	for _, u := range s.failed {
		f, ok := top.stillHas(u)
		if !ok {
			continue
		}
		if isControlMember(u.Path) {
			continue
		}
		if slices.Contains(databases(), u.Cataloger) {
			if top.isEmpty(f, u.Reason) {
				continue
			}
			return nil, fault.WithHint(fmt.Errorf("the package database %s cannot be read by the %s: %s", u.Path, u.Cataloger, u.Reason),
				"see which step of the build writes or cuts it: there, each package has its name and its version, each once; or start from a base whose database is whole")
		}
		if isUnread(u) || isUnidentified(u) || u.Harmless {
			continue
		}
		reason := u.Reason
		if strings.Contains(reason, nothingIdentified) {
			reason = namelessArchive
		}
		out = append(out, Gap{Path: u.Path, Layer: top.since(f), Cataloger: u.Cataloger, Reason: reason})
	}
	return sortGaps(out), nil
}

// stillHas finds a file that could not be read, where the final file system has it as it was.
func (r *resolver) stillHas(u unread) (layerfs.File, bool) {
	f, ok := r.view.Stat(u.Path)
	return f, ok && f.Path == u.Path && r.diffIDs[r.since(f)] == u.Layer
}

// forms are known ways to bring packages that nothing here reads, by a pattern of the files that show them.
func forms() map[string]string {
	return map[string]string{
		"**/conda-meta/*.json": "packages of Conda, about which nobody publishes advisories",
		"**/*.asar":            electronArchive,
		"**/*.nupkg":           nugetPackage,
		"**/*.phar":            phpArchive,
		"**/*.snap":            "an image of a Snap package",
		composerList:           "packages of Composer, whose installed.json is not there",
	}
}

// nugetPackage and phpArchive are what files of two of these forms are.
const (
	nugetPackage = "a package of NuGet"
	phpArchive   = "an archive of PHP programs"
)

// isUnread tells whether a file is of such a form by its content, whatever it is called.
func isUnread(u unread) bool {
	return u.Cataloger == bundleName || u.Cataloger == packedName && (strings.HasPrefix(u.Reason, nugetPackage) || u.Reason == frozenPython)
}

// composerList is where Composer lists for programs which packages are installed, beside installed.json, which is read.
const composerList = "**/composer/installed.php"

// isBesideRecord tells whether a file is Composer's, and installed.json was beside it in some layer: where that was removed, the packages are
// known by it.
func (s *scan) isBesideRecord(name string) bool {
	if path.Base(path.Dir(name)) != "composer" || path.Ext(name) != ".php" {
		return false
	}
	_, ok := s.resolveAnywhere()(path.Join(path.Dir(name), "installed.json"))
	return ok
}

// sealed is a file of such a form that a package of a system brings, as its database writes it down.
type sealed struct{ Path, Algorithm, Digest string }

// sealed lists those files of a system's package of whose content its database says a digest.
func (f *found) sealed(p pkg.Package) []sealed {
	var out []sealed
	patterns := slices.Collect(maps.Keys(forms()))
	for name, l := range listedFiles(p) {
		if l.digest.Value != "" && hasForm(name, patterns) {
			out = append(out, sealed{within(f.Root, name), l.digest.Algorithm, l.digest.Value})
		}
	}
	return out
}

// hasForm tells whether a path is one of patterns, in any case. Most paths differ in the extension already.
func hasForm(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return strings.EqualFold(path.Ext(name), path.Ext(pattern)) && doublestar.MatchUnvalidated(pattern, strings.ToLower(name))
	})
}

// ofPackages are the files of a form that is not read which packages of the system bring, as they bring them: advisories about a package are about
// what is in its files.
func (s *scan) ofPackages(all []*occurrences) (map[string]bool, error) {
	top, out := s.tree.Top(), map[string]bool{}
	for _, o := range all {
		if !o.visible {
			continue
		}
		for _, one := range o.it().Sealed {
			f, ok := top.Stat(one.Path)
			if !ok {
				continue
			}
			same, _, err := HasDigest(top, f, one.Algorithm, one.Digest)
			if err != nil {
				return nil, fmt.Errorf("reading %s: %w", f.Path, err)
			}
			if same {
				out[f.Path] = true
			}
		}
	}
	return out, nil
}

// isOfPHP tells whether an archive is the one that PHP itself comes with: its tool for archives, phar.phar, which lies beside PHP and brings
// nothing else. PHP's versions of a distribution have their number in both names.
func isOfPHP(v layerfs.View, name string) bool {
	dir, base := path.Split(name)
	version, ok := strings.CutPrefix(base, "phar.phar")
	if !ok {
		return false
	}
	return slices.ContainsFunc([]string{"php", "php" + version}, func(program string) bool {
		f, ok := v.Stat(dir + program)
		return ok && f.Executable()
	})
}

// isSquashFS tells whether a file begins like an image of SquashFS, in either order of bytes, as packages of Snap are.
func isSquashFS(v layerfs.View, f layerfs.File) bool {
	r, err := v.Open(f)
	if err != nil {
		return true // the tree remembers why
	}
	defer r.Close()
	magic := make([]byte, 4)
	_, err = io.ReadFull(r, magic)
	return err == nil && slices.Contains([]string{"hsqs", "sqsh"}, string(magic))
}

// isPhar tells whether PHP takes a file for an archive of programs: it is one of tar or ZIP, compressed, or says where its program ends (PHP Manual, "Phar file
// format"). The name alone says nothing: update-alternatives keeps a record of each command under the command's name.
func isPhar(v layerfs.View, f layerfs.File) bool {
	if f.MIME == layerfs.ZIP || f.Size > maxStub {
		return true
	}
	raw, err := readAll(v, f)
	if err != nil {
		return true // the tree remembers why
	}
	return bytes.IndexByte(raw, 0) >= 0 || !utf8.Valid(raw) || haltsCompiler(raw)
}

// unread lists what of the final file system has a form that is known and not read: the files, or the directory where
// there is one file for each package.
func (s *scan) unread(all []*occurrences) ([]Gap, error) {
	out := []Gap{}
	known, err := s.ofPackages(all)
	if err != nil {
		return nil, err
	}
	for pattern, form := range forms() {
		for _, spelling := range inAnyCase([]string{pattern}) {
			matches, err := s.tree.Top().Glob(spelling)
			if err != nil {
				return nil, err
			}
			for _, m := range matches {
				if path.Ext(pattern) == ".snap" && !isSquashFS(s.tree.Top(), m.File) || path.Ext(pattern) == ".phar" && !isPhar(s.tree.Top(), m.File) {
					continue // such as what tests of JavaScript compare with
				}
				if known[m.File.Path] || isOfPHP(s.tree.Top(), m.File.Path) || s.isBesideRecord(m.File.Path) {
					continue
				}
				g := Gap{Path: m.File.Path, Layer: m.File.Layer, Reason: form}
				if strings.HasSuffix(pattern, "/*.json") {
					g.Path = path.Dir(g.Path)
				}
				out = append(out, g)
			}
		}
	}
	top := s.resolver(s.tree.Top(), nil)
	for _, u := range s.failed {
		if f, ok := top.stillHas(u); ok && isUnread(u) {
			out = append(out, Gap{Path: u.Path, Layer: top.since(f), Reason: u.Reason})
		}
	}
	return sortGaps(out), nil
}
