package inventory_test

import (
	"fmt"
	"testing"

	"github.com/anchore/syft/syft/linux"
	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// A system is of the release that its own package names, whatever os-release says.
func TestReleaseByPackages(t *testing.T) {
	t.Parallel()
	release := func(id, version string) imagetest.File {
		return file("etc/os-release", fmt.Sprintf("ID=%s\nVERSION_ID=%s\nVERSION_CODENAME=bullseye\n", id, version))
	}
	chroot := func(version string) []imagetest.File {
		return []imagetest.File{file("srv/etc/os-release", release("debian", version).Body), file("srv/var/lib/dpkg/status", status("a=1", "base-files=12.4").Body)}
	}
	type layers = [][]imagetest.File
	tests := []struct {
		name   string
		layers layers
		image  string
		want   []string
	}{
		{"both say the same", layers{{release("debian", "12.5"), status("base-files=12.4+deb12u5")}}, "debian 12.5", []string{"base-files 12.4+deb12u5: debian 12.5"}},
		{"an older one", layers{{release("debian", "11"), status("base-files=12.4+deb12u5", "a=1")}}, "debian 12", []string{"a 1: debian 12", "base-files 12.4+deb12u5: debian 12"}},
		{"a newer one", layers{{release("debian", "13"), status("base-files=9.9", "a=1")}}, "debian 9", []string{"a 1: debian 9", "base-files 9.9: debian 9"}},
		{"with an epoch, and no number", layers{{release("debian", "bullseye"), status("base-files=1:12.4")}}, "debian 12", []string{"base-files 1:12.4: debian 12"}},
		{"no release", layers{{file("etc/os-release", "ID=debian\n"), status("base-files=14")}}, "debian ", []string{"base-files 14: debian "}},
		{"not that package", layers{{release("debian", "11"), status("base-passwd=12")}}, "debian 11", []string{"base-passwd 12: debian 11"}},
		{"not of that distribution", layers{{release("ubuntu", "24.04"), status("base-files=13ubuntu10")}}, "ubuntu 24.04", []string{"base-files 13ubuntu10: ubuntu 24.04"}},
		{"alpine", layers{{release("alpine", "3.3.0"), apkDB("alpine-release=3.9.6-r0")}}, "alpine 3.9", []string{"alpine-release 3.9.6-r0: alpine 3.9"}},
		{"another patch of alpine", layers{{release("alpine", "3.9.1"), apkDB("alpine-release=3.9.6-r0")}}, "alpine 3.9.1", []string{"alpine-release 3.9.6-r0: alpine 3.9.1"}},
		{"alpine of a round number", layers{{release("alpine", "3.3.0"), apkDB("alpine-base=4.0.1-r0")}}, "alpine 4.0", []string{"alpine-base 4.0.1-r0: alpine 4.0"}},
		{
			"what was left of before an upgrade", layers{{release("debian", "11"), status("base-files=11.1", "a=1")}, {release("debian", "12"), status("base-files=12.4", "b=1")}}, "debian 12",
			[]string{"a 1: debian 11", "b 1: debian 12", "base-files 11.1: debian 11", "base-files 12.4: debian 12"},
		},
		{
			"what came after os-release was changed", layers{{release("debian", "12"), status("base-files=12.4")}, {release("debian", "11"), status("base-files=12.4", "a=1")}}, "debian 12",
			[]string{"a 1: debian 12", "base-files 12.4: debian 12"},
		},
		{"in another system", layers{append(chroot("11"), release("debian", "11"), status("base-files=11.1"))}, "debian 11", []string{"a 1: debian 12", "base-files 11.1: debian 11", "base-files 12.4: debian 12"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, tt.layers...)
			if got := inv.Release.ID + " " + inv.Release.VersionID; got != tt.image {
				t.Errorf("the image is %s, want %s", got, tt.image)
			}
			var got []string
			for _, p := range inv.Packages {
				got = append(got, fmt.Sprintf("%s %s: %s %s", p.Name, p.Version, p.Release.ID, p.Release.VersionID))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Take() (-want +got):\n%s", diff)
			}
		})
	}
}

// Reports name both releases, and no name of the wrong one is left by which advisories could be looked up.
func TestReleaseByPackagesIsNamed(t *testing.T) {
	t.Parallel()
	inv := take(t, []imagetest.File{file("etc/os-release", "NAME=Debian\nID=debian\nVERSION_ID=11\nVERSION=11\nVERSION_CODENAME=bullseye\n"), status("base-files=12.4")})
	want := &linux.Release{Name: "Debian", ID: "debian", VersionID: "12", PrettyName: "Debian 12 (os-release: 11)"}
	if diff := cmp.Diff(want, inv.Release); diff != "" {
		t.Errorf("Release (-want +got):\n%s", diff)
	}
}
