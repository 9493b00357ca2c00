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
		{"the new versions list nothing", [][]imagetest.File{unlisted, {raised, list("libssl3"), list("curl")}}, upgraded, []string{atStatus}},

		{"a list without a record", with(list("libssl3", "/usr/lib/libssl.so.3")), here, []string{atDpkg}},
		{"a list of an architecture", with(list("libssl3:amd64", "/usr/lib/libssl.so.3")), here, []string{atDpkg}},
		{"checksums without a record", with(file("var/lib/dpkg/info/libssl3.md5sums", sum)), here, []string{atDpkg}},
		{"lists without records", with(list("libssl3", "/usr/lib/libssl.so.3"), list("b", "/usr/bin/base")), here, []string{"/var/lib/dpkg/info: b, libssl3"}},
		{"a list in a chroot", with(file("srv/c/var/lib/dpkg/info/base.list", "/usr/bin/c\n"), elf("srv/c/usr/bin/c", "c")), here, []string{"/srv/c/var/lib/dpkg/info: base"}},
		{"distroless: checksums without a record", with(file("var/lib/dpkg/status.d/libssl3.md5sums", sum)), here, []string{"/var/lib/dpkg/status.d: libssl3"}},
		{"opkg: a list without a record", with(file("usr/lib/opkg/info/libssl3.list", "/usr/lib/libssl.so.3\t0100755\n")), here, []string{"/usr/lib/opkg/info: libssl3"}},
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
