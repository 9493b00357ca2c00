package inventory

import "testing"

func TestRootOf(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, own, access, want string }{
		{"dpkg", "/var/lib/dpkg/status", "", "/"},
		{"dpkg, a file for each package", "/var/lib/dpkg/status.d/base", "", "/"},
		{"dpkg in /usr", "/usr/lib/dpkg/status", "", "/"},
		{"opkg", "/mnt/router/usr/lib/opkg/info/base.control", "", "/mnt/router"},
		{"apk", "/lib/apk/db/installed", "", "/"},
		{"apk in /usr", "/usr/lib/apk/db/installed", "", "/"},
		{"rpm", "/opt/root/usr/lib/sysimage/rpm/rpmdb.sqlite", "", "/opt/root"},
		{"rpm in an OSTree", "/usr/share/rpm/Packages", "", "/"},
		{"Mariner", "/var/lib/rpmmanifest/container-manifest-2", "", "/"},
		{"pacman", "/srv/a/var/lib/pacman/local/bash-5.2-1/desc", "", "/srv/a"},
		{"Portage", "/var/db/pkg/app-shells/bash-5.2/CONTENTS", "", "/"},
		{"a root in a root", "/srv/a/srv/b/var/lib/dpkg/status", "", "/srv/a/srv/b"},
		{"a link to it", "/data/status", "/srv/a/var/lib/dpkg/status", "/srv/a"},
		{"elsewhere", "/data/status", "/data/status", "/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := rootOf(tt.own, tt.access); got != tt.want {
				t.Errorf("rootOf(%q, %q) = %q, want %q", tt.own, tt.access, got, tt.want)
			}
		})
	}
}
