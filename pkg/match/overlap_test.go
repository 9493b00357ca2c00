package match

import (
	"testing"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// Which packages of a language are left to the advisories of the distribution whose package has their files.
func TestPartOf(t *testing.T) {
	t.Parallel()
	on := func(id, version string, like ...string) *distro.Distro {
		return distro.FromRelease(&linux.Release{ID: id, VersionID: version, IDLike: like}, nil)
	}
	debian, ubuntu, alpine, rhel, amazon := on("debian", "12"), on("ubuntu", "24.04"), on("alpine", "3.18.0"), on("rhel", "9"), on("amzn", "2023", "fedora", "rhel")
	const team, person, vendor = "Debian Python Team <team+python@tracker.debian.org>", "Andrii <andrii@example.org>", "Elastic <info@elastic.example>"
	of := func(typ pkg.Type, name, version string) inventory.Package {
		return inventory.Package{Package: finding.Package{Type: string(typ), Name: name, Version: version}, Path: "/usr/lib/" + name}
	}
	at := func(name string, p inventory.Package) inventory.Package {
		p.Path = name
		return p
	}
	by := func(maintainer string, typ pkg.Type, name, version string, source ...string) inventory.Package {
		p := of(typ, name, version)
		p.Details.Maintainer = maintainer
		for _, s := range source {
			p.Details.Upstreams = append(p.Details.Upstreams, grypepkg.UpstreamPackage{Name: s})
		}
		return p
	}
	yaml, lodash, search := of(pkg.PythonPkg, "PyYAML", "5.3.1"), of(pkg.NpmPkg, "lodash", "4.17.4"), of(pkg.JavaPkg, "elasticsearch", "7.10.0")
	tests := []struct {
		name   string
		p      inventory.Package
		owner  inventory.Package
		distro *distro.Distro
		want   bool
	}{
		{"python package of a deb", yaml, by(team, pkg.DebPkg, "python3-yaml", "5.3.1-5+deb12u1"), debian, true},
		{"with another version", yaml, by(team, pkg.DebPkg, "python3-yaml", "5.4-1"), debian, false},
		{"that does not know its version", of(pkg.PythonPkg, "mpmath", "0.0.0"), by(team, pkg.DebPkg, "python3-mpmath", "1.2.1-2"), debian, true},
		{"that says it does not", of(pkg.PythonPkg, "mpmath", "unknown"), by(team, pkg.DebPkg, "python3-mpmath", "1.2.1-2"), debian, true},
		{"that does not, of a vendor", of(pkg.PythonPkg, "mpmath", "0.0.0"), by(vendor, pkg.DebPkg, "calculator", "1.2.1-2"), debian, false},
		{"with a version that begins alike", of(pkg.PythonPkg, "PyYAML", "5.3"), by(team, pkg.DebPkg, "python3-yaml", "5.3.1-1"), debian, false},
		{"whose version begins with the package's", yaml, by(team, pkg.DebPkg, "python3-yaml", "5-1"), debian, false},
		{"of Ubuntu", yaml, by("Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>", pkg.DebPkg, "python3-yaml", "5.3.1-1ubuntu1"), ubuntu, true},
		{"of Debian's own software", of(pkg.PythonPkg, "python-apt", "2.6.0"), by("APT <deity@lists.debian.org>", pkg.DebPkg, "python3-apt", "2.6.0"), debian, true},
		{"of a maintainer with a private address", yaml, by(person, pkg.DebPkg, "python3-yaml", "5.3.1-5"), debian, true},
		{"in whose package's name the library's is", of(pkg.JavaPkg, "log4j-core", "2.19.0"), by(person, pkg.DebPkg, "liblog4j2-java", "2.19.0-2", "libapache-log4j-java"), debian, true},
		{"by the name of the source", lodash, by(person, pkg.DebPkg, "lodash", "4.17.4-1", "node-lodash"), debian, true},
		{"with a name of two letters", of(pkg.NpmPkg, "ms", "2.0.0"), by(person, pkg.DebPkg, "node-ms", "2.0.0-1"), debian, true},
		{"with two letters of a name", of(pkg.NpmPkg, "forms", "2.0.0"), by(person, pkg.DebPkg, "node-ms", "2.0.0-1"), debian, false},
		{"of a library without a revision", lodash, by(person, pkg.DebPkg, "node-lodash", "4.17.4"), debian, false},
		{"of another library", lodash, by(person, pkg.DebPkg, "node-shop", "4.17.4-1"), debian, false},
		{"of a vendor", search, by(vendor, pkg.DebPkg, "elasticsearch", "7.10.0"), debian, false},
		{"of a vendor, with a revision", search, by(vendor, pkg.DebPkg, "elasticsearch", "7.10.0-1"), debian, false},
		{"of one's own", lodash, by(person, pkg.DebPkg, "shop-frontend", "4.17.4"), debian, false},
		{"of one's own, with a revision", lodash, by(person, pkg.DebPkg, "shop-frontend", "4.17.4-1"), debian, false},
		{"of nobody", lodash, of(pkg.DebPkg, "shop-frontend", "4.17.4-1"), debian, false},
		{"of an address that is like Debian's", lodash, by("Shop <shop@debian.org.example>", pkg.DebPkg, "shop-frontend", "4.17.4-1"), debian, false},
		{"of Debian's maintainers in another repository", lodash, by(team, pkg.DebPkg, "node-lodash", "4.17.4-1.pgdg120+1"), debian, false},
		{"of a maker of another distribution", search, by("Microsoft Corporation", pkg.DebPkg, "elasticsearch", "7.10.0-1"), debian, false},
		{"where no distribution brings libraries", at("/app/yaml", yaml), by(team, pkg.DebPkg, "python3-yaml", "5.3.1-5"), debian, false},
		{"of an rpm", yaml, by("Red Hat, Inc.", pkg.RpmPkg, "python3-pyyaml", "5.3.1-1.el9"), rhel, true},
		{"of a vendor's rpm", yaml, by("Fedora Project", pkg.RpmPkg, "python3-yaml", "5.3.1-1.el9"), rhel, false},
		{"python package of an apk", yaml, by("Natanael Copa <ncopa@alpinelinux.org>", pkg.ApkPkg, "py3-yaml", "5.3.1-r0"), alpine, false},
		{"python package of an rpm of Amazon", yaml, by("Amazon Linux", pkg.RpmPkg, "python3-pyyaml", "5.3.1-1"), amazon, false},
		{"a deb of a deb", of(pkg.DebPkg, "a", "1-1"), by(team, pkg.DebPkg, "a", "1-1"), debian, false},
		{"an owner without a distribution", yaml, by(team, pkg.DebPkg, "python3-yaml", "5.3.1-5"), nil, false},
		{"an npm package of an npm package", lodash, by(team, pkg.NpmPkg, "a", "4.17.4"), debian, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.distro != nil {
				tt.owner.Release = &linux.Release{ID: tt.distro.ID(), IDLike: tt.distro.IDLike}
			}
			if got := partOf(tt.p, tt.owner, tt.distro); got != tt.want {
				t.Errorf("partOf() = %t, want %t", got, tt.want)
			}
		})
	}
}

