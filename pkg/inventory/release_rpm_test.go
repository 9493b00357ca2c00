package inventory

import (
	"testing"

	"github.com/anchore/syft/syft/linux"

	"github.com/layergate/layergate/pkg/finding"
)

// Packages of RPM name the release of each distribution, in the words of its os-release.
func TestReleaseByRPM(t *testing.T) {
	t.Parallel()
	tests := []struct{ id, says, name, version, want string }{
		{"rhel", "8.10", "redhat-release", "9.4-0.5.el9", "9"},
		{"rhel", "9.2", "redhat-release", "9.4-0.5.el9", "9.2"},
		{"rhel", "7.9", "redhat-release-server", "6.10-8.el6", "6"},
		{"centos", "7", "centos-stream-release", "9.0-24.el9", "9"},
		{"centos", "7", "centos-linux-release", "8.5-1.2111.el8", "8"},
		{"centos", "8", "centos-release", "7-9.2009.1.el7.centos", "7"},
		{"rocky", "8.9", "rocky-release", "9.3-1.2.el9", "9"},
		{"almalinux", "8.9", "almalinux-release", "9.3-1.el9", "9"},
		{"ol", "8.9", "oraclelinux-release", "8:9.3-1.0.1.el9", "9"},
		{"scientific", "6", "sl-release", "7.9-1.sl7", "7"},
		{"fedora", "39", "fedora-release-common", "40-39", "40"},
		{"fedora", "39", "fedora-release", "40-39", "40"},
		{"amzn", "2018.03", "system-release", "2-16.amzn2", "2"},
		{"amzn", "2023", "system-release", "2023.3.20240108-0.amzn2023", "2023"},
		{"mariner", "1.0", "mariner-release", "2.0-60.cm2", "2.0"},
		{"mariner", "2.0.20240123", "mariner-release", "2.0-60.cm2", "2.0.20240123"},
		{"azurelinux", "2.0", "azurelinux-release", "3.0-25.azl3", "3.0"},
		{"photon", "4.0", "photon-release", "5.0-1.ph5", "5.0"},
		{"sles", "15.4", "sles-release", "15.5-150500.55.1", "15.5"},
		{"sles", "15", "sles-release", "15-1.1", "15"},
		{"opensuse-leap", "15.4", "openSUSE-release", "15.5-lp155.286.1", "15.5"},
		{"opensuse-leap", "15.5", "Leap-release", "15.6-lp156.1.1", "15.6"},
		{"fedora", "39", "redhat-release", "9.4-0.5.el9", "39"},
		{"debian", "11", "base-files", "12.4-1", "11"}, // which is no package of dpkg
	}
	for _, tt := range tests {
		t.Run(tt.id+" "+tt.says+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			r := &linux.Release{ID: tt.id, VersionID: tt.says}
			inv := &Inventory{Release: r, Packages: []Package{{
				Package: finding.Package{Type: "rpm", Name: tt.name, Version: tt.version}, Root: "/", Release: r, State: finding.Visible,
			}}}
			inv.settle()
			if got := inv.Packages[0].Release.VersionID; got != tt.want || inv.Release.VersionID != tt.want {
				t.Errorf("the package is of %s and the image of %s, want %s", got, inv.Release.VersionID, tt.want)
			}
		})
	}
}
