package osv

import (
	"testing"

	"github.com/anchore/grype/grype/distro"
	"github.com/anchore/syft/syft/linux"
	syftpkg "github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/vulndb/vulndbtest"
)

// Advisories for distributions and ecosystems beside those of testdata/advisories are matched as grype looks them up, by what os-release says.
func TestBuildFurtherEcosystems(t *testing.T) {
	t.Parallel()
	fixed := func(id, ecosystem, version string) string {
		return record(id, ecosystem, "some", events(`{"introduced":"0"},{"fixed":"`+version+`"}`))
	}
	dir, result, err := buildFrom(t,
		fixed("T-noble", "Ubuntu:24.04:LTS", "2.0-1ubuntu1"), fixed("T-plucky", "Ubuntu:25.04", "2.0-1ubuntu2"), fixed("T-trusty", "Ubuntu:Pro:14.04:LTS", "2.0-1ubuntu1+esm3"),
		`{"id":"T-fips","affected":[{"package":{"ecosystem":"Ubuntu:Pro:FIPS-updates:20.04:LTS","name":"some"},"versions":["1.0-1"]},
			{"package":{"ecosystem":"Ubuntu:20.04:LTS","name":"some"},"versions":["1.0-1"]}]}`,
		fixed("T-wolfi", "Wolfi", "2.0-r1"), fixed("T-chainguard", "Chainguard", "2.0-r1"), fixed("T-hex", "Hex", "2.0.0"), fixed("T-pub", "Pub", "2.0.0"))
	if err != nil {
		t.Fatal(err)
	}
	vulndbtest.Diff(t, "result", result, Result{Advisories: 8, Packages: 8, Unmatched: []string{"T-fips (some of Ubuntu:Pro:FIPS-updates:20.04:LTS)"}})
	db := open(t, dir)
	of := func(id, version, codename string) *distro.Distro {
		return distro.FromRelease(&linux.Release{ID: id, VersionID: version, VersionCodename: codename}, distro.DefaultFixChannels())
	}
	tests := []struct {
		name    string
		kind    syftpkg.Type
		distro  *distro.Distro
		version string
		want    []string
	}{
		{"Ubuntu", syftpkg.DebPkg, of("ubuntu", "24.04", "noble"), "1.0-1", []string{"T-noble unknown [2.0-1ubuntu1]"}},
		{"Ubuntu, fixed", syftpkg.DebPkg, of("ubuntu", "24.04", "noble"), "2.0-1ubuntu1", []string{}},
		{"Ubuntu without a codename", syftpkg.DebPkg, of("ubuntu", "24.04", ""), "1.0-1", []string{"T-noble unknown [2.0-1ubuntu1]"}},
		{"an Ubuntu between long ones", syftpkg.DebPkg, of("ubuntu", "25.04", "plucky"), "1.0-1", []string{"T-plucky unknown [2.0-1ubuntu2]"}},
		{"another Ubuntu", syftpkg.DebPkg, of("ubuntu", "22.04", "jammy"), "1.0-1", []string{}},
		{"Ubuntu Pro", syftpkg.DebPkg, of("ubuntu", "14.04", "trusty"), "2.0-1ubuntu1", []string{"T-trusty unknown [2.0-1ubuntu1+esm3]"}},
		{"Ubuntu Pro, fixed", syftpkg.DebPkg, of("ubuntu", "14.04", "trusty"), "2.0-1ubuntu1+esm3", []string{}},
		{"Ubuntu beside a service of Pro", syftpkg.DebPkg, of("ubuntu", "20.04", "focal"), "1.0-1", []string{"T-fips unknown []"}},
		{"Wolfi", syftpkg.ApkPkg, of("wolfi", "20230201", ""), "1.0-r1", []string{"T-wolfi unknown [2.0-r1]"}},
		{"Wolfi, fixed", syftpkg.ApkPkg, of("wolfi", "20230201", ""), "2.0-r1", []string{}},
		{"Chainguard", syftpkg.ApkPkg, of("chainguard", "20230214", ""), "1.0-r1", []string{"T-chainguard unknown [2.0-r1]"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			vulndbtest.Diff(t, "matches", vulndbtest.Matches(t, db.Provider(), inDistro(tt.kind, tt.distro, "some", tt.version, "")), tt.want)
			if covers, _, err := db.Covers(t.Context(), tt.distro); err != nil || (covers.Advisories > 0) != (tt.name != "another Ubuntu") {
				t.Errorf("Covers(%s) = %+v, %v", tt.distro, covers, err)
			}
		})
	}
	for _, version := range []string{"1.9.9", "2.0.0"} {
		hex, pub := []string{"T-hex unknown [2.0.0]"}, []string{"T-pub unknown [2.0.0]"}
		if version == "2.0.0" {
			hex, pub = []string{}, []string{}
		}
		vulndbtest.Diff(t, "Hex "+version, vulndbtest.Matches(t, db.Provider(), vulndbtest.Installed(syftpkg.HexPkg, syftpkg.Elixir, "some", version)), hex)
		vulndbtest.Diff(t, "Pub "+version, vulndbtest.Matches(t, db.Provider(), vulndbtest.Installed(syftpkg.DartPubPkg, syftpkg.Dart, "some", version)), pub)
	}
}

func TestBuildRefusesReleases(t *testing.T) {
	t.Parallel()
	for _, ecosystem := range []string{"Ubuntu", "Ubuntu:99.04", "Ubuntu:noble", "Ubuntu:Pro:99.04:LTS", "Wolfi:1", "Chainguard:rolling", "Alpaquita:stream",
		"Red Hat", "Red Hat:enterprise_linux:nine", "Rocky Linux", "Rocky Linux:9.4", "SUSE", "SUSE:Linux Enterprise Server", "openSUSE", "openSUSE:Leap 15", "AlmaLinux:9",
		"SUSE:15.5", "openSUSE:15.5", "openSUSE:Leap"} {
		_, _, err := buildFrom(t, record("T-1", ecosystem, "some", events(`{"introduced":"0"}`)))
		vulndbtest.WantError(t, err, true, `unsupported ecosystem "`+ecosystem+`"`)
	}
	for _, ecosystem := range []string{"Debian:0", "Debian:99", "Alpine:v99.0", "Alpine:v3.99", "Red Hat:enterprise_linux:99", "Red Hat:rhel_els:1", "Rocky Linux:7", "Rocky Linux:99",
		"SUSE:Linux Enterprise Server 99 SP1", "openSUSE:Leap 14.1", "openSUSE:Leap 99.1"} {
		_, _, err := buildFrom(t, record("T-1", ecosystem, "some", events(`{"introduced":"0"}`)))
		vulndbtest.WantError(t, err, true, `unsupported ecosystem "`+ecosystem+`": there is no such release`)
	}
	// What may come within some years is taken.
	for _, ecosystem := range []string{"Debian:15", "Alpine:v3.30", "Red Hat:enterprise_linux:12", "Rocky Linux:11", "SUSE:Linux Enterprise Server 17.0", "openSUSE:Leap 16.1", "openSUSE:Leap 42.3"} {
		if _, _, err := buildFrom(t, record("T-1", ecosystem, "some", events(`{"introduced":"0"}`))); err != nil {
			t.Errorf("%s: %v", ecosystem, err)
		}
	}
}