// How distributions write upstream's versions.
func TestSpelling(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, system, upstream string
		want                   bool
	}{
		{"a revision", "4.17.4-1", "4.17.4", true},
		{"a revision of a security update", "5.3.1-5+deb12u1", "5.3.1", true},
		{"an epoch", "3:4.17.4-1", "4.17.4", true},
		{"an epoch of RPM", "1:2.3-4.el8", "2.3", true},
		{"no revision", "4.17.4", "4.17.4", true},
		{"repacked", "4.17.4+dfsg-1", "4.17.4", true},
		{"repacked twice", "4.17.4++dfsg2-1", "4.17.4", true},
		{"repacked, after a tilde", "4.17.4~ds1-1", "4.17.4", true},
		{"repacked, after a dot", "4.17.4.dfsg.1-1", "4.17.4", true},
		{"repacked, after a hyphen", "4.17.4-dfsg1-1", "4.17.4", true},
		{"repacked by another word", "4.17.4+repack1-1", "4.17.4", true},
		{"joined with other sources", "4.17.4+~cs8.31.198.20210220-9", "4.17.4", true},
		{"joined with types", "3:4.7.7+~4.1.0-1", "4.7.7", true},
		{"joined, after a tilde", "4.17.4~4.1.0-1", "4.17.4", true},
		{"of a repository", "4.17.4+git2020-1", "4.17.4", true},
		{"put back", "6.0+really5.3.1-5+deb12u1", "5.3.1", true},
		{"put back, not what is said", "6.0+really5.3.1-5+deb12u1", "6.0", false},
		{"put back, with a dot", "5.0.0+really.4.17.4-1", "4.17.4", true},
		{"put back, with a number", "8.2.0+0.really.8.1.8-1", "8.1.8", true},
		{"put back, repacked", "0.7.0++dfsg2+really.0.6.1-15", "0.6.1", true},
		{"a variant of Java", "31.1-1", "31.1-jre", true},
		{"a variant of both", "31.1-jre-1", "31.1-jre", true},
		{"a final one", "4.1.48-4", "4.1.48.Final", true},
		{"a release", "4.3.30-2", "4.3.30.RELEASE", true},
		{"generally available", "3.27.0-1", "3.27.0-GA", true},
		{"a candidate", "1.0~rc1-1", "1.0rc1", true},
		{"a candidate of npm", "1.0.0~rc.1-1", "1.0.0-rc.1", true},
		{"a candidate, and the release", "1.0~rc1-1", "1.0", false},
		{"the release, and a candidate", "1.0.0-1", "1.0.0-rc.1", false},
		{"a word that begins like another", "1.0.0-1", "1.0.0-cspell", false},
		{"a date", "2022.09.24-1", "2022.9.24", true},
		{"a zero more", "2.0.0-1", "2.0", true},
		{"tenfold", "1.10-1", "1.1", false},
		{"a zero between", "1.0.1-1", "1.1", false},
		{"a part", "31.1-1", "31.1.1", false},
		{"a number behind a letter", "1.2a-1", "1.2", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := spelling(upstreamVersion(tt.system)) == spelling(tt.upstream); got != tt.want {
				t.Errorf("%s is %q, %s is %q: same %t, want %t", tt.system, spelling(upstreamVersion(tt.system)), tt.upstream, spelling(tt.upstream), got, tt.want)
			}
		})
	}
}
