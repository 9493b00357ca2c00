package inventory

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/erlang"
	"github.com/anchore/syft/syft/pkg/cataloger/java"
	"github.com/anchore/syft/syft/pkg/cataloger/javascript"
	"github.com/anchore/syft/syft/pkg/cataloger/php"
	"github.com/anchore/syft/syft/pkg/cataloger/python"
	"github.com/anchore/syft/syft/pkg/cataloger/ruby"
)

// finder finds what runs from an archive and from those inside it.
type finder struct {
	ctx      context.Context
	cfg      java.ArchiveCatalogerConfig
	in       file.Location // the file
	packages []pkg.Package
	broken   []error
	starts   starts
	tars     int   // archives of tar or cpio that were looked into
	unsaid   error // for what is not looked into, and classes of which nothing says which package they are
}

// visit looks into one archive. What Java's cataloger looks into and says nothing of, because nothing in it says which package it is, is named; of what
// Maven says in it, that cataloger reads the plain lines.
func (f *finder) visit(a *nested) {
	packages, err := ofMembers(f.ctx, a.Reader)
	f.add(a, f.moved(packages, a), err)
	if a.java && !a.covered {
		packages, err := ofJava(f.ctx, f.cfg, f.at(a), a)
		f.add(a, packages, err)
	}
	switch {
	case hasMember(a.Reader, ".dex"):
		f.unsaid = errors.New(androidArchive)
	case isNamelessErlang(a.Reader):
		f.unsaid = errors.New(namelessErlang)
	case isNuGet(a.Reader) && a.path == "":
		f.unsaid = errors.New(nugetPackage)
	case isNuGet(a.Reader):
		f.unsaid = fmt.Errorf("%s: its member %q", nugetPackage, a.path)
	}
	f.modulesIn(a)
	f.tarsIn(a)
	if classes, ok := classesOf(f.at(a), a.Reader); ok && a.java {
		f.packages = append(f.packages, classes)
	}
	if !a.java {
		return
	}
	manifest, wanted := manifestOf(a.Reader), isPomProperties
	if manifest == manifestRead {
		wanted = isMisreadMember
	}
	packages, _, err = newUnpackedCataloger().Catalog(f.ctx, newZipResolver(a.Reader, wanted))
	f.add(a, f.moved(packages, a), err)
	if manifest == manifestMissing && hasMember(a.Reader, ".class") {
		f.nameless(a)
	}
}

// What an archive is that holds modules of Python: a program that cx_Freeze or py2exe made, which brings the modules that come with Python, too, or others.
const (
	frozenPython  = "a program with its modules in one file, made by cx_Freeze or py2exe"
	pythonModules = "it holds modules of Python, and nothing that says whether they are those of packages, and of which"
)

// modulesIn says of an archive from which Python may import packages that none of them has a record. Python's own library is often in one, and is no package.
func (f *finder) modulesIn(a *nested) {
	holds, frozen, others := false, false, false
	for _, member := range a.File {
		dir, base := path.Split(member.Name)
		switch {
		case base == "METADATA", base == "PKG-INFO", strings.HasSuffix(base, ".egg-info"):
			return
		case base == "__init__.py" || base == "__init__.pyc":
			holds = holds || strings.Count(dir, "/") == 1 && !isPythonStandard(member.Name)
			frozen = frozen || member.Name == "encodings/__init__.pyc"
		}
		others = others || strings.HasSuffix(base, ".pyc") && !isPythonStandard(member.Name)
	}
	switch {
	case frozen && others:
		f.unsaid = errors.New(frozenPython)
	case holds:
		f.unsaid = errors.New(pythonModules)
	}
}

// maxTars is how many archives of tar or cpio in one of ZIP are looked into.
const maxTars = 100

// storedInside is what an archive is with a tar archive in it that has software.
const storedInside = "an archive in it holds software"

// tarsIn looks for archives of tar and of cpio among the members of an archive, and for software in them.
func (f *finder) tarsIn(a *nested) {
	for _, member := range a.File {
		if f.unsaid != nil {
			return
		}
		if !isTar(member.Name) && !f.starts.like(member, tarStarts) {
			continue
		}
		content, err := member.Open()
		if err != nil {
			continue // such as a member that is encrypted
		}
		what := softwareIn(member.Name, bufio.NewReader(content))
		content.Close()
		if f.tars++; what == "" && f.tars > maxTars {
			what = "more archives are in it than are looked into"
		}
		if what != "" {
			f.unsaid = fmt.Errorf("%s: its member %q is %s", storedInside, strings.TrimPrefix(a.path+":"+member.Name, ":"), what)
		}
	}
}

// isNuGet tells whether an archive is a package of NuGet with programs: it says at its root what it is.
func isNuGet(archive *zip.Reader) bool {
	return hasMember(archive, ".dll", ".exe") && slices.ContainsFunc(archive.File, func(member *zip.File) bool {
		return strings.EqualFold(path.Ext(member.Name), ".nuspec") && path.Base(member.Name) == member.Name
	})
}

// nameless says of an archive of Java that nothing in it says which package it is. One that is called .zip may hold classes of other things.
func (f *finder) nameless(a *nested) {
	switch {
	case isZip(a.name) && a.path == "":
		f.unsaid = errors.New(namelessArchive)
	case isZip(a.name):
		f.unsaid = fmt.Errorf("%s: its member %q", namelessArchive, a.path)
	case a.path == "":
		f.add(a, nil, errors.New(nothingIdentified)) // as syft says where it finds nothing else in it, either
	default:
		f.add(a, nil, errors.New("it has classes, and no manifest that says which package it is"))
	}
}

