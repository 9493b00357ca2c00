package match

import (
	"fmt"
	"strings"
	"testing"

	"github.com/anchore/syft/syft/linux"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// A system is of the distribution that its os-release names, or that is a gap; what is made of another distribution is that one's, too.
func TestForeign(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, system, typ, packages string // system is ID, release and ID_LIKE
		want                        string // the subject of the gap
	}{
		{"Debian", "debian 12", "deb", "base-files=12.4+deb12u5", ""},
		{"Debian's unstable", "debian ", "deb", "base-files=14", ""},
		{"Ubuntu", "ubuntu 22.04", "deb", "base-files=12ubuntu4.6", ""},
		{"Debian as Ubuntu", "ubuntu 22.04", "deb", "base-files=12.4+deb12u5 libc6=2.36-9", "debian on ubuntu 22.04"},
		{"Debian's first of a release as Ubuntu", "ubuntu 22.04", "deb", "base-files=13", "debian on ubuntu 22.04"},
		{"Ubuntu as Debian", "debian 12", "deb", "base-files=12ubuntu4.6", "ubuntu on debian 12"},
		{"Raspbian", "raspbian 12 debian", "deb", "base-files=12.4+deb12u5", ""},
		{"Kali", "kali 2024.1 debian", "deb", "base-files=1:2024.1.0", ""},
		{"Debian in what is made of it", "devuan 5 debian", "deb", "base-files=12.4+deb12u5", ""},
		{"Mint of Ubuntu", "linuxmint 21 ubuntu debian", "deb", "base-files=12ubuntu4.6", ""},
		{"Mint of Debian", "linuxmint 6 debian", "deb", "base-files=12.4+deb12u5", ""},
		{"Debian as what is made of Ubuntu", "pop 22.04 ubuntu", "deb", "base-files=12.4+deb12u5", "debian on pop 22.04"},
		{"another that has packages of dpkg", "echo 1", "deb", "base-files=12.4+deb12u5", ""},
		{"one that nobody knows", "homegrown 1", "deb", "base-files=12.4+deb12u5", ""},
		{"without that package", "ubuntu 22.04", "deb", "libc6=2.36-9", ""},
		{"Alpine", "alpine 3.19", "apk", "alpine-baselayout=3.4.3-r2 alpine-release=3.19.1-r0", ""},
		{"postmarketOS", "postmarketos 23.12 alpine", "apk", "alpine-baselayout=3.4.3-r2 postmarketos-base=33-r0", ""},
		{"Wolfi", "wolfi 20230201", "apk", "wolfi-baselayout=20230201-r7", ""},
		{"Chainguard", "chainguard 20230214", "apk", "wolfi-baselayout=20230201-r7", ""},
		{"Alpine as Wolfi", "wolfi 20230201", "apk", "alpine-baselayout=3.4.3-r2", "alpine on wolfi 20230201"},
		{"Wolfi as Alpine", "alpine 3.19", "apk", "wolfi-baselayout=20230201-r7", "wolfi on alpine 3.19"},
		{"RHEL", "rhel 9.3 fedora", "rpm", "redhat-release=9.3-0.5.el9", ""},
		{"Rocky", "rocky 9.3 rhel,centos,fedora", "rpm", "rocky-release=9.3-1.2.el9", ""},
		{"RHEL as Rocky", "rocky 9.3 rhel,centos,fedora", "rpm", "redhat-release=9.3-0.5.el9", "redhat on rocky 9.3"},
		{"Rocky as RHEL", "rhel 9.3 fedora", "rpm", "rocky-release=9.3-1.2.el9", "rockylinux on rhel 9.3"},
		{"AlmaLinux", "almalinux 9.3 rhel,centos,fedora", "rpm", "almalinux-release=9.3-1.el9", ""},
		{"CentOS 7", "centos 7 rhel,fedora", "rpm", "centos-release=7-9.2009.1.el7.centos", ""},
		{"CentOS Stream", "centos 9 rhel,fedora", "rpm", "centos-stream-release=9.0-23.el9", ""},
		{"what is made of RHEL", "scos 9 rhel,fedora", "rpm", "centos-stream-release=9.0-23.el9", ""},
		{"what is like RHEL and made of Fedora", "nobara 39 rhel,centos,fedora", "rpm", "fedora-release-common=39-1", ""},
		{"what is made of RHEL alone", "circle 8.9 rhel", "rpm", "fedora-release-common=39-1", "fedora on circle 8.9"},
		{"Oracle", "ol 9.3 fedora", "rpm", "oraclelinux-release=9:9.3-1.0.1.el9 redhat-release=3:9.3-1.0.1.el9", ""},
		{"Amazon", "amzn 2023 fedora", "rpm", "system-release=2023.3.20240108-0.amzn2023", ""},
		{"Fedora as Amazon", "amzn 2023 fedora", "rpm", "fedora-release-common=39-1", "fedora on amzn 2023"},
		{"Azure Linux as Mariner", "mariner 2.0", "rpm", "azurelinux-release=3.0-16.azl3", "azurelinux on mariner 2.0"},
		{"Tumbleweed", "opensuse-tumbleweed 20240101 opensuse,suse", "rpm", "openSUSE-release=20240101-1.1", ""},
		{"Leap as SLES", "sles 15.5", "rpm", "openSUSE-release=15.5-lp155.1", "opensuseleap on sles 15.5"},
		{"the package of another kind", "rocky 9.3", "rpm", "base-files=12.4+deb12u5", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			words := strings.Split(tt.system, " ")
			r := &linux.Release{ID: words[0], VersionID: words[1]}
			if len(words) > 2 {
				r.IDLike = strings.Split(strings.Join(words[2:], ","), ",")
			}
			inv := &inventory.Inventory{Release: r}
			for _, one := range strings.Fields(tt.packages) {
				name, version, _ := strings.Cut(one, "=")
				inv.Packages = append(inv.Packages, inventory.Package{Package: finding.Package{Name: name, Version: version, Type: tt.typ}, State: finding.Visible, Root: "/", Release: r})
			}
			var got []string
			for _, f := range (Target{}).foreign(inv) {
				got = append(got, f.Coverage.Distribution)
				if f.Coverage.Gap != finding.GapMixed || f.Coverage.Count != len(inv.Packages) || !strings.Contains(f.Coverage.Reason, strings.ReplaceAll(strings.Fields(tt.packages)[0], "=", " ")) {
					t.Errorf("foreign() = %+v, want a gap about all packages that names the first", f.Coverage)
				}
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("foreign() = %q, want %q", got, tt.want)
			}
		})
	}
}

