package osv

import (
	"strings"
	"testing"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/syft/syft/linux"
	syftpkg "github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// release is a distribution as grype takes it from os-release.
func release(id, version string, like ...string) *distro.Distro {
	return distro.FromRelease(&linux.Release{ID: id, VersionID: version, IDLike: like}, distro.DefaultFixChannels())
}

// rpm is an installed package, of a stream of a module or of none; source is the file name of the package that it was built from.
func rpm(d *distro.Distro, name, version, label, source string) grypepkg.Package {
	p := inDistro(syftpkg.RpmPkg, d, name, version, "")
	p.Metadata = grypepkg.RpmMetadata{ModularityLabel: &label}
	if source != "" {
		p.Upstreams = []grypepkg.UpstreamPackage{{Name: source, Version: version}}
	}
	return p
}

// repaired is an advisory about a package that is affected up to a version.
func repaired(id, ecosystem, name, version string) string {
	return record(id, ecosystem, name, events(`{"introduced":"0"},{"fixed":"`+version+`"}`))
}

// Advisories of distributions with rpm packages are matched as grype looks them up, by what os-release says.
func TestBuildRPM(t *testing.T) {
	t.Parallel()
	dir, result, err := buildFrom(t,
		repaired("RHSA-9", "Red Hat:enterprise_linux:9::appstream", "some", "0:2.0-1.el9_4"),
		repaired("RHSA-10", "Red Hat:enterprise_linux:10.1", "some", "0:2.0-1.el10_1"),
		repaired("RHSA-ELS", "Red Hat:rhel_els:7", "some", "1:2.0-1.el7_9.1"),
		repaired("SUSE-15.5", "SUSE:Linux Enterprise Module for Basesystem 15 SP5", "some", "2.0-150500.1.1"),
		repaired("SUSE-15", "SUSE:Linux Enterprise Server 15", "some", "2.0-150000.1.1"),
		repaired("SUSE-LTSS", "SUSE:Linux Enterprise Server 15 SP3-LTSS", "some", "2.0-150300.1.1"),
		repaired("SUSE-16", "SUSE:Linux Enterprise Server 16.0", "some", "2.0-160000.1.1"),
		repaired("SUSE-12.5", "SUSE:Linux Enterprise Server LTSS Extended Security 12 SP5", "some", "2.0-8.1"),
		repaired("SUSE-12", "SUSE:Linux Enterprise Module for Containers 12", "some", "2.0-7.1"),
		repaired("SUSE-HUB", "SUSE:Package Hub 15 SP5", "hub", "2.0-bp155.1"),
		repaired("LEAP", "openSUSE:Leap 15.6", "some", "2.0-150600.1.1"),
		record("LISTED", "Red Hat:enterprise_linux:9::baseos", "listed", `,"versions":["1.0-1.el9","1:1.0-2.el9"]`),
	)
	if err != nil {
		t.Fatal(err)
	}
	vulndbtest.Diff(t, "result", result, Result{Advisories: 12, Packages: 12 + lastPackOf12})
	db := open(t, dir)
	tests := []struct {
		name string
		pkg  grypepkg.Package
		want []string
	}{
		{"RHEL", rpm(release("rhel", "9.4"), "some", "1.9-9.el9", "", ""), []string{"RHSA-9 unknown [0:2.0-1.el9_4]"}},
		{"RHEL, fixed", rpm(release("rhel", "9.4"), "some", "2.0-1.el9_4", "", ""), nil},
		{"RHEL, by its source", rpm(release("rhel", "9.4"), "some-libs", "1.9-9.el9", "", "some"), []string{"RHSA-9 unknown [0:2.0-1.el9_4]"}},
		{"RHEL with a minor release in the name", rpm(release("rhel", "10.2"), "some", "1.9-9.el10", "", ""), []string{"RHSA-10 unknown [0:2.0-1.el10_1]"}},
		{"RHEL with longer support", rpm(release("rhel", "7.9"), "some", "3.0-1.el7", "", ""), []string{"RHSA-ELS unknown [1:2.0-1.el7_9.1]"}},
		{"RHEL, another epoch", rpm(release("rhel", "7.9"), "some", "1:2.0-1.el7_9.1", "", ""), nil},
		{"CentOS", rpm(release("centos", "9"), "some", "1.9-9.el9", "", ""), []string{"RHSA-9 unknown [0:2.0-1.el9_4]"}},
		{"AlmaLinux", rpm(release("almalinux", "9.4"), "some", "1.9-9.el9", "", ""), []string{"RHSA-9 unknown [0:2.0-1.el9_4]"}},
		{"Rocky Linux without advisories of its own", rpm(release("rocky", "9.4"), "some", "1.9-9.el9", "", ""), []string{"RHSA-9 unknown [0:2.0-1.el9_4]"}},
		{"listed", rpm(release("rhel", "9.4"), "listed", "1.0-1.el9", "", ""), []string{"LISTED unknown []"}},
		{"listed with an epoch", rpm(release("rhel", "9.4"), "listed", "1:1.0-2.el9", "", ""), []string{"LISTED unknown []"}},
		{"not listed", rpm(release("rhel", "9.4"), "listed", "1.0-2.el9", "", ""), nil},
		{"SLES", rpm(release("sles", "15.5"), "some", "1.9-150500.1.1", "", ""), []string{"SUSE-15.5 unknown [2.0-150500.1.1]"}},
		{"SLES, by its source", rpm(release("sles", "15.5"), "libsome1", "1.9-150500.1.1", "", "some"), []string{"SUSE-15.5 unknown [2.0-150500.1.1]"}},
		{"SLES, fixed", rpm(release("sles", "15.5"), "some", "2.0-150500.1.1", "", ""), nil},
		{"SLES, Package Hub", rpm(release("sles", "15.5"), "hub", "1.9-bp155.1", "", ""), []string{"SUSE-HUB unknown [2.0-bp155.1]"}},
		{"SLES without a service pack", rpm(release("sles", "15"), "some", "1.9-150000.1.1", "", ""), []string{"SUSE-15 unknown [2.0-150000.1.1]"}},
		{"SLES, LTSS", rpm(release("sles", "15.3"), "some", "1.9-150300.1.1", "", ""), []string{"SUSE-LTSS unknown [2.0-150300.1.1]"}},
		{"SLES 16", rpm(release("sles", "16.0"), "some", "1.9-160000.1.1", "", ""), []string{"SUSE-16 unknown [2.0-160000.1.1]"}},
		{"SLES 12 with a module for all service packs", rpm(release("sles", "12.5"), "some", "1.9-1.1", "", ""), []string{"SUSE-12 unknown [2.0-7.1]", "SUSE-12.5 unknown [2.0-8.1]"}},
		{"SLES 12, another service pack", rpm(release("sles", "12.4"), "some", "1.9-1.1", "", ""), []string{"SUSE-12 unknown [2.0-7.1]"}},
		{"Leap", rpm(release("opensuse-leap", "15.6"), "some", "1.9-150600.1.1", "", ""), []string{"LEAP unknown [2.0-150600.1.1]"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := vulndbtest.Matches(t, db.Provider(), tt.pkg)
			vulndbtest.Diff(t, "matches", got, append([]string{}, tt.want...))
			if covers, _, err := db.Covers(t.Context(), tt.pkg.Distro); err != nil || covers.Advisories == 0 {
				t.Errorf("Covers(%s) = %+v, %v", tt.pkg.Distro, covers, err)
			}
		})
	}
}

// Rocky Linux is judged by its own advisories where a database has some, and others by Red Hat's as before.
func TestBuildRockyLinux(t *testing.T) {
	t.Parallel()
	dir, _, err := buildFrom(t, repaired("RHSA-1", "Red Hat:enterprise_linux:9::baseos", "some", "0:3.0-1.el9"), repaired("RLSA-1", "Rocky Linux:9", "some", "0:2.0-1.el9"))
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, dir)
	for id, want := range map[string][]string{
		"rocky": {"RLSA-1 unknown [0:2.0-1.el9]"}, "rhel": {"RHSA-1 unknown [0:3.0-1.el9]"}, "almalinux": {"RHSA-1 unknown [0:3.0-1.el9]"},
	} {
		vulndbtest.Diff(t, id, vulndbtest.Matches(t, db.Provider(), rpm(release(id, "9.4"), "some", "1.0-1.el9", "", "")), want)
	}
	vulndbtest.Diff(t, "Rocky Linux, fixed", vulndbtest.Matches(t, db.Provider(), rpm(release("rocky", "9.4"), "some", "2.5-1.el9", "", "")), []string{})
}

