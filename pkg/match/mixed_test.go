package match

import (
	"strings"
	"testing"

	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// A package is of the newer release that its version names, and of its system's where that is the same or a newer one.
func TestNewer(t *testing.T) {
	t.Parallel()
	tests := []struct{ system, typ, version, want string }{
		{"debian 11", "deb", "2.36-9+deb12u4", "debian 12"},
		{"debian 11", "deb", "1.1-1~deb12u1", "debian 12"},
		{"debian 9", "deb", "1.1-1+deb10u1", "debian 10"},
		{"raspbian 11", "deb", "2.36-9+deb12u4+rpi1", "raspbian 12"},
		{"debian 12", "deb", "2.36-9+deb12u4", ""},
		{"debian 12.5", "deb", "2.36-9+deb12u4", ""},
		{"debian 12", "deb", "2.31-13+deb11u13", ""},         // carried over
		{"debian 12", "deb", "8.14.1-2+deb13u2~deb12u1", ""}, // rebuilt
		{"debian 12", "deb", "8.14.1-2+deb13u2~bpo12+1", ""}, // a backport
		{"debian 12", "deb", "8.14.1-2+deb13u2~bpo13+1", ""}, // so curl is called in the backports of bookworm
		{"debian 13", "deb", "13.0.1-1+deb131u", ""},         // so prosody is called in trixie
		{"debian 7", "deb", "1.2-1~bpo70+1", ""},
		{"debian ", "deb", "2.36-9+deb12u4", ""}, // testing and unstable name no release
		{"debian 11", "rpm", "2.36-9+deb12u4", ""},
		{"ubuntu 20.04", "deb", "1.2-3+deb12u1", ""}, // taken over from Debian
		{"ubuntu 20.04", "deb", "3.0.2-0ubuntu0.22.04.1", "ubuntu 22.04"},
		{"ubuntu 22.04", "deb", "6.8.0-40.40~24.04", "ubuntu 24.04"},
		{"ubuntu 22.04", "deb", "24.1.3-0ubuntu0.24.04.1~22.04.5", ""},
		{"ubuntu 24.04", "deb", "3.0.2-0ubuntu1.22.10.1", ""},
		{"ubuntu 22.04", "deb", "3.0.2-0ubuntu1.15", ""},
		{"rhel 8.10", "rpm", "1:3.0.7-27.el9", "rhel 9"},
		{"centos 8", "rpm", "1:3.0.7-27.el9_2.1", "centos 9"},
		{"rocky 8.9", "rpm", "1:18.20.2-1.module+el9.3.0+1", "rocky 9"},
		{"almalinux 8.9", "rpm", "1:18.20.2-1.module_el9.3.0+1", "almalinux 9"},
		{"ol 9.3", "rpm", "3.0.7-27.0.1.el9_3", ""},
		{"rhel 9.3", "rpm", "3.0.7-27.el8", ""},
		{"amzn 2", "rpm", "1.0-1.el7", ""},
		{"amzn 2", "rpm", "1.0-1.amzn2023.0.1", "amzn 2023"},
		{"amzn 2023", "rpm", "1.0-1.amzn2.0.1", ""},
		{"fedora 39", "rpm", "1.0-1.fc40", "fedora 40"},
		{"fedora 39", "rpm", "1.0-1.fc38", ""},
		{"mariner 1.0.20220122", "rpm", "1.0-1.cm2", "mariner 2.0"},
		{"mariner 2.0.20240123", "rpm", "1.0-1.cm2", ""},
		{"mariner 2.0.20240123", "rpm", "1.0-1.azl3", "azurelinux 3.0"},
		{"azurelinux 3.0", "rpm", "1.0-1.azl3", ""},
		{"photon 4.0", "rpm", "1.0-1.ph5", "photon 5.0"},
		{"photon 5.0", "rpm", "1.0-1.ph5", ""},
		{"sles 15.4", "rpm", "1.0-150500.3.1", "sles 15.5"},
		{"sles 15.5", "rpm", "1.0-150500.3.1", ""},
		{"sles 15.5", "rpm", "1.0-150200.3.1", ""},
		{"opensuse-leap 15.5", "rpm", "1.0-lp156.3.1", "opensuse-leap 15.6"},
		{"opensuse-leap 15.5", "rpm", "1.0-156.3.1", ""},
		{"alpine 3.9", "apk", "1.1.1a-r0", ""},
	}
	for _, tt := range tests {
		t.Run(tt.system+" "+tt.version, func(t *testing.T) {
			t.Parallel()
			id, version, _ := strings.Cut(tt.system, " ")
			got := newer(inventory.Package{Package: finding.Package{Type: tt.typ, Version: tt.version}}, &linux.Release{ID: id, VersionID: version})
			if got == nil && tt.want != "" || got != nil && nameOf(got) != tt.want {
				t.Errorf("newer() = %+v, want %q", got, tt.want)
			}
		})
	}
	if got := newer(inventory.Package{}, nil); got != nil {
		t.Errorf("newer() = %+v in a system that does not say what it is", got)
	}
}

// Nothing of the older release is left in the newer one's name.
func TestNewerIsNamed(t *testing.T) {
	t.Parallel()
	system := &linux.Release{Name: "Debian", PrettyName: "Debian 11", ID: "debian", IDLike: []string{"x"}, VersionID: "11", Version: "11", VersionCodename: "bullseye"}
	got := newer(inventory.Package{Package: finding.Package{Type: "deb", Version: "1+deb12u1"}}, system)
	want := &linux.Release{Name: "Debian", PrettyName: "Debian 12", ID: "debian", IDLike: []string{"x"}, VersionID: "12"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("newer() (-want +got):\n%s", diff)
	}
}

// A system with packages of a newer release is a gap, once for each release: of what does not name its own nobody knows which it is.
func TestMixed(t *testing.T) {
	t.Parallel()
	debian := &linux.Release{ID: "debian", VersionID: "11"}
	in := func(root, name, version string) inventory.Package {
		p := of(pkg.DebPkg, root, debian)
		p.Name, p.Version = name, version
		return p
	}
	gone := in("/", "gone", "1+deb13u1")
	gone.State = finding.Shadowed
	elsewhere := in("/", "upgraded", "2+deb12u1")
	elsewhere.Release = &linux.Release{ID: "debian", VersionID: "12"}
	inv := &inventory.Inventory{Release: debian, Packages: []inventory.Package{
		in("/", "a", "1+deb12u1"), in("/", "b", "1+deb11u1"), in("/", "c", "1"), in("/srv", "d", "2+deb12u1"), in("/", "e", "1+deb13u1"), in("", "nowhere", "1+deb14u1"), gone, elsewhere,
	}}
	want := []finding.Coverage{
		{Gap: finding.GapMixed, Distribution: "debian 12 on debian 11", Count: 2, Reason: "newer than the system's release are a 1+deb12u1, d 2+deb12u1"},
		{Gap: finding.GapMixed, Distribution: "debian 13 on debian 11", Count: 1, Reason: "newer than the system's release are e 1+deb13u1"},
	}
	packages := inv.Matchables()
	known := newDistros(inv, packages)
	var got []finding.Coverage
	for _, f := range asked(finding.Cover{}).gaps(inv, known, nil, nil) {
		got = append(got, *f.Coverage)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("gaps() (-want +got):\n%s", diff)
	}
	for i, version := range []string{"12", "11", "11", "12", "13", "11", "13", "12"} {
		if got := packages[i].Distro; got.Version != version || got.Codename != "" {
			t.Errorf("%s is judged by %s %q, want %s", packages[i].Name, got, got.Codename, version)
		}
	}
}
