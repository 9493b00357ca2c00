package inventory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// systems describes which distribution each package is of.
func systems(t *testing.T, layers ...[]imagetest.File) []string {
	t.Helper()
	var out []string
	for _, p := range take(t, layers...).Packages {
		release := "nothing"
		if p.Release != nil {
			release = p.Release.ID + " " + p.Release.VersionID
		}
		out = append(out, fmt.Sprintf("%s %s %s in %s: %s", p.Name, p.Version, p.State, p.Root, release))
	}
	return out
}

// A package's distribution is that of its database's root, in the layer where it was found.
func TestReleaseOfPackages(t *testing.T) {
	t.Parallel()
	release := func(dir, id, version string) imagetest.File {
		return file(dir+"etc/os-release", fmt.Sprintf("ID=%s\nVERSION_ID=%s\n", id, version))
	}
	chroot := file("opt/chroot/var/lib/dpkg/status", status("a=1").Body)
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{"upgraded", [][]imagetest.File{{release("", "debian", "11"), status("a=1", "b=1")}, {release("", "debian", "12"), status("a=2", "b=1")}},
			[]string{"a 1 shadowed in /: debian 11", "a 2 visible in /: debian 12", "b 1 visible in /: debian 12"}},
		{"only the name changes", [][]imagetest.File{{release("", "debian", "11"), status("a=1")}, {release("", "debian", "99")}}, []string{"a 1 visible in /: debian 11"}},
		{"it calls itself an older release", [][]imagetest.File{{release("", "debian", "12"), status("a=1", "b=1")}, {release("", "debian", "11"), status("b=1", "a=1", "c=1")}},
			[]string{"a 1 visible in /: debian 12", "b 1 visible in /: debian 12", "c 1 visible in /: debian 11"}},
		{"it calls itself another distribution", [][]imagetest.File{{release("", "debian", "12"), status("a=1", "b=1")}, {release("", "ubuntu", "24.04"), status("b=1", "a=1")}},
			[]string{"a 1 visible in /: debian 12", "b 1 visible in /: debian 12"}},
		{"upgraded twice, with a number of two digits", [][]imagetest.File{{release("", "debian", "9"), status("a=1", "b=1")}, {release("", "debian", "10"), status("a=1", "b=1")}, {release("", "debian", "11"), status("a=1", "b=1", "c=1")}},
			[]string{"a 1 visible in /: debian 11", "b 1 visible in /: debian 11", "c 1 visible in /: debian 11"}},
		{"the name is removed", [][]imagetest.File{{release("", "debian", "11"), status("a=1")}, {whiteout("etc/os-release")}}, []string{"a 1 visible in /: debian 11"}},
		{"the name comes later", [][]imagetest.File{{status("a=1")}, {release("", "debian", "11")}}, []string{"a 1 visible in /: debian 11"}},
		{"no name", [][]imagetest.File{{status("a=1")}}, []string{"a 1 visible in /: nothing"}},
		{"a byte order mark", [][]imagetest.File{{file("etc/os-release", "\ufeffID=debian\nVERSION_ID=11\n"), status("a=1")}}, []string{"a 1 visible in /: debian 11"}},
		{"in single quotes", [][]imagetest.File{{file("etc/os-release", "ID='debian'\nVERSION_ID='11'\n"), status("a=1")}}, []string{"a 1 visible in /: debian 11"}},
		{"in single quotes, behind a link", [][]imagetest.File{{symlink("etc/os-release", "release"), file("etc/release", "ID='debian'\nVERSION_ID='11'\n"), status("a=1")}}, []string{"a 1 visible in /: debian 11"}},
		{"in single quotes, in a chroot", [][]imagetest.File{{release("", "alpine", "3.20.1"), apkDB("a=1"), release("opt/chroot/", "'debian'", "'11'"), chroot}},
			[]string{"a 1 visible in /: alpine 3.20.1", "a 1 visible in /opt/chroot: debian 11"}},
		{"in a chroot", [][]imagetest.File{{release("", "alpine", "3.20.1"), apkDB("a=1"), release("opt/chroot/", "debian", "11"), chroot}},
			[]string{"a 1 visible in /: alpine 3.20.1", "a 1 visible in /opt/chroot: debian 11"}},
		{"in a chroot that has its name in another place", [][]imagetest.File{{release("", "debian", "12"), file("opt/chroot/usr/lib/os-release", "ID=debian\nVERSION_ID=11\n"), chroot}}, []string{"a 1 visible in /opt/chroot: debian 11"}},
		{"in a chroot whose name is behind a link of its own", [][]imagetest.File{{file("usr/lib/os-release", "ID=debian\nVERSION_ID=12\n"), file("opt/chroot/usr/lib/os-release", "ID=debian\nVERSION_ID=11\n"), symlink("opt/chroot/etc/os-release", "/usr/lib/os-release"), chroot}},
			[]string{"a 1 visible in /opt/chroot: debian 11"}},
		{"in a chroot without a name", [][]imagetest.File{{release("", "debian", "12"), chroot}}, []string{"a 1 visible in /opt/chroot: debian 12"}},
		{"in a chroot that is upgraded", [][]imagetest.File{{release("", "debian", "12"), release("opt/chroot/", "debian", "11"), chroot}, {release("opt/chroot/", "debian", "13"), file("opt/chroot/var/lib/dpkg/status", status("a=2").Body)}},
			[]string{"a 1 shadowed in /opt/chroot: debian 11", "a 2 visible in /opt/chroot: debian 13"}},
		{"behind a link", [][]imagetest.File{{release("", "debian", "12"), symlink("var/lib/dpkg", "/data"), file("data/status", status("a=1").Body)}}, []string{"a 1 visible in /: debian 12"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, systems(t, tt.layers...)); diff != "" {
				t.Errorf("Take() (-want +got):\n%s", diff)
			}
		})
	}
}

