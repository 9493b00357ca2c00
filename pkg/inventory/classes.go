package inventory

import (
	"archive/zip"
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
)

// This file finds out in which packages of Java the classes of an archive are: Maven's projects have them in packages that begin with their group.

// classesType is the type of what is no package, but says of an archive in which packages its classes are.
const classesType pkg.Type = "java-classes"

// maxRoots is how many packages of an archive count in which it has classes, those with most of them: one that holds many projects is no archive of one.
const maxRoots = 16

// classesOf says of an archive in which packages all its classes are. Of packages that begin with the same two names it is the one that they have
// in common.
func classesOf(at file.Location, archive *zip.Reader) (_ pkg.Package, ok bool) {
	roots := rootsOf(archive)
	return pkg.Package{Type: classesType, Name: at.Path(), Version: strings.Join(roots, " "), Locations: file.NewLocationSet(at)}, len(roots) > 0
}

// root is a directory of an archive that has classes in it, or below it.
type root struct {
	dir     string
	classes int
}

// rootsOf lists the packages in which an archive has classes, the one with most of them first.
func rootsOf(archive *zip.Reader) []string {
	roots := map[string]*root{} // by the first two names
	for _, member := range archive.File {
		dir, base := strings.Trim(path.Dir(member.Name), "/"), path.Base(member.Name)
		if path.Ext(base) != ".class" || base == "module-info.class" || dir == "." || strings.HasPrefix(dir+"/", "META-INF/") {
			continue
		}
		names := strings.SplitN(dir, "/", 3)
		first := strings.Join(names[:min(len(names), 2)], "/")
		in := roots[first]
		if in == nil {
			in = &root{dir: dir}
			roots[first] = in
		}
		for dir != in.dir && !strings.HasPrefix(dir, in.dir+"/") {
			in.dir = path.Dir(in.dir)
		}
		in.classes++
	}
	most := slices.SortedFunc(maps.Values(roots), func(a, b *root) int {
		return cmp.Or(cmp.Compare(b.classes, a.classes), cmp.Compare(a.dir, b.dir))
	})
	var out []string
	for _, r := range most[:min(len(most), maxRoots)] {
		out = append(out, strings.ReplaceAll(r.dir, "/", "."))
	}
	return out
}

// classes are the packages of Java in which archives have their classes, by the path of the archive.
type classes map[string][]string

// takeClasses takes what is known of classes out of what catalogers found.
func takeClasses(results [][]pkg.Package) classes {
	out := classes{}
	for k, packages := range results {
		results[k] = slices.DeleteFunc(packages, func(p pkg.Package) bool {
			if p.Type == classesType {
				out[p.Name] = strings.Fields(p.Version)
			}
			return p.Type == classesType
		})
	}
	return out
}

// at are those of the archive at a location, or of one that lies in it behind a colon. The archive may be seen by a link, and either path may have
// colons.
func (c classes) at(l file.Location) []string {
	for rest, more := l.Path(), true; more; {
		_, rest, more = strings.Cut(rest, ":")
		if in, ok := c[l.RealPath+":"+rest]; ok {
			return in
		}
	}
	return c[l.RealPath]
}