// A package of a module is only held against what is said of its stream, and one of no module against what is said of none.
func TestBuildModules(t *testing.T) {
	t.Parallel()
	const build = "1:18.20-1.module+el8.9.0+1+aa"
	module := func(id, summary, specific string) string {
		return `{"id":"` + id + `","summary":"` + summary + `","affected":[{"package":{"ecosystem":"Rocky Linux:8","name":"` + strings.ToLower(id) + `"}` +
			events(`{"introduced":"0"},{"fixed":"`+build+`"}`) + specific + `}]}`
	}
	dir, result, err := buildFrom(t,
		module("ONE", "Important: nodejs:18 security update", ""),
		module("TWO", "Red Hat Security Advisory: virt:rhel/virt-devel:rhel security and bug fix update", ""),
		module("SAID", "Important: security update", `,"ecosystem_specific":{"rpm_modularity":"nodejs:18"}`),
		module("NONE", "Important: security update", ""),
		repaired("PLAIN", "Rocky Linux:8", "plain", "0:2.0-1.el8"),
		repaired("ANY", "Rocky Linux:8", "any", "2.0-1"),
		record("NPM", "npm", "modular", events(`{"introduced":"0"},{"fixed":"2.0.0-a.module"}`)),
	)
	if err != nil {
		t.Fatal(err)
	}
	vulndbtest.Diff(t, "result", result, Result{Advisories: 7, Packages: 7, Unmatched: []string{"NONE (none of Rocky Linux:8)"}})
	db := open(t, dir)
	rocky := release("rocky", "8.9")
	tests := []struct {
		name, pkg, version, label string
		want                      bool
	}{
		{"its stream", "one", "1:18.1-1.module+el8.9.0+1+aa", "nodejs:18:8090020231019:aa", true},
		{"its stream, fixed", "one", build, "nodejs:18:8090020231019:aa", false},
		{"another stream", "one", "1:16.1-1.module+el8.9.0+1+aa", "nodejs:16:8090020231019:aa", false},
		{"no module", "one", "1:10.1-1.el8", "", false},
		{"the first of two", "two", "1:1.0-1.module+el8.9.0+1+aa", "virt:rhel:809:aa", true},
		{"the second of two", "two", "1:1.0-1.module+el8.9.0+1+aa", "virt-devel:rhel:809:aa", true},
		{"a stream that is named", "said", "1:18.1-1.module+el8.9.0+1+aa", "nodejs:18:809:aa", true},
		{"a stream that is not named", "none", "1:18.1-1.module+el8.9.0+1+aa", "nodejs:18:809:aa", false},
		{"outside of modules", "plain", "1.0-1.el8", "", true},
		{"a module where none is meant", "plain", "1.0-1.module+el8.9.0+1+aa", "plain:1:809:aa", false},
		{"of whatever module", "any", "1.0-1.module+el8.9.0+1+aa", "any:1:809:aa", true},
		{"of none either", "any", "1.0-1.el8", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := vulndbtest.Matches(t, db.Provider(), rpm(rocky, tt.pkg, tt.version, tt.label, "")); len(got) > 0 != tt.want {
				t.Errorf("matches = %q, want %t", got, tt.want)
			}
		})
	}
	vulndbtest.Diff(t, "npm", vulndbtest.Matches(t, db.Provider(), vulndbtest.Installed(syftpkg.NpmPkg, syftpkg.JavaScript, "modular", "1.0.0")), []string{"NPM unknown [2.0.0-a.module]"})
}

