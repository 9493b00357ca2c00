package inventory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// Packages of which nothing says enough are named: those that may be upgraded where nothing lists files, and those of which
// only a list is there.
func TestUnproven(t *testing.T) {
	t.Parallel()
	const openssl = "Source: openssl"
	elf := func(name, about string) imagetest.File { return executable(name, about) }
	unlisted := []imagetest.File{osRelease("12"), dpkgStatus(deb("base=1"), deb("libssl3=1", openssl), deb("curl=1")), elf("usr/bin/base", "base"), elf("usr/lib/libssl.so.3", "ssl 1"), elf("usr/bin/curl", "curl 1")}
	raised := dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("curl=2"))
	was := []string{"base 1", "curl 1, hidden by 1", "curl 2", "libssl3 1 of openssl, hidden by 1", "libssl3 2 of openssl"}
	upgraded := []string{"base 1", "curl 2", "libssl3 2 of openssl"}
	lists := []imagetest.File{list("libssl3", "/usr/lib/libssl.so.3"), list("curl", "/usr/bin/curl")}
	const atDpkg, atStatus = "/var/lib/dpkg/info: libssl3", "/var/lib/dpkg/status: curl, libssl3"
	base := []imagetest.File{osRelease("12"), status("base=1"), list("base", "/usr/bin/base"), elf("usr/bin/base", "base"), elf("usr/lib/libssl.so.3", "ssl 1")}
	with := func(files ...imagetest.File) [][]imagetest.File { return [][]imagetest.File{append(files, base...)} }
	here := []string{"base 1"}
	const sum = "0123456789abcdef0123456789abcdef  usr/lib/libssl.so.3\n"
	record := file("var/lib/dpkg/status.d/dG9vbA", "Package: tool\nVersion: 1\nArchitecture: amd64\n")
	control := file("usr/lib/opkg/info/tool.control", "Package: tool\nVersion: 1\nArchitecture: x86_64\n")
	removed := file("var/lib/dpkg/status", status("base=1").Body+strings.Replace(status("tool=1").Body, "Status: install ok installed", "Status: deinstall ok config-files\nConffiles:\n /opt/tool.conf 0123456789abcdef0123456789abcdef", 1))
	// One version is raised, beside what else a layer does.
	one := dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("curl=1"))
	wasOne := []string{"base 1", "curl 1", "libssl3 1 of openssl, hidden by 1", "libssl3 2 of openssl"}
	beside := func(files ...imagetest.File) [][]imagetest.File {
		more := []imagetest.File{file("usr/bin/notes", "x"), symlink("usr/bin/s.py", "base"), file("usr/share/doc/d.py", "1"), file("usr/lib/s.py", "1"), file("usr/lib/t.py", "1")}
		return [][]imagetest.File{append(more, unlisted...), append([]imagetest.File{one}, files...)}
	}
	const atOne = "/var/lib/dpkg/status: libssl3"
	// Of two architectures, each version says by its list what became of it, or says nothing.
	foreign := elf("usr/lib/i386/libssl.so.3", "ssl i386 1")
	both := func(version string) imagetest.File {
		return dpkgStatus(deb("base=1"), deb("libssl3="+version, openssl, "Multi-Arch: same"), deb("libssl3="+version, openssl, "Architecture: i386", "Multi-Arch: same"))
	}
	two := func(files ...imagetest.File) [][]imagetest.File {
		return [][]imagetest.File{{osRelease("12"), both("1"), elf("usr/bin/base", "base"), elf("usr/lib/libssl.so.3", "ssl 1"), foreign}, append([]imagetest.File{both("2")}, files...)}
	}
	i386 := dpkgStatus(deb("base=1"), deb("libssl3=1", openssl, "Architecture: i386", "Multi-Arch: same"))
	native, other := list("libssl3:amd64", "/usr/lib/libssl.so.3"), list("libssl3:i386", "/usr/lib/i386/libssl.so.3")
	newNative, newForeign := elf("usr/lib/libssl.so.3", "ssl 2"), elf("usr/lib/i386/libssl.so.3", "ssl i386 2")
	upgradedBoth := []string{"base 1", "libssl3 2 of openssl", "libssl3 2 of openssl"}
	const site = "usr/lib/python3/dist-packages/"
	six := func(version, code string) []imagetest.File {
		return []imagetest.File{
			dpkgStatus(deb("base=1"), deb("python3-six="+version, "Source: six")), file(site+"six.py", code),
			file(site+"six.dist-info/METADATA", "Metadata-Version: 2.1\nName: six\nVersion: "+version+"\n"), file(site+"six.dist-info/RECORD", "six.py,,\nsix.dist-info/METADATA,,\nsix.dist-info/RECORD,,\n"),
		}
	}
	tests := []struct {
		name   string
		layers [][]imagetest.File
		there  []string
		want   []string
	}{
		{"as many files are new as versions", [][]imagetest.File{unlisted, {raised, elf("usr/lib/libssl.so.3", "ssl 2"), elf("usr/bin/curl", "curl 2")}}, upgraded, []string{atStatus}},
		{"fewer files are new than versions", [][]imagetest.File{unlisted, {raised, elf("usr/bin/base", "base 2")}}, was, nil},
		{"fewer are new by another name", [][]imagetest.File{unlisted, {raised, whiteout("usr/bin/base"), elf("usr/bin/base2", "base 2"), elf("usr/bin/base3", "base 3")}}, was, nil},
		{"as many are new by another name", [][]imagetest.File{unlisted, {raised, whiteout("usr/bin/base"), elf("usr/bin/base2", "base 2"), whiteout("usr/bin/curl"), elf("usr/bin/curl2", "curl 2")}}, upgraded, []string{atStatus}},
		{"the new versions list new files", [][]imagetest.File{unlisted, append([]imagetest.File{raised, elf("usr/lib/libssl.so.3", "ssl 2"), elf("usr/bin/curl", "curl 2")}, lists...)}, upgraded, nil},
		{"one of the new versions lists new files", [][]imagetest.File{unlisted, append([]imagetest.File{raised, elf("usr/bin/curl", "curl 2")}, lists...)}, []string{"base 1", "curl 2", "libssl3 1 of openssl, hidden by 1", "libssl3 2 of openssl"}, nil},
		{"the new versions list files that are written again", [][]imagetest.File{unlisted, append([]imagetest.File{raised, withMode(elf("usr/lib/libssl.so.3", "ssl 1"), 0o700), withMode(elf("usr/bin/curl", "curl 1"), 0o700)}, lists...)}, was, nil},
		{"the new versions list copies", [][]imagetest.File{unlisted, {raised, list("libssl3", "/usr/lib/s"), elf("usr/lib/s", "ssl 1"), list("curl", "/usr/lib/c"), elf("usr/lib/c", "curl 1")}}, was, nil},
		{"the new versions list new scripts beside", [][]imagetest.File{unlisted, {raised, list("libssl3", "/usr/lib/libssl.so.3", "/usr/lib/s.py"), file("usr/lib/s.py", "x"), list("curl", "/usr/bin/c.py", "/usr/bin/curl"), file("usr/bin/c.py", "x")}}, was, nil},
		{"the new versions list scripts", [][]imagetest.File{unlisted, {raised, list("libssl3", "/usr/lib/s.py"), file("usr/lib/s.py", "x"), list("curl", "/usr/bin/c.py"), file("usr/bin/c.py", "x")}}, upgraded, []string{atStatus}},
		{"the new versions list an application", [][]imagetest.File{unlisted, {raised, list("libssl3", "/app/app"), list("curl", "/app/app"), elf("app/app", "app")}}, upgraded, []string{atStatus}},
		{"the new versions list changed scripts", [][]imagetest.File{append([]imagetest.File{file("usr/lib/s.py", "1"), file("usr/bin/c.py", "1")}, unlisted...), {raised, list("libssl3", "/usr/lib/s.py"), file("usr/lib/s.py", "2"), list("curl", "/usr/bin/c.py"), file("usr/bin/c.py", "2")}}, upgraded, nil},
		{"the new versions list a changed script before what was there", [][]imagetest.File{append([]imagetest.File{file("usr/lib/s.py", "1"), file("usr/bin/c.py", "1")}, unlisted...), {raised, list("libssl3", "/usr/lib/s.py", "/usr/lib/libssl.so.3"), file("usr/lib/s.py", "2"), list("curl", "/usr/bin/c.py", "/usr/bin/curl"), file("usr/bin/c.py", "2")}}, was, nil},
		{"the new version lists a changed program before one that is the same", beside(list("libssl3", "/usr/lib/libssl.so.3", "/usr/bin/base"), elf("usr/lib/libssl.so.3", "ssl 2")), []string{"base 1", "curl 1", "libssl3 2 of openssl"}, nil},
		{"the new version lists scripts that are written again", beside(list("libssl3", "/usr/lib/s.py"), withMode(file("usr/lib/s.py", "1"), 0o600)), wasOne, nil},
		{"the new version lists a changed script before a new one", beside(list("libssl3", "/usr/lib/s.py", "/usr/lib/u.py"), file("usr/lib/s.py", "2"), file("usr/lib/u.py", "1")), []string{"base 1", "curl 1", "libssl3 2 of openssl"}, nil},
		{"one of the new versions lists its file, and one nothing", [][]imagetest.File{unlisted, {raised, elf("usr/lib/libssl.so.3", "ssl 2"), lists[0]}}, upgraded, []string{"/var/lib/dpkg/status: curl"}},
		{"a version is raised, beside an edit of another's source", [][]imagetest.File{unlisted, {dpkgStatus(deb("base=1"), deb("libssl3=1", "Source: nonsense"), deb("curl=2")), elf("usr/bin/curl", "curl 2")}},
			[]string{"base 1", "curl 2", "libssl3 1 of nonsense", "libssl3 1 of openssl, hidden by 1"}, []string{"/var/lib/dpkg/status: curl"}},
		{"a program is new", beside(elf("usr/bin/new", "new")), wasOne, nil},
		{"a program is gone", beside(whiteout("usr/bin/base")), wasOne, nil},
		{"a program is gone, and another is written again", beside(whiteout("usr/bin/base"), withMode(elf("usr/bin/curl", "curl 1"), 0o700)), wasOne, nil},
		{"a program is gone, and data is new", beside(whiteout("usr/bin/base"), file("usr/bin/data", "x")), wasOne, nil},
		{"a program is gone, and a link is new", beside(whiteout("usr/bin/base"), symlink("usr/bin/l.py", "curl")), wasOne, nil},
		{"a program is gone, and one elsewhere is new", beside(whiteout("usr/bin/base"), elf("usr/lib/new.so", "new")), wasOne, nil},
		{"data is gone, and a program is new", beside(whiteout("usr/bin/notes"), elf("usr/bin/new", "new")), wasOne, nil},
		{"a link is gone, and a program is new", beside(whiteout("usr/bin/s.py"), elf("usr/bin/new", "new")), wasOne, nil},
		{"two programs are gone, and one is new", [][]imagetest.File{unlisted, {raised, whiteout("usr/bin/base"), whiteout("usr/bin/curl"), elf("usr/bin/new", "new")}}, was, nil},
		{"documentation is new", beside(file("usr/share/doc/d.py", "2")), wasOne, nil},
		{"a program is new in the place of one that is gone", beside(whiteout("usr/bin/base"), elf("usr/bin/new", "new")), []string{"base 1", "curl 1", "libssl3 2 of openssl"}, []string{atOne}},
		{"the program of a removed package is new", [][]imagetest.File{
			{osRelease("12"), dpkgStatus(deb("base=1"), deb("libssl3=1", openssl)), list("base", "/usr/bin/base"), elf("usr/bin/base", "base"), elf("usr/lib/libssl.so.3", "ssl 1")},
			{dpkgStatus(deb("libssl3=2", openssl)), elf("usr/bin/base", "other")},
		}, []string{"libssl3 2 of openssl"}, []string{atOne}},
		{"of two architectures, the first lists new files", two(native, newNative, other), upgradedBoth, nil},
		{"of two architectures, the second lists new files", two(native, other, newForeign), upgradedBoth, nil},
		{"of two architectures, the first lists nothing", two(newNative, other), upgradedBoth, []string{"/var/lib/dpkg/status: libssl3"}},
		{"of two architectures, the second lists nothing", two(native, newForeign), upgradedBoth, []string{"/var/lib/dpkg/status: libssl3"}},
		{"both of two architectures are new", two(newNative, newForeign), upgradedBoth, []string{"/var/lib/dpkg/status: libssl3"}},
		{"one of two architectures is new", two(newNative), []string{"base 1", "libssl3 1 of openssl, hidden by 1", "libssl3 1 of openssl, hidden by 1", "libssl3 2 of openssl", "libssl3 2 of openssl"}, nil},
		{"both are new, and the first lists it", two(native, newNative, newForeign), upgradedBoth, nil},
		{"one of two architectures is in no record", [][]imagetest.File{two()[0], {i386}}, []string{"base 1", "libssl3 1 of openssl", "libssl3 1 of openssl, hidden by 1"}, nil},
		{"one of two architectures is removed", [][]imagetest.File{two()[0], {i386, whiteout("usr/lib/libssl.so.3")}}, []string{"base 1", "libssl3 1 of openssl"}, nil},
		{"upgraded with what Python knows of it", [][]imagetest.File{append(six("1", "1"), osRelease("12"), elf("usr/bin/base", "base")), six("2", "2")}, []string{"base 1", "python3-six 2 of six", "six 2"}, []string{"/var/lib/dpkg/status: python3-six"}},
		{"the new versions list nothing", [][]imagetest.File{unlisted, {raised, list("libssl3"), list("curl")}}, upgraded, []string{atStatus}},

		{"a list without a record", with(list("libssl3", "/usr/lib/libssl.so.3")), here, []string{atDpkg}},
		{"a list of an architecture", with(list("libssl3:amd64", "/usr/lib/libssl.so.3")), here, []string{atDpkg}},
		{"checksums without a record", with(file("var/lib/dpkg/info/libssl3.md5sums", sum)), here, []string{atDpkg}},
		{"lists without records", with(list("libssl3", "/usr/lib/libssl.so.3"), list("b", "/usr/bin/base")), here, []string{"/var/lib/dpkg/info: b, libssl3"}},
		{"a list in a chroot", with(file("srv/c/var/lib/dpkg/info/base.list", "/usr/bin/c\n"), elf("srv/c/usr/bin/c", "c")), here, []string{"/srv/c/var/lib/dpkg/info: base"}},
		{"distroless: checksums without a record", with(file("var/lib/dpkg/status.d/libssl3.md5sums", sum)), here, []string{"/var/lib/dpkg/status.d: libssl3"}},
		{"opkg: a list without a record", with(file("usr/lib/opkg/info/libssl3.list", "/usr/lib/libssl.so.3\t0100755\n")), here, []string{"/usr/lib/opkg/info: libssl3"}},
		{"a list of an executable among configuration", with(list("libssl3", "/etc/ssl"), elf("etc/ssl", "x")), here, []string{atDpkg}},
		{"a list of data", with(list("libssl3", "/usr/share/ssl"), file("usr/share/ssl", "x")), here, []string{atDpkg}},
		{"a list of directories", with(list("libssl3", "/usr/lib")), here, nil},
		{"a list of files that are gone", with(list("libssl3", "/usr/lib/none.so")), here, nil},
		{"a list of configuration", with(list("libssl3", "/etc/ssl.conf"), file("etc/ssl.conf", "x")), here, nil},
		{"a list of a package that was removed", [][]imagetest.File{append([]imagetest.File{osRelease("12"), removed, list("tool", "/opt/tool.conf"), file("opt/tool.conf", "x")}, base[2:]...)}, here, nil},
		{"a list of a package of a lower layer", [][]imagetest.File{append([]imagetest.File{osRelease("12"), status("base=1", "libssl3=1"), list("libssl3", "/usr/lib/libssl.so.3")}, base[2:]...), {status("base=1")}}, []string{"base 1", "libssl3 1, hidden by 1"}, nil},
		{"distroless: a record by another name", with(record, file("var/lib/dpkg/status.d/dG9vbA.md5sums", sum)), []string{"base 1", "tool 1"}, nil},
		{"opkg: a record", with(control, file("usr/lib/opkg/info/tool.list", "/usr/lib/libssl.so.3\n")), []string{"base 1", "tool 1"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, tt.layers...)
			if diff := cmp.Diff(tt.there, there(inv)); diff != "" {
				t.Errorf("Take() (-want +got):\n%s", diff)
			}
			var got []string
			for _, gap := range inv.Unidentified {
				got = append(got, gap.Path+gap.Reason[strings.LastIndex(gap.Reason, ": "):])
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Unidentified (-want +got):\n%s", diff)
			}
		})
	}
}