// The package URL names the distribution of the package's own system.
func TestPackageURLInAChroot(t *testing.T) {
	t.Parallel()
	inv := take(t, []imagetest.File{osRelease("12"), file("opt/chroot/etc/os-release", osRelease("11").Body), file("opt/chroot/var/lib/dpkg/status", status("a=1").Body)})
	if want := "pkg:deb/debian/a@1?arch=amd64&distro=debian-11"; len(inv.Packages) != 1 || inv.Packages[0].PURL != want {
		t.Errorf("packages = %+v, want one of %s", inv.Packages, want)
	}
}

// Nor does a package URL name what a later layer makes of the system.
func TestPackageURLAfterAnotherName(t *testing.T) {
	t.Parallel()
	inv := take(t, []imagetest.File{osRelease("12"), status("a=1", "b=1")}, []imagetest.File{osRelease("11"), status("b=1", "a=1")})
	if want := "pkg:deb/debian/a@1?arch=amd64&distro=debian-12"; len(inv.Packages) != 2 || inv.Packages[0].PURL != want {
		t.Errorf("packages = %+v, want the first to be %s", inv.Packages, want)
	}
}

// A database that moves neither doubles its packages nor moves them to a later layer.
func TestMovedDatabase(t *testing.T) {
	t.Parallel()
	const dpkg, site = "/var/lib/dpkg/status", "/usr/lib/sysimage/rpm/rpmdb.sqlite"
	rocky := file("etc/os-release", "ID=rocky\nVERSION_ID=9.3\nID_LIKE=\"rhel centos fedora\"\n")
	rpm := rpmDatabase(t, rpmPackage{name: "a", version: "1"})
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{"apk, as /lib becomes a link", [][]imagetest.File{
			{file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.1\n"), apkDB("a=1")},
			{whiteout("lib"), file("usr/lib/apk/db/installed", apkDB("a=1", "b=1").Body), symlink("lib", "usr/lib")},
		}, []string{"apk a 1 layer 0 visible /usr/lib/apk/db/installed", "apk b 1 layer 1 visible /usr/lib/apk/db/installed"}},
		{"dpkg, from a file for each package", [][]imagetest.File{
			{osRelease("11"), file("var/lib/dpkg/status.d/a", "Package: a\nVersion: 1\nArchitecture: amd64\n")},
			{whiteout("var/lib/dpkg/status.d/a"), status("a=1", "b=1")},
		}, []string{"deb a 1 layer 0 visible " + dpkg, "deb b 1 layer 1 visible " + dpkg}},
		{"dpkg, listed twice", [][]imagetest.File{
			{osRelease("11"), file("var/lib/dpkg/status.d/a", "Package: a\nVersion: 1\nArchitecture: amd64\n")}, {status("a=1")},
		}, []string{"deb a 1 layer 0 visible " + dpkg}},
		{"dpkg, of two architectures", [][]imagetest.File{{osRelease("11"), file("var/lib/dpkg/status", status("a=1").Body+strings.ReplaceAll(status("a=1").Body, "amd64", "i386"))}},
			[]string{"deb a 1 layer 0 visible " + dpkg, "deb a 1 layer 0 visible " + dpkg}},
		{"rpm", [][]imagetest.File{
			{rocky, file("var/lib/rpm/rpmdb.sqlite", rpm)}, {whiteout("var/lib/rpm"), file("usr/lib/sysimage/rpm/rpmdb.sqlite", rpm), symlink("var/lib/rpm", "../../usr/lib/sysimage/rpm")},
		}, []string{"rpm a 1-1.el9 layer 0 visible " + site}},
		{"rpm, and another root", [][]imagetest.File{
			{rocky, file("var/lib/rpm/rpmdb.sqlite", rpm)}, {file("opt/root/var/lib/rpm/rpmdb.sqlite", rpm)},
		}, []string{"rpm a 1-1.el9 layer 1 visible /opt/root/var/lib/rpm/rpmdb.sqlite", "rpm a 1-1.el9 layer 0 visible /var/lib/rpm/rpmdb.sqlite"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, describe(take(t, tt.layers...))); diff != "" {
				t.Errorf("Take() (-want +got):\n%s", diff)
			}
		})
	}
}

