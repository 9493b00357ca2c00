package inventory

import (
	"testing"

	"github.com/anchore/syft/syft/cpe"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"
)

// Which programs in systems' packages are their distribution's, by the packages' own word.
func TestBringsOf(t *testing.T) {
	t.Parallel()
	const commit = "65502ca9379dd29d1ac4b0bf0dcf03a3dd1b324a"
	tests := []struct {
		name, id string
		owner    found
		want     bool
	}{
		{"Debian", "debian", found{Type: pkg.DebPkg, Maintainer: "Chris Lamb <lamby@debian.org>"}, true},
		{"a list of Debian", "debian", found{Type: pkg.DebPkg, Maintainer: "Debian Nginx Maintainers <pkg-nginx-maintainers@alioth-lists.debian.net>"}, true},
		{"Ubuntu", "ubuntu", found{Type: pkg.DebPkg, Maintainer: "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>"}, true},
		{"Debian in what is made of it", "raspbian", found{Type: pkg.DebPkg, Maintainer: "Chris Lamb <lamby@debian.org>"}, true},
		{"elixir of Debian", "debian", found{Type: pkg.DebPkg, Version: "1.14.0.dfsg-2", Maintainer: "Evgeny Golyshev <eugulixes@gmail.com>"}, true},
		{"somebody else's", "debian", found{Type: pkg.DebPkg, Version: "1.14.0-1", Maintainer: "Somebody <not.eugulixes@gmail.com>"}, false},
		{"NGINX on Debian", "debian", found{Type: pkg.DebPkg, Maintainer: "NGINX Packaging <nginx-packaging@f5.com>"}, false},
		{"NodeSource", "debian", found{Type: pkg.DebPkg, Maintainer: "Ivan Iguaran <ivan@nodesource.com>"}, false},
		{"an address that is like Debian's", "debian", found{Type: pkg.DebPkg, Maintainer: "Shop <shop@debian.org.example>"}, false},
		{"nobody", "debian", found{Type: pkg.DebPkg}, false},
		{"apt.postgresql.org", "debian", found{Type: pkg.DebPkg, Version: "16.2-1.pgdg120+2", Maintainer: "Debian PostgreSQL Maintainers <team+postgresql@tracker.debian.org>"}, false},
		{"deb.sury.org", "debian", found{Type: pkg.DebPkg, Version: "8.2.15-1+0~20240118.66+debian12~1.gbp4a6ad6", Maintainer: "Debian PHP Maintainers <team+pkg-php@tracker.debian.org>"}, false},
		{"deb.sury.org for Ubuntu", "ubuntu", found{Type: pkg.DebPkg, Version: "8.2.15-1+ubuntu22.04.1+deb.sury.org+1", Maintainer: "Debian PHP Maintainers <team+pkg-php@tracker.debian.org>"}, false},
		{"RHEL", "rhel", found{Type: pkg.RpmPkg, Maintainer: "Red Hat, Inc."}, true},
		{"EPEL on RHEL", "rhel", found{Type: pkg.RpmPkg, Maintainer: "Fedora Project"}, false},
		{"Fedora", "fedora", found{Type: pkg.RpmPkg, Maintainer: "Fedora Project"}, true},
		{"a vendor on Fedora", "fedora", found{Type: pkg.RpmPkg, Maintainer: "NGINX Packaging <nginx-packaging@f5.com>"}, false},
		{"Rocky", "rocky", found{Type: pkg.RpmPkg, Maintainer: "Rocky Enterprise Software Foundation"}, true},
		{"AlmaLinux", "almalinux", found{Type: pkg.RpmPkg, Maintainer: "AlmaLinux"}, true},
		{"openEuler", "openEuler", found{Type: pkg.RpmPkg, Maintainer: "http://openeuler.org"}, true},
		{"Amazon", "amzn", found{Type: pkg.RpmPkg, Maintainer: "Amazon Linux"}, true},
		{"Oracle", "ol", found{Type: pkg.RpmPkg, Maintainer: "Oracle America"}, true},
		{"SUSE", "opensuse-leap", found{Type: pkg.RpmPkg, Maintainer: "SUSE LLC <https://www.suse.com/>"}, true},
		{"Azure Linux", "azurelinux", found{Type: pkg.RpmPkg, Maintainer: "Microsoft Corporation"}, true},
		{"Microsoft on RHEL", "rhel", found{Type: pkg.RpmPkg, Maintainer: "Microsoft Corporation"}, false},
		{"Photon", "photon", found{Type: pkg.RpmPkg, Maintainer: "VMware, Inc."}, true},
		{"Arch", "arch", found{Type: pkg.AlpmPkg, Maintainer: "Jan <jan@archlinux.org>"}, true},
		{"one's own on Arch", "arch", found{Type: pkg.AlpmPkg, Maintainer: "Unknown Packager"}, false},
		{"Alpine", "alpine", found{Type: pkg.ApkPkg, Maintainer: "Jakub Jirutka <jakub@jirutka.example>", Commit: commit}, true},
		{"nobody on Alpine", "alpine", found{Type: pkg.ApkPkg, Commit: commit}, true},
		{"NGINX on Alpine", "alpine", found{Type: pkg.ApkPkg, Maintainer: "NGINX Packaging <nginx-packaging@f5.com>", Commit: commit}, false},
		{"without a commit", "alpine", found{Type: pkg.ApkPkg, Maintainer: "Jakub Jirutka <jakub@jirutka.example>"}, false},
		{"without a commit on another system with apk", "wolfi", found{Type: pkg.ApkPkg}, true},
		{"Gentoo", "gentoo", found{Type: pkg.PortagePkg}, true},
		{"Nix", "nixos", found{Type: pkg.NixPkg}, true},
	}
	program := found{Name: "nginx", Places: []place{{Path: "/usr/sbin/nginx"}}, CPEs: []cpe.CPE{cpe.Must("cpe:2.3:a:nginx:nginx:1.25:*:*:*:*:*:*:*", cpe.DeclaredSource), cpe.Must("cpe:2.3:a:f5:nginx:1.25:*:*:*:*:*:*:*", cpe.DeclaredSource)}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.owner.bringsOf(&linux.Release{ID: tt.id}, &program); got != tt.want {
				t.Errorf("bringsOf() = %t, want %t", got, tt.want)
			}
		})
	}
	if of := (&found{Type: pkg.DebPkg, Maintainer: "Chris Lamb <lamby@debian.org>"}); of.bringsOf(nil, &program) {
		t.Error("bringsOf() of a system that does not say which it is = true, want false")
	}
}