// Products that are built apart from a release are passed over by name, beside those that count, and are nothing to build a database from alone.
func TestBuildProductsApart(t *testing.T) {
	t.Parallel()
	for _, ecosystem := range []string{
		"Red Hat:openshift:4.12::el8", "Red Hat:rhel_eus:9.2::appstream", "Red Hat:rhel_aus:8.4::baseos", "SUSE:Linux Enterprise Micro 5.5", "SUSE:Linux Micro 6.0", "SUSE:Manager Server 4.3",
		"openSUSE:Tumbleweed", "openSUSE:Leap Micro 5.5", "openSUSE:Backports SLE-15-SP5",
	} {
		other := repaired("T-1", ecosystem, "some", "2.0-1")
		_, result, err := buildFrom(t, other, repaired("T-2", "openSUSE:Leap 15.6", "some", "2.0-1"))
		if err != nil {
			t.Errorf("%s: %v", ecosystem, err)
		}
		vulndbtest.Diff(t, ecosystem, result, Result{Advisories: 2, Packages: 1, Unmatched: []string{"T-1 (some of " + ecosystem + ")"}})
		_, _, err = buildFrom(t, other)
		vulndbtest.WantError(t, err, true, "nothing can match the advisory T-1 (some of "+ecosystem+"): the packages of that product")
		base, _, _ := strings.Cut(ecosystem, ":")
		if hints := strings.Join(fault.Hints(err), ""); !strings.Contains(hints, "for a release under "+base+":") {
			t.Errorf("%s: hints = %q, want how to name a release", ecosystem, hints)
		}
	}
}

// Each ecosystem that is refused is named in the error with the reason, and in the documentation.
func TestRefusedEcosystems(t *testing.T) {
	t.Parallel()
	page := string(vulndbtest.ReadFile(t, "../../../docs/database.md"))
	for ecosystem, why := range refused() {
		_, _, err := buildFrom(t, repaired("T-1", ecosystem+":1", "some", "2.0-1"))
		vulndbtest.WantError(t, err, true, `unsupported ecosystem "`+ecosystem+`:1": `+why)
		if !strings.Contains(page, ecosystem) {
			t.Errorf("docs/database.md does not name %s", ecosystem)
		}
	}
	for ecosystem := range distributions() {
		if !strings.Contains(page, ecosystem) {
			t.Errorf("docs/database.md does not name %s", ecosystem)
		}
	}
}