// A database is read with what lies beside it, also where only that changes.
func TestDatabaseOfSeveralFiles(t *testing.T) {
	t.Parallel()
	const dpkg, rpm = "var/lib/dpkg/status", "var/lib/rpm/rpmdb.sqlite"
	rocky := file("etc/os-release", "ID=rocky\nVERSION_ID=9.3\nID_LIKE=\"rhel centos fedora\"\n")
	db, log := rpmLog(t, rpmPackage{name: "b", version: "2"}, rpmPackage{name: "a", version: "1"})
	update := func(number, packages string) imagetest.File {
		return file("var/lib/dpkg/updates/"+number, status(packages).Body)
	}
	both := []string{"rpm a 1-1.el9 layer 0 visible /" + rpm, "rpm b 2-1.el9 layer 1 visible /" + rpm}
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{"the log of SQLite", [][]imagetest.File{{rocky}, {file(rpm, db), file(rpm+"-wal", log)}}, []string{"rpm a 1-1.el9 layer 1 visible /" + rpm, both[1]}},
		{"the log of SQLite in a later layer", [][]imagetest.File{{rocky, file(rpm, db), file(rpm+"-wal", "")}, {file(rpm+"-wal", log)}}, both},
		{"the log of SQLite, removed", [][]imagetest.File{{rocky, file(rpm, db)}, {file(rpm+"-wal", log)}, {whiteout(rpm + "-wal")}},
			[]string{both[0], "rpm b 2-1.el9 layer 1 shadowed /" + rpm}},
		{"updates of dpkg", [][]imagetest.File{{osRelease("12"), status("a=1", "b=1"), update("0000", "a=2"), update("0001", "a=3"), update("tmp.i", "c=1")}},
			[]string{"deb a 3 layer 0 visible /" + dpkg, "deb b 1 layer 0 visible /" + dpkg}},
		{"updates of dpkg in a later layer", [][]imagetest.File{{osRelease("12"), status("a=1", "b=1")}, {update("0000", "a=2")}},
			[]string{"deb a 1 layer 0 shadowed /" + dpkg, "deb a 2 layer 1 visible /" + dpkg, "deb b 1 layer 0 visible /" + dpkg}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, describe(take(t, tt.layers...))); diff != "" {
				t.Errorf("Take() (-want +got):\n%s", diff)
			}
		})
	}
}

// The state of a Debian package is the third word of its status.
func TestStateOfDebianPackages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status string
		want   bool
	}{
		{"install ok installed", true},
		{"deinstall ok installed", true},
		{"purge ok installed", true},
		{"hold ok installed", true},
		{"install reinstreq half-installed", true},
		{"install ok unpacked", true},
		{"install ok triggers-pending", true},
		{"deinstall ok config-files", false},
		{"purge ok config-files", false},
		{"install ok not-installed", false},
		{"deinstall ok", true}, // dpkg does not write this
	}
	for _, tt := range tests {
		t.Run(tt.status, func(t *testing.T) {
			t.Parallel()
			db := status("a=1", "base=1")
			db.Body = strings.Replace(db.Body, "install ok installed", tt.status, 1)
			inv := take(t, []imagetest.File{osRelease("12"), db})
			if got := len(inv.Packages) == 2; got != tt.want {
				t.Errorf("a package with the status %q is there: %t, want %t", tt.status, got, tt.want)
			}
		})
	}
}