// Where distributions bring files.
func TestIsPlaceOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		typ        pkg.Type
		root, name string
		want       bool
	}{
		{pkg.DebPkg, "/", "/usr/lib/python3/dist-packages/yaml/__init__.py", true},
		{pkg.DebPkg, "/", "/bin/redis", true},
		{pkg.DebPkg, "/", "/lib64/a.so", true},
		{pkg.DebPkg, "/", "/var/lib/a/a.jar", true},
		{pkg.DebPkg, "/", "/etc/a.py", true},
		{pkg.DebPkg, "/", "/usr/local/bin/redis", false},
		{pkg.DebPkg, "/", "/usr/locale/a", true},
		{pkg.DebPkg, "/", "/opt/app/a.jar", false},
		{pkg.DebPkg, "/", "/app/a.jar", false},
		{pkg.DebPkg, "/", "/root/a.jar", false},
		{pkg.DebPkg, "/", "", false},
		{pkg.DebPkg, "/srv/chroot", "/srv/chroot/usr/bin/redis", true},
		{pkg.DebPkg, "/srv/chroot", "/srv/chroot/srv/redis", false},
		{pkg.ApkPkg, "/", "/opt/app/a.jar", false},
		{pkg.RpmPkg, "/", "/opt/rh/rh-python38/root/usr/bin/python3", true},
		{pkg.RpmPkg, "/", "/app/a.jar", false},
		{pkg.AlpmPkg, "/", "/opt/a/a.jar", true},
		{pkg.NixPkg, "/", "/nix/store/a/bin/a", true},
		{pkg.PortagePkg, "/", "/usr/local/a", true},
	}
	for _, tt := range tests {
		t.Run(string(tt.typ)+" "+tt.root+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			if got := isPlaceOf(tt.typ, tt.root, tt.name); got != tt.want {
				t.Errorf("isPlaceOf() = %t, want %t", got, tt.want)
			}
		})
	}
	redis := found{Places: []place{{Path: "/app/redis"}}}
	if of := (&found{Type: pkg.DebPkg, Root: "/", Maintainer: "Chris Lamb <lamby@debian.org>"}); of.bringsOf(&linux.Release{ID: "debian"}, &redis) {
		t.Error("bringsOf() of a program where Debian brings none = true, want false")
	}
}
