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
		"Hex":       {kind: syftpkg.HexPkg, format: "semver"},
		"Pub":       {kind: syftpkg.DartPubPkg, format: "semver"},
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
	names := append(slices.Collect(maps.Keys(languages())), "Alpine", "Alpine:edge", "Debian")
	for _, d := range distributions() {
		names = append(names, d.example)
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return names
}

// parseEcosystem reads an OSV ecosystem with its suffix, if any.
func parseEcosystem(s string) (ecosystem, error) {
	base, suffix, hasSuffix := strings.Cut(s, ":")
	if of, ok := distributions()[base]; ok {
		rows, err := of.releases(suffix, hasSuffix)
		return ecosystem{kind: of.kind, format: of.format, releases: rows}, err
	}
	e, ok := languages()[base]
	// These two may name another repository, whose packages share the namespace.
	if !ok || hasSuffix && base != "Maven" && base != "Packagist" {
		if why := refused()[base]; why != "" {
			return ecosystem{}, fmt.Errorf("unsupported ecosystem %q: %s", s, why)
		}
		return ecosystem{}, fmt.Errorf("unsupported ecosystem %q", s)
	}
	return e, nil
}

// unsupported is the error for what stands behind the colon of an ecosystem.
func unsupported(base, suffix string) error {
	return fmt.Errorf("unsupported ecosystem %q", strings.TrimSuffix(base+":"+suffix, ":"))
}

// missing is the error for a release that there is not.
func missing(base, suffix string) error {
	return fmt.Errorf("%w: there is no such release", unsupported(base, suffix))
}

// between tells whether a number lies between two others. A release that does not exist yet is taken where it may come soon, so that new ones
// need no new program.
func between(number string, least, most int) bool {
	n, err := strconv.Atoi(number)
	return err == nil && least <= n && n <= most
}

// distribution is how the ecosystem of a distribution is written down.
type distribution struct {
	kind   syftpkg.Type
	format string
	// releases finds the operating system rows for what stands behind the colon, if anything.
	releases func(suffix string, hasSuffix bool) ([]v6.OperatingSystem, error)
	// apart tells whether that is a product whose packages are built apart from those of the releases, with versions that cannot be
	// compared with theirs, or that belong to no release that grype knows. Nil means that none is.
	apart func(suffix string) bool
	// example is how a release is written.
	example string
}

// distributions are the ecosystems of operating systems, by what stands before the colon.
func distributions() map[string]distribution {
	return map[string]distribution{
		"Alpine":      {kind: syftpkg.ApkPkg, format: "apk", releases: alpineReleases, example: "Alpine:vX.Y"},
		"Chainguard":  {kind: syftpkg.ApkPkg, format: "apk", releases: rolling("Chainguard"), example: "Chainguard"},
		"Debian":      {kind: syftpkg.DebPkg, format: "dpkg", releases: debianReleases, example: "Debian:N"},
		"openSUSE":    {kind: syftpkg.RpmPkg, format: "rpm", releases: openSUSEReleases, apart: openSUSEApart, example: "openSUSE:Leap X.Y"},
		"Red Hat":     {kind: syftpkg.RpmPkg, format: "rpm", releases: redHatReleases, apart: redHatApart, example: "Red Hat:enterprise_linux:N"},
		"Rocky Linux": {kind: syftpkg.RpmPkg, format: "rpm", releases: rockyReleases, example: "Rocky Linux:N"},
		"SUSE":        {kind: syftpkg.RpmPkg, format: "rpm", releases: suseReleases, apart: suseApart, example: "SUSE:Linux Enterprise Server N SPM"},
		"Ubuntu":      {kind: syftpkg.DebPkg, format: "dpkg", releases: ubuntuReleases, apart: ubuntuApart, example: "Ubuntu:YY.MM"},
		"Wolfi":       {kind: syftpkg.ApkPkg, format: "apk", releases: rolling("Wolfi"), example: "Wolfi"},
	}
}

// apart tells whether an ecosystem is a product of a distribution's vendor, and no release; see distribution.
func apart(ecosystem string) bool {
	base, suffix, _ := strings.Cut(ecosystem, ":")
	of := distributions()[base]
	return of.apart != nil && of.apart(suffix)
}