// A database that lists nothing, and what is no database, ends no run; one that cannot be read does.
func TestEmptyDatabase(t *testing.T) {
	t.Parallel()
	distroless := []imagetest.File{osRelease("12"), file("var/lib/dpkg/status.d/base", "Package: base\nVersion: 1\nArchitecture: amd64\n")}
	tests := []struct {
		name    string
		file    imagetest.File
		wantErr bool
	}{
		{"dpkg, empty", file("var/lib/dpkg/status", ""), false},
		{"dpkg, an empty line", file("var/lib/dpkg/status", "\n"), false},
		{"dpkg, all removed", file("var/lib/dpkg/status", strings.ReplaceAll(status("a=1").Body, "ok installed", "ok config-files")), false},
		{"dpkg, no packages", file("var/lib/dpkg/status", "Package a\nVersion\n"), true},
		{"dpkg, no packages in one of several files", file("var/lib/dpkg/status.d/broken", "Package a\nVersion\n"), true},
		{"dpkg, an empty file", file("var/lib/dpkg/status.d/.gitkeep", ""), false},
		{"dpkg, a list of files", file("var/lib/dpkg/status.d/base.list", "/usr/x\n"), false},
		{"dpkg, a list of configuration", file("var/lib/dpkg/status.d/base.conffiles", "/etc/x\n"), false},
		{"dpkg, a script", file("var/lib/dpkg/status.d/base.postinst", "#!/bin/sh\nset -e\n\necho x\n"), false},
		{"dpkg, no more than a mark", file("var/lib/dpkg/status.d/mark", "\ufeff"), false},
		{"dpkg, lines of blanks", file("var/lib/dpkg/status.d/blank", "\n \n\t\n"), false},
		{"dpkg, a package without a version", file("var/lib/dpkg/status", "Package: a\nVersion: 1\n\nPackage: b\n"), true},
		{"apk, a package without a version", file("lib/apk/db/installed", apkWith("a", "1-r0")+strings.Replace(apkWith("b", "1-r0"), "V:1-r0\n", "", 1)), true},
		{"apk, empty", file("lib/apk/db/installed", ""), false},
		{"apk, broken", file("lib/apk/db/installed", "x\n"), true},
		{"rpm, new", file("var/lib/rpm/rpmdb.sqlite", rpmDatabase(t)), false},
		{"rpm, empty", file("var/lib/rpm/rpmdb.sqlite", ""), false},
		{"rpm, no database", file("var/lib/rpm/rpmdb.sqlite", "x"), true},
		{"rpm, truncated", file("var/lib/rpm/rpmdb.sqlite", rpmDatabase(t, rpmPackage{name: "a", version: "1"})[:5000]), true},
		{"rpm, a log that is none", file("var/lib/rpm/rpmdb.sqlite-wal", "x"), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv, err := tryTake(t, append(distroless, tt.file))
			if (err != nil) != tt.wantErr {
				t.Fatalf("Take() = %v, want an error: %t", err, tt.wantErr)
			}
			if err == nil && (len(inv.Packages) != 1 || len(inv.Unreadable) > 0) {
				t.Errorf("packages = %v, unreadable = %v", describe(inv), inv.Unreadable)
			}
		})
	}
}

// A byte order mark before a database hides nothing.
func TestByteOrderMark(t *testing.T) {
	t.Parallel()
	const mark = "\ufeff"
	inv := take(t, []imagetest.File{
		osRelease("12"), file("var/lib/dpkg/status", mark+status("a=1").Body), file("lib/apk/db/installed", mark+strings.TrimPrefix(apkDB("b=1").Body, "C:Q1p78yvTLG094tHE1+dToJGbmYzQE=\n")),
		file("app/package.json", mark+npm("app", "c", "1").Body), file("var/lib/dpkg/status.d/d", mark+"Package: d\nVersion: 1"),
	})
	var got []string
	for _, p := range inv.Packages {
		got = append(got, p.Name)
	}
	if diff := cmp.Diff([]string{"a", "b", "c", "d"}, got); diff != "" {
		t.Errorf("packages (-want +got):\n%s\nunreadable: %v", diff, inv.Unreadable)
	}
}
