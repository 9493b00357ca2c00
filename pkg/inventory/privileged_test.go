package inventory

import (
	"testing"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/google/go-cmp/cmp"
)

// RPM and apk say which files are privileged; for dpkg the names count that this package of Debian brings so.
func TestPrivileged(t *testing.T) {
	t.Parallel()
	sum := file.Digest{Algorithm: "md5", Value: "1"}
	tests := []struct {
		name     string
		metadata any
		of       string
		want     []Privileged
	}{
		{"dpkg", pkg.DpkgDBEntry{Files: []pkg.DpkgFileRecord{{Path: "/usr/bin/su", Digest: &sum}, {Path: "/usr/bin/find", Digest: &sum}, {Path: "/usr/bin/newgrp"}}}, "login",
			[]Privileged{
				{Path: "/usr/bin/su", Package: "login", Setuid: true, Setgid: true, Algorithm: "md5", Digest: "1"},
				{Path: "/usr/bin/newgrp", Package: "login", Setuid: true, Setgid: true},
			}},
		{"dpkg, of a server with a helper", pkg.DpkgDBEntry{Files: []pkg.DpkgFileRecord{{Path: "/usr/lib/mysql/plugin/auth_pam_tool_dir/auth_pam_tool", Digest: &sum}}}, "mariadb-server",
			[]Privileged{{Path: "/usr/lib/mysql/plugin/auth_pam_tool_dir/auth_pam_tool", Package: "mariadb-server", Setuid: true, Setgid: true, Algorithm: "md5", Digest: "1"}}},
		{"dpkg, without setuid", pkg.DpkgDBEntry{Files: []pkg.DpkgFileRecord{{Path: "/usr/bin/ssh-agent"}, {Path: "/usr/lib/openssh/ssh-keysign"}}}, "openssh-client",
			[]Privileged{{Path: "/usr/bin/ssh-agent", Package: "openssh-client", Setgid: true}, {Path: "/usr/lib/openssh/ssh-keysign", Package: "openssh-client", Setuid: true, Setgid: true}}},
		{"dpkg, with capabilities", pkg.DpkgDBEntry{Files: []pkg.DpkgFileRecord{{Path: "/usr/bin/ping"}}}, "iputils-ping",
			[]Privileged{{Path: "/usr/bin/ping", Package: "iputils-ping", Setuid: true, Setgid: true, Capability: true}}},
		{"dpkg, only with capabilities", pkg.DpkgDBEntry{Files: []pkg.DpkgFileRecord{{Path: "/usr/bin/systemd-detect-virt"}}}, "systemd",
			[]Privileged{{Path: "/usr/bin/systemd-detect-virt", Package: "systemd", Capability: true}}},
		{"dpkg, of another package", pkg.DpkgDBEntry{Files: []pkg.DpkgFileRecord{{Path: "/usr/bin/passwd", Digest: &sum}, {Path: "/usr/bin/ping"}}}, "libc6", nil},
		{"dpkg, of one whose name goes on otherwise", pkg.DpkgDBEntry{Files: []pkg.DpkgFileRecord{{Path: "/usr/bin/at"}}}, "attr", nil},
		{"RPM", pkg.RpmDBEntry{Files: []pkg.RpmFileRecord{{Path: "/usr/bin/su", Mode: 0o104755, Digest: sum}, {Path: "/usr/bin/sudo", Mode: 0o100755}, {Path: "/usr/bin/write", Mode: 0o102755}}}, "p",
			[]Privileged{{Path: "/usr/bin/su", Package: "p", Setuid: true, Algorithm: "md5", Digest: "1"}, {Path: "/usr/bin/write", Package: "p", Setgid: true}}},
		{"apk", pkg.ApkDBEntry{Files: []pkg.ApkFileRecord{{Path: "/bin/bbsuid", Permissions: "4111"}, {Path: "/bin/busybox", Permissions: "755"}, {Path: "/bin/x", Permissions: "many"}}}, "p",
			[]Privileged{{Path: "/bin/bbsuid", Package: "p", Setuid: true}}},
		{"apk, with capabilities of another package", pkg.ApkDBEntry{Files: []pkg.ApkFileRecord{{Path: "/bin/ping", Permissions: "755"}}}, "p", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := found{Root: "/"}
			if diff := cmp.Diff(tt.want, f.privileged(pkg.Package{Name: tt.of, Metadata: tt.metadata})); diff != "" {
				t.Errorf("privileged (-want +got):\n%s", diff)
			}
		})
	}
}