// rolling is for a distribution without releases.
func rolling(ecosystem string) func(suffix string, hasSuffix bool) ([]v6.OperatingSystem, error) {
	name := strings.ToLower(ecosystem)
	return func(suffix string, hasSuffix bool) ([]v6.OperatingSystem, error) {
		if hasSuffix {
			return nil, unsupported(ecosystem, suffix)
		}
		return []v6.OperatingSystem{{Name: name, ReleaseID: name, LabelVersion: "rolling"}}, nil
	}
}

// ubuntuCodenames are the releases of Ubuntu, and the names that os-release gives them: grype looks for both.
func ubuntuCodenames() map[string]string {
	return map[string]string{
		"12.04": "precise", "14.04": "trusty", "14.10": "utopic", "15.04": "vivid", "15.10": "wily", "16.04": "xenial", "16.10": "yakkety", "17.04": "zesty",
		"17.10": "artful", "18.04": "bionic", "18.10": "cosmic", "19.04": "disco", "19.10": "eoan", "20.04": "focal", "20.10": "groovy", "21.04": "hirsute",
		"21.10": "impish", "22.04": "jammy", "22.10": "kinetic", "23.04": "lunar", "23.10": "mantic", "24.04": "noble", "24.10": "oracular", "25.04": "plucky",
		"25.10": "questing", "26.04": "resolute",
	}
}

// ubuntuReleases takes what Ubuntu Pro repairs in a release for the release's own: a package below that version is affected with Pro and without.
func ubuntuReleases(suffix string, hasSuffix bool) ([]v6.OperatingSystem, error) {
	release := strings.TrimSuffix(strings.TrimPrefix(suffix, ubuntuPro), ":LTS")
	codename, ok := ubuntuCodenames()[release]
	if !ok {
		return nil, unsupported("Ubuntu", suffix)
	}
	major, minor, _ := strings.Cut(release, ".")
	return []v6.OperatingSystem{{Name: "ubuntu", ReleaseID: "ubuntu", MajorVersion: major, MinorVersion: minor, Codename: codename}}, nil
}

const ubuntuPro = "Pro:"

// ubuntuApart tells whether what stands behind "Ubuntu:" is a service of Ubuntu Pro, such as Pro:FIPS:20.04:LTS, which builds packages of its own
// with versions that cannot be compared with those of the release.
func ubuntuApart(suffix string) bool {
	service, ok := strings.CutPrefix(suffix, ubuntuPro)
	return ok && service != "" && !strings.Contains("0123456789", service[:1])
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
	case err != nil || strconv.Itoa(n) != suffix:
		return nil, unsupported("Debian", suffix)
	case !between(suffix, 1, 20):
		return nil, missing("Debian", suffix)
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
		return nil, unsupported("Alpine", suffix)
	}
	if !between(major, 1, 4) || !between(minor, 0, 60) {
		return nil, missing("Alpine", suffix)
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

// versionForms are the forms of versions where a package manager takes no others: [EPOCH:]VERSION[-RELEASE] of rpm, with the characters that
// rpmbuild allows, and [EPOCH:]VERSION[-REVISION] of dpkg (deb-version(7)).
func versionForms() map[syftpkg.Type]*regexp.Regexp {
	return map[syftpkg.Type]*regexp.Regexp{syftpkg.RpmPkg: rpmVersion, syftpkg.DebPkg: debVersion}
}

var (
	rpmVersion = regexp.MustCompile(`^([0-9]+:)?[0-9A-Za-z][0-9A-Za-z._+~^]*(-[0-9A-Za-z._+~^]+)?$`)
	debVersion = regexp.MustCompile(`^([0-9]+:[0-9A-Za-z][0-9A-Za-z.+~:-]*|[0-9A-Za-z][0-9A-Za-z.+~-]*)$`)
)

// check refuses the text at a path that no package can have as its version, and so would match none: a word such as latest, or a branch.
func (e ecosystem) check(v, path string) error {
	number := strings.ContainsAny(v, "0123456789")
	switch e.kind {
	case syftpkg.JavaPkg: // Finchley.RELEASE
		number = number || strings.Contains(v, ".")
	case syftpkg.PhpComposerPkg: // dev-main
		number = number || strings.HasPrefix(v, "dev-")
	}
	form := versionPattern
	if own := versionForms()[e.kind]; own != nil {
		form = own
	}
	if number && form.MatchString(v) && !branch.MatchString(v) {
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
