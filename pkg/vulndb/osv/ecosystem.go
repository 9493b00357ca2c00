package osv

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/name"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/grype/grype/version"
	syftpkg "github.com/anchore/syft/syft/pkg"
)

// ecosystem is how an OSV ecosystem is written down in grype's database.
type ecosystem struct {
	kind   syftpkg.Type
	format string // the name of the version format, as grype's version.ParseFormat reads it
	// releases lists the operating system rows that an advisory belongs to; empty for languages.
	releases []v6.OperatingSystem
}

// languages are the ecosystems that belong to no operating system, by OSV's name for them.
func languages() map[string]ecosystem {
	return map[string]ecosystem{
		"npm":       {kind: syftpkg.NpmPkg, format: "semver"},
		"PyPI":      {kind: syftpkg.PythonPkg, format: "python"},
		"Go":        {kind: syftpkg.GoModulePkg, format: "go"},
		"RubyGems":  {kind: syftpkg.GemPkg, format: "gem"},
		"crates.io": {kind: syftpkg.RustPkg, format: "semver"},
		"Packagist": {kind: syftpkg.PhpComposerPkg, format: "semver"},
		"Maven":     {kind: syftpkg.JavaPkg, format: "maven"},
		"NuGet":     {kind: syftpkg.DotnetPkg, format: "semver"},
	}
}

const hintVersion = "name versions such as 1.2.3; as long as none has the fix leave fixed out, and for 1.x say where that is introduced and fixed"

// Ecosystems lists, sorted, the OSV ecosystems that Build understands.
func Ecosystems() []string {
	names := slices.Collect(maps.Keys(languages()))
	names = append(names, "Alpine", "Alpine:edge", "Alpine:vX.Y", "Debian", "Debian:N")
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return names
}

// parseEcosystem reads an OSV ecosystem with its suffix, if any.
func parseEcosystem(s string) (ecosystem, error) {
	base, suffix, hasSuffix := strings.Cut(s, ":")
	if base == "Debian" || base == "Alpine" {
		kind, format, releases := syftpkg.DebPkg, "dpkg", debianReleases
		if base == "Alpine" {
			kind, format, releases = syftpkg.ApkPkg, "apk", alpineReleases
		}
		rows, err := releases(suffix, hasSuffix)
		return ecosystem{kind: kind, format: format, releases: rows}, err
	}
	e, ok := languages()[base]
	// These two may name another repository, whose packages share the namespace.
	if !ok || hasSuffix && base != "Maven" && base != "Packagist" {
		return ecosystem{}, fmt.Errorf("unsupported ecosystem %q", s)
	}
	return e, nil
}

// debianCodenames are the releases an advisory for "Debian" as a whole applies to, and the names that os-release gives
// them.
func debianCodenames() map[int]string {
	return map[int]string{
		7: "wheezy", 8: "jessie", 9: "stretch", 10: "buster", 11: "bullseye", 12: "bookworm", 13: "trixie",
	}
}

func debianReleases(suffix string, hasSuffix bool) ([]v6.OperatingSystem, error) {
	codenames := debianCodenames()
	release := func(n int) v6.OperatingSystem {
		return v6.OperatingSystem{Name: "debian", ReleaseID: "debian", MajorVersion: strconv.Itoa(n), Codename: codenames[n]}
	}
	// grype looks the release after the newest stable one up under this label.
	unstable := v6.OperatingSystem{Name: "debian", ReleaseID: "debian", LabelVersion: "unstable"}
	if !hasSuffix {
		var rows []v6.OperatingSystem
		for _, n := range slices.Sorted(maps.Keys(codenames)) {
			rows = append(rows, release(n))
		}
		return append(rows, unstable), nil
	}
	n, err := strconv.Atoi(suffix)
	switch {
	case err != nil || n < 1 || n > 99 || strconv.Itoa(n) != suffix:
		return nil, fmt.Errorf("unsupported ecosystem %q", "Debian:"+suffix)
	case n == 14:
		return []v6.OperatingSystem{unstable}, nil
	}
	return []v6.OperatingSystem{release(n)}, nil
}

// newestAlpine is the last of the releases that an advisory for "Alpine" as a whole is written down for; grype falls
// back to them for a release that the database does not know.
const newestAlpine = 24

func alpineReleases(suffix string, hasSuffix bool) ([]v6.OperatingSystem, error) {
	release := func(major, minor string) v6.OperatingSystem {
		return v6.OperatingSystem{Name: "alpine", ReleaseID: "alpine", MajorVersion: major, MinorVersion: minor}
	}
	edge := v6.OperatingSystem{Name: "alpine", ReleaseID: "alpine", LabelVersion: "edge"}
	if !hasSuffix {
		rows := []v6.OperatingSystem{edge}
		for minor := range newestAlpine + 1 {
			rows = append(rows, release("3", strconv.Itoa(minor)))
		}
		return rows, nil
	}
	if suffix == "edge" {
		return []v6.OperatingSystem{edge}, nil
	}
	major, minor, ok := strings.Cut(strings.TrimPrefix(suffix, "v"), ".")
	_, errMajor := strconv.ParseUint(major, 10, 16)
	_, errMinor := strconv.ParseUint(minor, 10, 16)
	if !ok || errMajor != nil || errMinor != nil {
		return nil, fmt.Errorf("unsupported ecosystem %q", "Alpine:"+suffix)
	}
	return []v6.OperatingSystem{release(major, minor)}, nil
}

// normalName is a package's name as grype looks it up.
func (e ecosystem) normalName(s string) string { return name.Normalize(s, e.kind) }

// installed is a version as the matchers see it on an installed package.
func (e ecosystem) installed(v string) *version.Version {
	return version.New(v, grypepkg.VersionFormat(grypepkg.Package{Type: e.kind}))
}

// parses tells whether v is a version of this ecosystem.
func (e ecosystem) parses(v string) bool {
	return version.New(v, version.ParseFormat(e.format)).Validate() == nil
}

// branch is the form of what names all versions of a branch, as a range of npm does.
var branch = regexp.MustCompile(`^[vV]?[0-9.]+\.[xX](\.[xX])*$`)

// check refuses the text at a path that no package can have as its version, and so would match none: a word such as latest, or a branch.
func (e ecosystem) check(v, path string) error {
	number := strings.ContainsAny(v, "0123456789")
	switch e.kind {
	case syftpkg.JavaPkg: // Finchley.RELEASE
		number = number || strings.Contains(v, ".")
	case syftpkg.PhpComposerPkg: // dev-main
		number = number || strings.HasPrefix(v, "dev-")
	}
	if number && versionPattern.MatchString(v) && !branch.MatchString(v) {
		return nil
	}
	return &problem{path: path, hint: hintVersion, err: fmt.Errorf("%q is not a version", v)}
}

// compare orders two versions of this ecosystem; "0" is below all others (OSV schema, "introduced").
func (e ecosystem) compare(a, b string) (int, error) {
	switch {
	case a == b:
		return 0, nil
	case a == "0":
		return -1, nil
	case b == "0":
		return 1, nil
	}
	format := version.ParseFormat(e.format)
	if !e.parses(a) || !e.parses(b) {
		format = version.UnknownFormat
	}
	return version.New(a, format).Compare(version.New(b, format))
}
