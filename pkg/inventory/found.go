package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/syft/syft/cpe"
	"github.com/anchore/syft/syft/pkg"
	cpes "github.com/anchore/syft/syft/pkg/cataloger/common/cpe"
)

// found is a package as a cataloger found it in a layer, with what matching, judging and reporting ask of it and no
// more: the cache keeps it, and a package of a distribution is large otherwise.
type found struct {
	ID       string // syft's, which differs where anything about the package does
	Name     string
	Version  string
	Type     pkg.Type
	Language pkg.Language
	PURL     string
	Places   []place
	CPEs     []cpe.CPE
	Licenses []string // SPDX expressions where recognised, else as declared; sorted
	Owned    string   // paths of the files that it says are its own, each with a null byte behind it
	// Digests are those of the content that a system's package brought at each of them, with a null byte behind each, as Algorithm makes them.
	Digests   string
	Algorithm string
	Config    []string // those of them outside of /etc that are configuration
	// Privileged are those of them that it brings with setuid, setgid or capabilities.
	Privileged []Privileged
	Sealed     []sealed // those of them that have a form which nothing here reads
	Needs      []string // names of packages that it asks for, sorted
	Clues      Clues
	Root       string // directory of the system whose package database lists it; empty where none does
	Arch       string // architecture that a package database names
	Maintainer string // who made the system's package, by its own word
	Commit     string // of the repository of ports that apk's package was built from
	Role       role
	Upstreams  []grypepkg.UpstreamPackage
	Metadata   metadata
}

// place is a file that gave a package.
type place struct {
	Path   string // of the file itself
	Access string // by which it was found, which may lead through links
	Layer  string // diff ID of the layer that the file is from
	// Primary is set where the file is what makes the package be there, not set where it only says more about it.
	Primary bool
}

// role says what the exclusion of packages that are a part of others asks about a package's metadata.
type role uint8

const (
	bare            role = iota // none
	described                   // any other
	elfNote                     // read from a note in an ELF file
	binarySignature             // recognised by its bytes
	javaVM                      // an installed Java runtime
)

// newFound takes from a cataloger's package what is kept; system tells that it is from a database of a system's
// packages. As syft does after cataloguing, it derives names of the CPE dictionary for packages that declare none.
func newFound(p pkg.Package, system bool) (found, error) {
	p = asAssembly(trimmed(p))
	declared := slices.ContainsFunc(p.CPEs, func(c cpe.CPE) bool { return c.Source != cpe.GeneratedSource })
	if !declared {
		derived, ok := cpes.DictionaryFind(p)
		if !ok {
			derived = cpes.Generate(p)
		}
		p.CPEs = append(p.CPEs, derived...)
	}
	if p.Language == "" {
		p.Language = pkg.LanguageFromPURL(p.PURL)
	}
	matched := grypepkg.FromPackages([]pkg.Package{p}, nil, grypepkg.SynthesisConfig{})[0]
	f := found{
		ID: string(p.ID()), Name: p.Name, Version: p.Version, Type: p.Type, Language: p.Language, PURL: p.PURL,
		CPEs: matched.CPEs, Licenses: licenses(p), Role: roleOf(p), Upstreams: matched.Upstreams,
		Metadata: metadata{matched.Metadata},
	}
	for _, l := range p.Locations.ToSlice() {
		f.Places = append(f.Places, place{
			Path: l.RealPath, Access: l.AccessPath, Layer: l.FileSystemID,
			Primary: l.Annotations[pkg.EvidenceAnnotationKey] == pkg.PrimaryEvidenceAnnotation,
		})
	}
	if system {
		at := f.primary()[0]
		f.Root, f.Arch, f.Maintainer = rootOf(at.Path, at.Access), architecture(p), maintainer(p)
		if m, ok := p.Metadata.(pkg.ApkDBEntry); ok {
			f.Commit = m.GitCommit
		}
		f.Privileged, f.Sealed = f.privileged(p), f.sealed(p)
	}
	f.own(p)
	f.Config = configuration(p)
	if !f.Metadata.known() {
		return found{}, fmt.Errorf("%s %s has metadata of a type that is not known: %T", p.Type, p.Name, matched.Metadata)
	}
	return f, nil
}

