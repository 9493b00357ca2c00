package inventory

import (
	"archive/zip"
	"path"
	"slices"
	"strings"

	"github.com/anchore/packageurl-go"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
)

// This file finds the group of a package of Java of which only a file's name says what it is. Syft takes the name for the group then, by which
// no advisory is found. The classes tell: Maven's projects have them in packages that begin with the group.

// classesType is the type of what is no package, but says of an archive in which package its classes are.
const classesType pkg.Type = "java-classes"

// classesOf says of an archive in which package of Java all its classes are; ok is false where they have none in common.
func classesOf(at file.Location, archive *zip.Reader) (_ pkg.Package, ok bool) {
	var common []string
	for _, member := range archive.File {
		base := path.Base(member.Name)
		if path.Ext(base) != ".class" || base == "module-info.class" || strings.HasPrefix(member.Name, "META-INF/") {
			continue
		}
		in := strings.Split(strings.Trim(path.Dir(member.Name), "/"), "/")
		if common == nil {
			common = in
		}
		n := 0
		for n < min(len(common), len(in)) && common[n] == in[n] {
			n++
		}
		if common = common[:n]; n < 2 {
			return pkg.Package{}, false
		}
	}
	return pkg.Package{Type: classesType, Name: at.Path(), Version: strings.Join(common, "."), Locations: file.NewLocationSet(at)}, len(common) >= 2
}

// withGroups takes what is known of classes out of what catalogers found, and gives packages of Java whose group syft took from their name the
// one that their classes are in. It is looked up besides, and their package URL stays.
func withGroups(results [][]pkg.Package) {
	classes := map[string]string{}
	for k, packages := range results {
		results[k] = slices.DeleteFunc(packages, func(p pkg.Package) bool {
			if p.Type == classesType {
				classes[p.Name] = p.Version
			}
			return p.Type == classesType
		})
	}
	for _, packages := range results {
		for i := range packages {
			p := &packages[i]
			m, ok := p.Metadata.(pkg.JavaArchive)
			if !ok || len(classes) == 0 || m.PomProperties != nil || m.PomProject != nil || !isGuessed(p) {
				continue
			}
			for _, l := range p.Locations.ToSlice() {
				if group := groupOf(p.Name, classesAt(classes, l)); group != "" {
					m.PomProperties = &pkg.JavaPomProperties{GroupID: group, ArtifactID: p.Name, Version: p.Version}
					p.Metadata = m
					p.SetID()
				}
			}
		}
	}
}

// classesAt is the package of the classes in the archive at a location, or in one that lies in it behind a colon. The archive may be seen by a
// link, and either path may have colons.
func classesAt(classes map[string]string, l file.Location) string {
	for rest, more := l.Path(), true; more; {
		_, rest, more = strings.Cut(rest, ":")
		if in, ok := classes[l.RealPath+":"+rest]; ok {
			return in
		}
	}
	return classes[l.RealPath]
}

// isGuessed tells whether a package's group is its name.
func isGuessed(p *pkg.Package) bool {
	purl, err := packageurl.FromString(p.PURL)
	return err == nil && purl.Namespace == purl.Name
}

// groupOf is the group that an artifact of Maven would have whose classes are in a package: org.apache.logging.log4j for log4j-core in
// org.apache.logging.log4j.core, com.alibaba for fastjson in com.alibaba.fastjson, and else the first two names of the package.
func groupOf(artifact, classes string) string {
	names := strings.Split(classes, ".")
	if len(names) < 2 {
		return ""
	}
	for n := len(names); n > 2; n-- {
		last := names[n-1]
		if artifact == last {
			return strings.Join(names[:n-1], ".")
		}
		if strings.HasPrefix(artifact, last+"-") {
			return strings.Join(names[:n], ".")
		}
	}
	return strings.Join(names[:2], ".")
}