// add adds what was found in an archive, and what is wrong with it.
func (f *finder) add(a *nested, packages []pkg.Package, err error) {
	f.packages = append(f.packages, packages...)
	if err != nil && a.path != "" {
		err = fmt.Errorf("its member %q: %w", a.path, err)
	}
	if err != nil {
		f.broken = append(f.broken, err)
	}
}

// at is the place of an archive, by the path through those that it lies in.
func (f *finder) at(a *nested) file.Location {
	at := f.in
	at.AccessPath = f.in.RealPath
	if a.path != "" {
		at.AccessPath = f.in.RealPath + ":" + a.path
	}
	return at
}

// moved places packages in the archive that they were found in. Which member has each is in the path by which it is found.
func (f *finder) moved(packages []pkg.Package, a *nested) []pkg.Package {
	for i := range packages {
		p := &packages[i]
		var at []file.Location
		for _, l := range p.Locations.ToSlice() {
			to := f.at(a)
			to.AccessPath = f.in.RealPath + ":" + strings.TrimPrefix(a.path+":"+l.RealPath, ":")
			to.Annotations = l.Annotations
			at = append(at, to)
		}
		p.Locations = file.NewLocationSet(at...)
		p.Metadata = nil // names files that are none of the image's
		p.SetID()
	}
	return packages
}

// ofMembers finds what Python, Node, Ruby, PHP and Erlang run from an archive.
func ofMembers(ctx context.Context, archive *zip.Reader) (packages []pkg.Package, errs error) {
	beams := beamDirectories(archive)
	members := newZipResolver(archive, func(member *zip.File) bool { return isRecord(member) || isApplication(member, beams) })
	if len(members.names) == 0 {
		return nil, nil
	}
	for _, c := range []pkg.Cataloger{python.NewInstalledPackageCataloger(), javascript.NewPackageCataloger(), ruby.NewInstalledGemSpecCataloger(), php.NewComposerInstalledCataloger(), erlang.NewOTPCataloger()} {
		found, _, err := c.Catalog(ctx, members)
		packages, errs = append(packages, found...), errors.Join(errs, err)
	}
	return packages, errs
}

// isRecord tells whether a member says which package of Python, Node or Ruby lies in an archive, or which of Composer's. A template of a manifest, as
// generators of projects have them, does not, nor does Composer's list of a project that needs none.
func isRecord(member *zip.File) bool {
	switch base := path.Base(member.Name); {
	case base == "package.json":
		return isInstalledManifest(path.Clean("/"+member.Name)) || holds(member, json.Valid)
	case base == "installed.json":
		return path.Base(path.Dir(member.Name)) == "composer" && holds(member, func(raw []byte) bool { return bytes.Contains(raw, []byte(`"version"`)) })
	case base == "METADATA", base == "PKG-INFO":
		return true
	default:
		return strings.HasSuffix(base, ".egg-info") || strings.HasSuffix(base, ".gemspec")
	}
}

// holds tells whether something is true of what a member holds.
func holds(member *zip.File, what func([]byte) bool) bool {
	content, err := member.Open()
	if err != nil {
		return true // the cataloger says so
	}
	defer content.Close()
	raw, err := io.ReadAll(io.LimitReader(content, maxManifest))
	return err != nil || what(raw)
}

func isPomProperties(member *zip.File) bool { return path.Base(member.Name) == "pom.properties" }

// isMisreadMember tells whether a member says for Java another thing than for syft. One that is too large is a gap already (largestMembers).
func isMisreadMember(member *zip.File) bool {
	if !isPomProperties(member) {
		return false
	}
	content, err := member.Open()
	if err != nil {
		return false // as syft says
	}
	defer content.Close()
	raw, err := io.ReadAll(io.LimitReader(content, maxProperties))
	return err == nil && isMisread(raw)
}

// What syft makes of the manifest of an archive of Java.
const (
	manifestRead    = iota
	manifestMissing // there is none, there are two, or it cannot be read
	manifestLeft    // it is of classes that an agent weaves into another archive's, and the archive is left out
)

// manifestOf tells what syft makes of an archive's manifest: of what Maven says, it reads only that of an archive which has one.
func manifestOf(archive *zip.Reader) int {
	var manifest *zip.File
	for _, member := range archive.File {
		if strings.TrimPrefix(member.Name, "/") != "META-INF/MANIFEST.MF" {
			continue
		}
		if manifest != nil && manifest.Name != member.Name {
			return manifestMissing
		}
		manifest = member
	}
	if manifest == nil {
		return manifestMissing
	}
	content, err := manifest.Open()
	if err != nil {
		return manifestMissing
	}
	defer content.Close()
	out := manifestRead
	lines, first := bufio.NewScanner(content), true
	for lines.Scan() {
		key, _, isKey := strings.Cut(lines.Text(), ":")
		if first && isKey && strings.TrimSpace(key) == "Weave-Classes" {
			out = manifestLeft
		}
		first = first && lines.Text() != ""
	}
	if lines.Err() != nil {
		return manifestMissing
	}
	return out
}