// own notes the paths that a package says are its own, as the image knows them, and for a system's package what it brought there.
func (f *found) own(p pkg.Package) {
	owner, ok := p.Metadata.(pkg.FileOwner)
	if !ok {
		return
	}
	var digests map[string]string
	if f.Root != "" {
		f.Algorithm, digests = f.digests(p)
	}
	var paths, sums strings.Builder
	for _, name := range owner.OwnedFiles() {
		if name == "" {
			continue
		}
		if f.Root != "" {
			name = within(f.Root, name)
		}
		paths.WriteString(name + "\x00")
		sums.WriteString(digests[name] + "\x00")
	}
	f.Owned = paths.String()
	if f.Algorithm != "" {
		f.Digests = sums.String()
	}
}

// configuration lists the files of a package that a system's tools leave behind when they remove it, but for those in
// /etc. Paths are those within its root.
func configuration(p pkg.Package) []string {
	var out []string
	add := func(name string, config bool) {
		if config && !strings.HasPrefix(name, "/etc/") {
			out = append(out, name)
		}
	}
	switch m := p.Metadata.(type) {
	case pkg.DpkgDBEntry:
		for _, f := range m.Files {
			add(f.Path, f.IsConfigFile)
		}
	case pkg.RpmDBEntry:
		for _, f := range m.Files {
			add(f.Path, strings.Contains(f.Flags, "c"))
		}
	case pkg.AlpmDBEntry:
		for _, f := range m.Backup {
			add(f.Path, true)
		}
	}
	return out
}

func architecture(p pkg.Package) string {
	switch m := p.Metadata.(type) {
	case pkg.AlpmDBEntry:
		return m.Architecture
	case pkg.ApkDBEntry:
		return m.Architecture
	case pkg.DpkgDBEntry:
		return m.Architecture
	case pkg.RpmDBEntry:
		return m.Arch
	}
	return ""
}

func maintainer(p pkg.Package) string {
	switch m := p.Metadata.(type) {
	case pkg.AlpmDBEntry:
		return m.Packager
	case pkg.ApkDBEntry:
		return m.Maintainer
	case pkg.DpkgDBEntry:
		return m.Maintainer
	case pkg.RpmDBEntry:
		return m.Vendor
	}
	return ""
}

func roleOf(p pkg.Package) role {
	switch p.Metadata.(type) {
	case nil:
		return bare
	case pkg.ELFBinaryPackageNoteJSONPayload:
		return elfNote
	case pkg.BinarySignature:
		return binarySignature
	case pkg.JavaVMInstallation:
		return javaVM
	}
	return described
}

// complete tells whether a package says what it is: without a name or a version nothing can be matched.
func (f *found) complete() bool {
	return strings.TrimSpace(f.Name) != "" && strings.TrimSpace(f.Version) != ""
}

// primary lists the places that gave a package, without those that only say more about it.
func (f *found) primary() []place {
	primary := slices.DeleteFunc(slices.Clone(f.Places), func(p place) bool { return !p.Primary })
	if len(primary) > 0 {
		return primary
	}
	return f.Places
}

// knownBy is what advisories are looked up by beside the name and the version of a system's package: its sources, RPM's
// module, and names of the CPE dictionary. A package manager repeats it as it is for as long as the package is there.
func (f *found) knownBy() string {
	var b strings.Builder
	for _, u := range f.Upstreams {
		b.WriteString(u.Name + " " + u.Version + "\n")
	}
	if m, ok := f.Metadata.value.(grypepkg.RpmMetadata); ok && m.ModularityLabel != nil {
		b.WriteString("module " + *m.ModularityLabel + "\n")
	}
	for _, c := range f.CPEs {
		b.WriteString(c.Attributes.Vendor + ":" + c.Attributes.Product + "\n")
	}
	return b.String()
}

// path is the path under which a package is reported.
func (f *found) path() string {
	if len(f.Places) == 0 {
		return ""
	}
	return slices.MinFunc(f.primary(), func(a, b place) int { return cmp.Compare(a.Path, b.Path) }).Path
}

// ownedFiles goes through the paths that a package says are its own.
func (f *found) ownedFiles(yield func(string) bool) {
	for rest := f.Owned; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, "\x00")
		if !yield(name) {
			return
		}
	}
}

// licenses lists the licences that a package declares. A text that was not classified (see licences.go) is none.
func licenses(p pkg.Package) []string {
	out := []string{}
	for _, l := range p.Licenses.ToSlice() {
		if v := cmp.Or(l.SPDXExpression, l.Value); v != "" && !strings.HasPrefix(v, "sha256:") {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// cpeNames lists a package's CPE names in their formatted form, sorted.
func (f *found) cpeNames() []string {
	out := make([]string, 0, len(f.CPEs))
	for _, c := range f.CPEs {
		out = append(out, c.Attributes.BindToFmtString())
	}
	slices.Sort(out)
	return slices.Compact(out)
}