// Each system is judged by its own packages, those that are there; what was of a distribution before the system became another is not mixed.
func TestForeignSystems(t *testing.T) {
	t.Parallel()
	centos, rocky, ubuntu := &linux.Release{ID: "centos", VersionID: "8"}, &linux.Release{ID: "rocky", VersionID: "8.9"}, &linux.Release{ID: "ubuntu", VersionID: "22.04"}
	noble := &linux.Release{ID: "ubuntu", VersionID: "24.04"}
	in := func(root, typ, pkg string, r *linux.Release, state finding.State) inventory.Package {
		name, version, _ := strings.Cut(pkg, " ")
		return inventory.Package{Package: finding.Package{Name: name, Version: version, Type: typ}, State: state, Root: root, Release: r}
	}
	inv := &inventory.Inventory{Release: rocky, Packages: []inventory.Package{
		in("/", "rpm", "bash 5.1", centos, finding.Visible), in("/", "rpm", "centos-linux-release 8.5", centos, finding.Shadowed), in("/", "rpm", "rocky-release 8.9", rocky, finding.Visible),
		in("/a", "deb", "base-files 12.4", noble, finding.Shadowed), in("/a", "deb", "libc6 2.36", noble, finding.Visible),
		in("/b", "deb", "base-files 12.4", ubuntu, finding.Visible), in("/c", "deb", "base-files 12.4", ubuntu, finding.Visible), in("/d", "deb", "libc6 2.36", ubuntu, finding.Visible),
		in("", "npm", "base-files 12.4", nil, finding.Visible), in("/e", "deb", "base-files 12.4", nil, finding.Visible),
	}}
	var got []string
	for _, f := range (Target{}).foreign(inv) {
		got = append(got, fmt.Sprintf("%s: %d, %s", f.Coverage.Distribution, f.Coverage.Count, f.Coverage.Reason))
	}
	want := []string{"debian on ubuntu 22.04: 1, os-release names another distribution than the package that brings it: base-files 12.4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("foreign() (-want +got):\n%s", diff)
	}
}
