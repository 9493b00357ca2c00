package inventory_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
)

// list is dpkg's list of a package's files.
func list(name string, paths ...string) imagetest.File {
	return file("var/lib/dpkg/info/"+name+".list", "/.\n/usr\n"+strings.Join(paths, "\n")+"\n")
}

func md5sums(name string, paths ...string) imagetest.File {
	var b strings.Builder
	for _, p := range paths {
		fmt.Fprintf(&b, "0123456789abcdef0123456789abcdef  %s\n", strings.TrimPrefix(p, "/"))
	}
	return file("var/lib/dpkg/info/"+name+".md5sums", b.String())
}

// executable is an ELF file that no cataloger knows.
func executable(name, about string) imagetest.File {
	return imagetest.File{Name: name, Mode: 0o755, Body: "\x7fELF" + strings.Repeat("\x00", 60) + about}
}

func apkWith(name, version string, paths ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "C:Q1p78yvTLG094tHE1+dToJGbmYzQE=\nP:%s\nV:%s\nA:x86_64\nS:1\nI:1\nT:test\nL:MIT\no:%s\n", name, version, name)
	for _, p := range paths {
		k := strings.LastIndex(p, "/")
		fmt.Fprintf(&b, "F:%s\nR:%s\n", p[:k], p[k+1:])
	}
	return b.String() + "\n"
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func whiteout(name string) imagetest.File {
	k := strings.LastIndex(name, "/") + 1
	return imagetest.File{Name: name[:k] + ".wh." + name[k:]}
}

// A package of a system is gone when its files are gone, whatever became of the record.
func TestSystemPackagesWithoutRecord(t *testing.T) {
	t.Parallel()
	const dpkg, apk, rpm = "/var/lib/dpkg/status", "/lib/apk/db/installed", "/var/lib/rpm/rpmdb.sqlite"
	base := []imagetest.File{
		osRelease("12"), status("base=1", "tool=1"), list("base", "/usr/bin/base"), executable("usr/bin/base", "base"),
		list("tool", "/usr/bin/tool", "/usr/share/tool/data", "/usr/share/doc/tool/copyright", "/etc/tool.conf", "/var/lib/tool/state"),
		executable("usr/bin/tool", "tool 1"), file("usr/share/tool/data", "same"), file("usr/share/doc/tool/copyright", "x"),
		file("etc/tool.conf", "x"), file("var/lib/tool/state", "x"),
	}
	alpine := []imagetest.File{
		file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.1\n"), file("lib/apk/db/installed", apkWith("tool", "1-r0", "usr/bin/tool")),
		executable("usr/bin/tool", "tool 1"),
	}
	rocky := []imagetest.File{
		file("etc/os-release", "ID=rocky\nVERSION_ID=9.3\nID_LIKE=\"rhel centos fedora\"\n"), executable("usr/bin/tool", "tool 1"),
		file("var/lib/rpm/rpmdb.sqlite", rpmDatabase(t, rpmPackage{name: "tool", version: "1", files: []string{"/usr/bin/tool"}}, rpmPackage{name: "base", version: "1"})),
	}
	const baseThere = "deb base 1 layer 0 visible " + dpkg
	record := func(name, version string) imagetest.File {
		return file("var/lib/dpkg/status.d/"+name, "Package: "+name+"\nVersion: "+version+"\nArchitecture: amd64\n")
	}
	sums := func(name, of string) imagetest.File {
		return file("var/lib/dpkg/status.d/"+name+".md5sums", "0123456789abcdef0123456789abcdef  "+of+"\n")
	}
	distroless := []imagetest.File{
		osRelease("12"), record("base", "1"), sums("base", "usr/bin/base"), executable("usr/bin/base", "base"), record("other", "1"),
		record("tool", "1"), sums("tool", "usr/share/tool/data"), file("usr/share/tool/data", "same"),
	}
	const recordOf = "/var/lib/dpkg/status.d/"
	const siblings1, siblings2 = "deb base 1 layer 0 visible " + recordOf + "base", "deb other 1 layer 0 visible " + recordOf + "other"
	control := func(name, version string) imagetest.File {
		return file("usr/lib/opkg/info/"+name+".control", "Package: "+name+"\nVersion: "+version+"\nArchitecture: x86_64\n")
	}
	openWrt := []imagetest.File{
		file("etc/os-release", "ID=openwrt\nVERSION_ID=23.05\n"), control("base", "1"), file("usr/lib/opkg/info/base.list", "/bin/base\n"), file("bin/base", "base"),
		control("tool", "1"), file("usr/lib/opkg/info/tool.list", "/bin/tool\t0100755\n"), file("bin/tool", "x"),
	}
	arch := func(name, version string) imagetest.File {
		return file("var/lib/pacman/local/"+name+"-"+version+"/desc", "%NAME%\n"+name+"\n\n%VERSION%\n"+version+"\n\n%ARCH%\nx86_64\n\n")
	}
	pacman := []imagetest.File{
		file("etc/os-release", "ID=arch\n"), arch("tool", "1-1"), file("var/lib/pacman/local/tool-1-1/mtree", gzipped(t, "#mtree\n/set type=file uid=0 gid=0 mode=644\n./usr/bin/tool time=1.0 size=1\n")),
		file("var/lib/pacman/local/tool-1-1/files", "%FILES%\nusr/\nusr/bin/\nusr/bin/tool\n\n"), file("usr/bin/tool", "x"),
	}
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{
			name:   "its paragraph is taken out",
			layers: [][]imagetest.File{base, {status("base=1")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name:   "its paragraph is taken out, and its program written again",
			layers: [][]imagetest.File{base, {status("base=1"), executable("usr/bin/tool", "tool 1"), whiteout("usr/share/tool")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name:   "its paragraph is taken out, and its data written again",
			layers: [][]imagetest.File{base, {status("base=1"), whiteout("usr/bin/tool"), file("usr/share/tool/data", "same")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name:   "its paragraph is taken out, and its program moved",
			layers: [][]imagetest.File{base, {status("base=1"), executable("opt/tool", "tool 1"), whiteout("usr/bin/tool"), whiteout("usr/share/tool")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name:   "it is removed, and another program of its size lies there",
			layers: [][]imagetest.File{base, {status("base=1"), executable("usr/bin/tool", "mine 1"), whiteout("usr/share/tool")}},
			want:   []string{baseThere, "deb tool 1 layer 0 shadowed " + dpkg},
		},
		{
			name:   "it is removed, and a file with the content of its data lies elsewhere",
			layers: [][]imagetest.File{base, {status("base=1"), file("opt/data", "same"), whiteout("usr/bin/tool"), whiteout("usr/share/tool")}},
			want:   []string{baseThere, "deb tool 1 layer 0 shadowed " + dpkg},
		},
		{
			name:   "it is said to be upgraded, its data is, and its program is written again",
			layers: [][]imagetest.File{base, {status("base=1", "tool=2"), executable("usr/bin/tool", "tool 1"), file("usr/share/tool/data", "new")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg, "deb tool 2 layer 1 visible " + dpkg},
		},
		{
			name:   "its paragraph is taken out when the directory of its program becomes a link",
			layers: [][]imagetest.File{{osRelease("12"), status("base=1", "tool=1"), list("tool", "/bin/tool"), executable("bin/tool", "tool 1")}, {status("base=1"), whiteout("bin"), symlink("bin", "usr/bin"), executable("usr/bin/tool", "tool 1")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name:   "its paragraph is taken out, and a program among its data stays",
			layers: [][]imagetest.File{{osRelease("12"), status("base=1", "tool=1"), list("tool", "/var/lib/tool/run"), executable("var/lib/tool/run", "tool 1")}, {status("base=1")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name:   "its paragraph is taken out of a database without lists",
			layers: [][]imagetest.File{{osRelease("12"), status("base=1", "tool=1"), executable("usr/bin/tool", "tool 1")}, {status("base=1"), file("app", "x")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name:   "it is removed from a database without lists",
			layers: [][]imagetest.File{{osRelease("12"), status("base=1", "tool=1"), executable("usr/bin/tool", "tool 1")}, {status("base=1"), whiteout("usr/bin/tool")}},
			want:   []string{baseThere, "deb tool 1 layer 0 shadowed " + dpkg},
		},
		{
			name:   "it is upgraded in a database without lists",
			layers: [][]imagetest.File{{osRelease("12"), status("base=1", "tool=1"), executable("usr/bin/base", "base 1"), file("usr/share/tool/data", "1")}, {status("base=1", "tool=2"), file("usr/share/tool/data", "2")}},
			want:   []string{baseThere, "deb tool 1 layer 0 shadowed " + dpkg, "deb tool 2 layer 1 visible " + dpkg},
		},
		{
			name:   "a package without files is removed from a database with lists",
			layers: [][]imagetest.File{{osRelease("12"), status("base=1", "tool=1"), list("base", "/usr/bin/base"), executable("usr/bin/base", "base")}, {status("base=1")}},
			want:   []string{baseThere, "deb tool 1 layer 0 shadowed " + dpkg},
		},
		{
			name:   "a package without a list of files is taken out of a database with lists, and a program stays",
			layers: [][]imagetest.File{{osRelease("12"), status("base=1", "tool=1"), list("base", "/usr/bin/base"), executable("usr/bin/base", "base"), executable("usr/bin/tool", "tool 1")}, {status("base=1")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name:   "a package with an empty list of files is taken out of a database with lists, and a program stays",
			layers: [][]imagetest.File{{osRelease("12"), status("base=1", "tool=1"), list("base", "/usr/bin/base"), file("var/lib/dpkg/info/tool.list", ""), executable("usr/bin/base", "base"), executable("usr/bin/tool", "tool 1")}, {status("base=1")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name:   "a package whose list has directories alone is removed, and a program stays",
			layers: [][]imagetest.File{{osRelease("12"), status("base=1", "tool=1"), list("base", "/usr/bin/base"), list("tool"), executable("usr/bin/base", "base"), executable("usr/bin/other", "other")}, {status("base=1")}},
			want:   []string{baseThere, "deb tool 1 layer 0 shadowed " + dpkg},
		},
		{
			name:   "a package without a list of files is removed from a database with lists, and its program",
			layers: [][]imagetest.File{{osRelease("12"), status("base=1", "tool=1"), list("base", "/usr/bin/base"), executable("usr/bin/base", "base"), executable("usr/bin/tool", "tool 1")}, {status("base=1"), whiteout("usr/bin/tool")}},
			want:   []string{baseThere, "deb tool 1 layer 0 shadowed " + dpkg},
		},
		{
			name:   "another root is removed",
			layers: [][]imagetest.File{below("srv/chroot", []imagetest.File{osRelease("12"), status("base=1")}), {whiteout("srv/chroot")}},
			want:   []string{"deb base 1 layer 0 shadowed /srv/chroot" + dpkg},
		},
		{
			name:   "the database of another root is removed",
			layers: [][]imagetest.File{below("srv/chroot", []imagetest.File{osRelease("12"), status("base=1")}), {whiteout("srv/chroot/var/lib/dpkg")}},
			want:   []string{"deb base 1 layer 0 visible, hidden by 1 /srv/chroot" + dpkg},
		},
		{
			name:   "its paragraph and its lists are taken out, in a layer above another",
			layers: [][]imagetest.File{base, {file("x", "")}, {status("base=1"), whiteout("var/lib/dpkg/info/tool.list")}, {file("y", "")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 2 " + dpkg},
		},
		{
			name:   "only its configuration is said to be left",
			layers: [][]imagetest.File{base, {file("var/lib/dpkg/status", strings.Replace(status("base=1", "tool=1").Body, "Package: tool\nStatus: install ok installed", "Package: tool\nStatus: deinstall ok config-files", 1))}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name:   "the whole database is removed",
			layers: [][]imagetest.File{base, {whiteout("var/lib/dpkg")}},
			want:   []string{"deb base 1 layer 0 visible, hidden by 1 " + dpkg, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name:   "the whole database is removed, and the program",
			layers: [][]imagetest.File{base, {whiteout("var/lib/dpkg"), whiteout("usr/bin/tool"), whiteout("usr/share/tool")}},
			want:   []string{"deb base 1 layer 0 visible, hidden by 1 " + dpkg, "deb tool 1 layer 0 shadowed " + dpkg},
		},
		{
			name:   "it is purged",
			layers: [][]imagetest.File{base, {status("base=1"), whiteout("usr/bin/tool"), whiteout("usr/share/tool"), whiteout("etc/tool.conf"), whiteout("var/lib/tool")}},
			want:   []string{baseThere, "deb tool 1 layer 0 shadowed " + dpkg},
		},
		{
			name:   "it is removed, and configuration, data and documentation stay",
			layers: [][]imagetest.File{base, {status("base=1"), whiteout("usr/bin/tool"), whiteout("usr/share/tool")}},
			want:   []string{baseThere, "deb tool 1 layer 0 shadowed " + dpkg},
		},
		{
			name:   "one of its files is written again, another stays",
			layers: [][]imagetest.File{base, {status("base=1"), executable("usr/bin/tool", "mine")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name:   "it is upgraded",
			layers: [][]imagetest.File{base, {status("base=1", "tool=2"), executable("usr/bin/tool", "tool 2"), file("usr/share/tool/data", "new")}},
			want:   []string{baseThere, "deb tool 1 layer 0 shadowed " + dpkg, "deb tool 2 layer 1 visible " + dpkg},
		},
		{
			name:   "it is upgraded, and a file that did not change is not in the layer",
			layers: [][]imagetest.File{base, {status("base=1", "tool=2"), executable("usr/bin/tool", "tool 2")}},
			want:   []string{baseThere, "deb tool 1 layer 0 shadowed " + dpkg, "deb tool 2 layer 1 visible " + dpkg},
		},
		{
			name:   "it is only said to be upgraded",
			layers: [][]imagetest.File{base, {status("base=1", "tool=2")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg, "deb tool 2 layer 1 visible " + dpkg},
		},
		{
			name:   "it is said to be upgraded, and only its data is",
			layers: [][]imagetest.File{base, {status("base=1", "tool=2"), file("usr/share/tool/data", "new")}},
			want:   []string{baseThere, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg, "deb tool 2 layer 1 visible " + dpkg},
		},
		{
			name: "the files of a package that shares them stay",
			layers: [][]imagetest.File{
				append([]imagetest.File{list("other", "/usr/share/tool/data", "/usr/bin/tool"), status("base=1", "tool=1", "other=1")}, append(base[2:len(base):len(base)], base[0])...),
				{status("base=1", "other=1")},
			},
			want: []string{baseThere, "deb other 1 layer 0 visible " + dpkg, "deb tool 1 layer 0 shadowed " + dpkg},
		},
		{
			name: "the database of another distribution replaces it",
			layers: [][]imagetest.File{
				{osRelease("12"), status("tool=1"), md5sums("tool", "usr/bin/tool"), executable("usr/bin/tool", "tool 1")},
				{osRelease("13"), status("base=2"), list("base", "/usr/bin/base"), executable("usr/bin/base", "base 2")},
			},
			want: []string{"deb base 2 layer 1 visible " + dpkg, "deb tool 1 layer 0 visible, hidden by 1 " + dpkg},
		},
		{
			name:   "in another root",
			layers: [][]imagetest.File{below("srv/chroot", base), {file("srv/chroot/var/lib/dpkg/status", status("base=1").Body)}},
			want:   []string{"deb base 1 layer 0 visible /srv/chroot" + dpkg, "deb tool 1 layer 0 visible, hidden by 1 /srv/chroot" + dpkg},
		},
		{
			name:   "distroless: its record is taken out",
			layers: [][]imagetest.File{distroless, {whiteout("var/lib/dpkg/status.d/tool"), executable("usr/bin/base", "another")}},
			want:   []string{siblings1, siblings2, "deb tool 1 layer 0 visible, hidden by 1 " + recordOf + "tool"},
		},
		{
			name:   "distroless: its record and its list are taken out",
			layers: [][]imagetest.File{distroless, {whiteout("var/lib/dpkg/status.d/tool"), whiteout("var/lib/dpkg/status.d/tool.md5sums"), executable("usr/bin/base", "another")}},
			want:   []string{siblings1, siblings2, "deb tool 1 layer 0 visible, hidden by 1 " + recordOf + "tool"},
		},
		{
			name:   "distroless: its record says another version",
			layers: [][]imagetest.File{distroless, {record("tool", "2")}},
			want:   []string{siblings1, siblings2, "deb tool 1 layer 0 visible, hidden by 1 " + recordOf + "tool", "deb tool 2 layer 1 visible " + recordOf + "tool"},
		},
		{
			name:   "distroless: it is removed",
			layers: [][]imagetest.File{distroless, {whiteout("var/lib/dpkg/status.d/tool"), whiteout("var/lib/dpkg/status.d/tool.md5sums"), whiteout("usr/share/tool")}},
			want:   []string{siblings1, siblings2, "deb tool 1 layer 0 shadowed " + recordOf + "tool"},
		},
		{
			name:   "distroless: it is upgraded",
			layers: [][]imagetest.File{distroless, {record("tool", "2"), sums("tool", "usr/share/tool/data"), file("usr/share/tool/data", "new")}},
			want:   []string{siblings1, siblings2, "deb tool 1 layer 0 shadowed " + recordOf + "tool", "deb tool 2 layer 1 visible " + recordOf + "tool"},
		},
		{
			name: "distroless: its record is called by another name",
			layers: [][]imagetest.File{
				{osRelease("12"), record("base", "1"), sums("base", "usr/bin/base"), file("var/lib/dpkg/status.d/dG9vbA==", record("tool", "1").Body), sums("dG9vbA==", "usr/bin/tool"), file("usr/bin/tool", "x")},
				{whiteout("var/lib/dpkg/status.d/dG9vbA==")},
			},
			want: []string{siblings1, "deb tool 1 layer 0 visible, hidden by 1 " + recordOf + "dG9vbA=="},
		},
		{
			name:   "opkg: its control file is taken out",
			layers: [][]imagetest.File{openWrt, {whiteout("usr/lib/opkg/info/tool.control")}},
			want:   []string{"deb base 1 layer 0 visible /usr/lib/opkg/info/base.control", "deb tool 1 layer 0 visible, hidden by 1 /usr/lib/opkg/info/tool.control"},
		},
		{
			name:   "pacman: its record says another version",
			layers: [][]imagetest.File{pacman, {whiteout("var/lib/pacman/local/tool-1-1"), arch("tool", "2-1"), file("var/lib/pacman/local/tool-2-1/mtree", pacman[2].Body)}},
			want:   []string{"alpm tool 1-1 layer 0 visible, hidden by 1 /var/lib/pacman/local/tool-1-1/desc", "alpm tool 2-1 layer 1 visible /var/lib/pacman/local/tool-2-1/desc"},
		},
		{
			name:   "apk: a database below usr without it",
			layers: [][]imagetest.File{{alpine[0], alpine[2], file("usr/lib/apk/db/installed", apkWith("tool", "1-r0", "usr/bin/tool")+apkWith("base", "1-r0"))}, {file("usr/lib/apk/db/installed", apkWith("base", "1-r0"))}},
			want:   []string{"apk base 1-r0 layer 0 visible /usr" + apk, "apk tool 1-r0 layer 0 visible, hidden by 1 /usr" + apk},
		},
		{
			name:   "an emptied database of Alpine",
			layers: [][]imagetest.File{alpine, {file("lib/apk/db/installed", "")}},
			want:   []string{"apk tool 1-r0 layer 0 visible, hidden by 1 " + apk},
		},
		{
			name:   "an emptied database of Alpine whose program is gone",
			layers: [][]imagetest.File{alpine, {file("lib/apk/db/installed", ""), whiteout("usr/bin/tool")}},
			want:   []string{"apk tool 1-r0 layer 0 shadowed " + apk},
		},
		{
			name:   "a removed database of RPM",
			layers: [][]imagetest.File{rocky, {whiteout("var/lib/rpm/rpmdb.sqlite")}},
			want:   []string{"rpm base 1-1.el9 layer 0 visible, hidden by 1 " + rpm, "rpm tool 1-1.el9 layer 0 visible, hidden by 1 " + rpm},
		},
		{
			name:   "a database of RPM without it",
			layers: [][]imagetest.File{rocky, {file("var/lib/rpm/rpmdb.sqlite", rpmDatabase(t, rpmPackage{name: "base", version: "1"}))}},
			want:   []string{"rpm base 1-1.el9 layer 0 visible " + rpm, "rpm tool 1-1.el9 layer 0 visible, hidden by 1 " + rpm},
		},
		{
			name:   "a database of RPM in usr without it",
			layers: [][]imagetest.File{{rocky[0], rocky[1], file("usr/lib/sysimage/rpm/rpmdb.sqlite", rocky[2].Body)}, {file("usr/lib/sysimage/rpm/rpmdb.sqlite", rpmDatabase(t, rpmPackage{name: "base", version: "1"}))}},
			want:   []string{"rpm base 1-1.el9 layer 0 visible /usr/lib/sysimage/rpm/rpmdb.sqlite", "rpm tool 1-1.el9 layer 0 visible, hidden by 1 /usr/lib/sysimage/rpm/rpmdb.sqlite"},
		},
		{
			name:   "a package of RPM without files is erased, and a program that nobody lists stays",
			layers: [][]imagetest.File{append([]imagetest.File{executable("usr/bin/other", "other")}, rocky...), {file("var/lib/rpm/rpmdb.sqlite", rpmDatabase(t, rpmPackage{name: "tool", version: "1", files: []string{"/usr/bin/tool"}}))}},
			want:   []string{"rpm base 1-1.el9 layer 0 shadowed " + rpm, "rpm tool 1-1.el9 layer 0 visible " + rpm},
		},
		{
			name:   "an erased package of RPM",
			layers: [][]imagetest.File{rocky, {file("var/lib/rpm/rpmdb.sqlite", rpmDatabase(t, rpmPackage{name: "base", version: "1"})), whiteout("usr/bin/tool")}},
			want:   []string{"rpm base 1-1.el9 layer 0 visible " + rpm, "rpm tool 1-1.el9 layer 0 shadowed " + rpm},
		},
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

// below moves files into a directory.
func below(dir string, files []imagetest.File) []imagetest.File {
	var out []imagetest.File
	for _, f := range files {
		f.Name = dir + "/" + f.Name
		out = append(out, f)
	}
	return out
}

// A package of a language is gone when what lies in its directory is gone.
func TestLanguagePackagesWithoutRecord(t *testing.T) {
	t.Parallel()
	const site = "usr/lib/python3/site-packages/"
	metadata := func(name, version string) imagetest.File {
		return file(site+name+"-"+version+".dist-info/METADATA", fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version))
	}
	record := func(name, version string, paths ...string) imagetest.File {
		return file(site+name+"-"+version+".dist-info/RECORD", strings.Join(append(paths, name+"-"+version+".dist-info/METADATA"), ",,\n")+",,\n")
	}
	const six, six2 = "/" + site + "six-1.0.dist-info/METADATA", "/" + site + "six-2.0.dist-info/METADATA"
	gemspec := file("usr/lib/gems/specifications/rack-1.0.gemspec", "Gem::Specification.new do |s|\n  s.name = \"rack\".freeze\n  s.version = \"1.0\"\nend\n")
	composer := file("srv/vendor/composer/installed.json", `{"packages":[{"name":"twig/twig","version":"v1.20.0","type":"library"}]}`)
	const a = "/app/node_modules/a/package.json"
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{
			name:   "npm: the manifest is deleted",
			layers: [][]imagetest.File{{npm("app/node_modules/a", "a", "1.0.0"), file("app/node_modules/a/index.js", "x")}, {whiteout("app/node_modules/a/package.json")}},
			want:   []string{"npm a 1.0.0 layer 0 visible, hidden by 1 " + a},
		},
		{
			name:   "npm: uninstalled",
			layers: [][]imagetest.File{{npm("app/node_modules/a", "a", "1.0.0"), file("app/node_modules/a/index.js", "x")}, {whiteout("app/node_modules/a")}},
			want:   []string{"npm a 1.0.0 layer 0 shadowed " + a},
		},
		{
			name:   "npm: the manifest is deleted, and a file written again",
			layers: [][]imagetest.File{{npm("app/node_modules/a", "a", "1.0.0"), file("app/node_modules/a/index.js", "x")}, {whiteout("app/node_modules/a/package.json"), file("app/node_modules/a/index.js", "x")}},
			want:   []string{"npm a 1.0.0 layer 0 visible, hidden by 1 " + a},
		},
		{
			name:   "npm: uninstalled, and an empty file is left",
			layers: [][]imagetest.File{{npm("app/node_modules/a", "a", "1.0.0"), file("app/node_modules/a/index.js", "")}, {whiteout("app/node_modules/a/package.json"), file("app/node_modules/a/index.js", "")}},
			want:   []string{"npm a 1.0.0 layer 0 shadowed " + a},
		},
		{
			name:   "npm: only a text and a package inside are left",
			layers: [][]imagetest.File{{npm("app/node_modules/a", "a", "1.0.0"), file("app/node_modules/a/LICENSE", "x"), file("app/node_modules/a/README.md", "x"), file("app/node_modules/a/node_modules/b/b.js", "x")}, {whiteout("app/node_modules/a/package.json")}},
			want:   []string{"npm a 1.0.0 layer 0 shadowed " + a},
		},
		{
			name:   "npm: the manifest says another version",
			layers: [][]imagetest.File{{npm("app/node_modules/a", "a", "1.0.0"), file("app/node_modules/a/index.js", "x")}, {npm("app/node_modules/a", "a", "2.0.0")}},
			want:   []string{"npm a 1.0.0 layer 0 visible, hidden by 1 " + a, "npm a 2.0.0 layer 1 visible " + a},
		},
		{
			name:   "npm: the manifest is emptied",
			layers: [][]imagetest.File{{npm("app/node_modules/a", "a", "1.0.0"), file("app/node_modules/a/index.js", "x")}, {file("app/node_modules/a/package.json", "{}")}},
			want:   []string{"npm a 1.0.0 layer 0 visible, hidden by 1 " + a},
		},
		{
			name:   "npm: upgraded, and a file that did not change is not in the layer",
			layers: [][]imagetest.File{{npm("app/node_modules/a", "a", "1.0.0"), file("app/node_modules/a/index.js", "x"), file("app/node_modules/a/same.js", "x")}, {npm("app/node_modules/a", "a", "2.0.0"), file("app/node_modules/a/index.js", "y")}},
			want:   []string{"npm a 1.0.0 layer 0 shadowed " + a, "npm a 2.0.0 layer 1 visible " + a},
		},
		{
			name:   "npm: a manifest in a directory of lower layers",
			layers: [][]imagetest.File{{file("bin/sh", "x")}, {npm(".", "a", "1.0.0")}, {whiteout("package.json")}},
			want:   []string{"npm a 1.0.0 layer 1 shadowed /package.json"},
		},
		{
			name:   "python: the record is removed",
			layers: [][]imagetest.File{{metadata("six", "1.0"), record("six", "1.0", "six.py"), file(site+"six.py", "x")}, {whiteout(site + "six-1.0.dist-info")}},
			want:   []string{"python six 1.0 layer 0 visible, hidden by 1 " + six},
		},
		{
			name:   "python: uninstalled, but for what the interpreter wrote",
			layers: [][]imagetest.File{{metadata("six", "1.0"), record("six", "1.0", "six.py", "__pycache__/six.pyc"), file(site+"six.py", "x"), file(site+"__pycache__/six.pyc", "x")}, {whiteout(site + "six-1.0.dist-info"), whiteout(site + "six.py")}},
			want:   []string{"python six 1.0 layer 0 shadowed " + six},
		},
		{
			name:   "python: upgraded",
			layers: [][]imagetest.File{{metadata("six", "1.0"), record("six", "1.0", "six.py"), file(site+"six.py", "x")}, {whiteout(site + "six-1.0.dist-info"), metadata("six", "2.0"), record("six", "2.0", "six.py"), file(site+"six.py", "y")}},
			want:   []string{"python six 1.0 layer 0 shadowed " + six, "python six 2.0 layer 1 visible " + six2},
		},
		{
			name:   "python: renamed to another version",
			layers: [][]imagetest.File{{metadata("six", "1.0"), record("six", "1.0", "six.py"), file(site+"six.py", "x")}, {whiteout(site + "six-1.0.dist-info"), metadata("six", "2.0"), record("six", "2.0", "six.py")}},
			want:   []string{"python six 1.0 layer 0 visible, hidden by 1 " + six, "python six 2.0 layer 1 visible " + six2},
		},
		{
			name:   "python: no list of files, a module of its name",
			layers: [][]imagetest.File{{metadata("six", "1.0"), file(site+"six/__init__.py", "x")}, {whiteout(site + "six-1.0.dist-info")}},
			want:   []string{"python six 1.0 layer 0 visible, hidden by 1 " + six},
		},
		{
			name:   "python: no list of files, modules by another name",
			layers: [][]imagetest.File{{metadata("six", "1.0"), file(site+"six-1.0.dist-info/top_level.txt", "seven\n"), file(site+"seven.py", "x")}, {whiteout(site + "six-1.0.dist-info")}},
			want:   []string{"python six 1.0 layer 0 visible, hidden by 1 " + six},
		},
		{
			name:   "python: nothing known of its modules",
			layers: [][]imagetest.File{{metadata("six", "1.0"), metadata("nine", "1.0"), file(site+"nine.py", "x"), file(site+"seven.py", "x")}, {whiteout(site + "six-1.0.dist-info")}},
			want:   []string{"python nine 1.0 layer 0 visible /" + site + "nine-1.0.dist-info/METADATA", "python six 1.0 layer 0 visible, hidden by 1 " + six},
		},
		{
			name:   "python: nothing known of its modules, and none there",
			layers: [][]imagetest.File{{metadata("six", "1.0"), metadata("nine", "1.0"), file(site+"nine.py", "x")}, {whiteout(site + "six-1.0.dist-info")}},
			want:   []string{"python nine 1.0 layer 0 visible /" + site + "nine-1.0.dist-info/METADATA", "python six 1.0 layer 0 shadowed " + six},
		},
		{
			name:   "python: nothing known of its modules, nor of those of another",
			layers: [][]imagetest.File{{metadata("six", "1.0"), metadata("ten", "1.0"), file(site+"seven.py", "x")}, {whiteout(site + "six-1.0.dist-info")}},
			want:   []string{"python six 1.0 layer 0 visible, hidden by 1 " + six, "python ten 1.0 layer 0 visible /" + site + "ten-1.0.dist-info/METADATA"},
		},
		{
			name:   "python: a package of the system has its modules",
			layers: [][]imagetest.File{{osRelease("12"), status("python3-six=1"), list("python3-six", "/"+site+"six.py"), metadata("six", "1.0"), record("six", "1.0", "six.py"), file(site+"six.py", "x")}, {whiteout(site + "six-1.0.dist-info")}},
			want:   []string{"deb python3-six 1 layer 0 visible /var/lib/dpkg/status", "python six 1.0 layer 0 shadowed " + six},
		},
		{
			name:   "ruby: the gemspec is removed",
			layers: [][]imagetest.File{{gemspec, file("usr/lib/gems/gems/rack-1.0/lib/rack.rb", "x")}, {whiteout("usr/lib/gems/specifications/rack-1.0.gemspec")}},
			want:   []string{"gem rack 1.0 layer 0 visible, hidden by 1 /usr/lib/gems/specifications/rack-1.0.gemspec"},
		},
		{
			name:   "ruby: uninstalled",
			layers: [][]imagetest.File{{gemspec, file("usr/lib/gems/gems/rack-1.0/lib/rack.rb", "x")}, {whiteout("usr/lib/gems/specifications/rack-1.0.gemspec"), whiteout("usr/lib/gems/gems/rack-1.0")}},
			want:   []string{"gem rack 1.0 layer 0 shadowed /usr/lib/gems/specifications/rack-1.0.gemspec"},
		},
		{
			name:   "php: the list is emptied",
			layers: [][]imagetest.File{{composer, file("srv/vendor/twig/twig/src/Twig.php", "x")}, {file("srv/vendor/composer/installed.json", `{"packages":[]}`)}},
			want:   []string{"php-composer twig/twig v1.20.0 layer 0 visible, hidden by 1 /srv/vendor/composer/installed.json"},
		},
		{
			name:   "php: removed",
			layers: [][]imagetest.File{{composer, file("srv/vendor/twig/twig/src/Twig.php", "x")}, {file("srv/vendor/composer/installed.json", `{"packages":[]}`), whiteout("srv/vendor/twig")}},
			want:   []string{"php-composer twig/twig v1.20.0 layer 0 shadowed /srv/vendor/composer/installed.json"},
		},
		{
			name:   "the file is the package",
			layers: [][]imagetest.File{{file("opt/x.jar", jar(t, "META-INF/MANIFEST.MF", "Implementation-Title: x\nImplementation-Version: 1\n")), file("opt/y", "x")}, {whiteout("opt/x.jar")}},
			want:   []string{"java-archive x 1 layer 0 shadowed /opt/x.jar"},
		},
		{
			// Overlayfs takes no notice of the marker: with it, the directory is still there.
			name:   "hidden for some runtimes only",
			layers: [][]imagetest.File{{npm("a", "a", "1.0.0"), file("a/index.js", "x")}, {npm("a", "a", "2.0.0"), {Name: ".wh..wh..opq", Type: tar.TypeReg}}},
			want:   []string{"npm a 1.0.0 layer 0 visible, hidden by 1 /a/package.json", "npm a 2.0.0 layer 1 visible /a/package.json"},
		},
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

// From the cache come the same packages.
func TestRemainsFromCache(t *testing.T) {
	t.Parallel()
	layers := [][]imagetest.File{
		{osRelease("12"), status("base=1", "tool=1"), file("var/lib/dpkg/info/tool.conffiles", "/opt/tool.conf\n"), file("opt/tool.conf", "x")},
		{npm("app/node_modules/a", "a", "1.0.0"), file("app/node_modules/a/index.js", "x"), file("srv/chroot/etc/os-release", osRelease("11").Body), file("srv/chroot/var/lib/dpkg/status", status("c=1").Body)},
		{status("base=1"), whiteout("app/node_modules/a/package.json")},
	}
	opts := inventory.Options{Cache: &memory{values: map[string][]byte{}}}
	want := []string{
		"deb base 1 layer 0 visible /var/lib/dpkg/status",
		"deb c 1 layer 1 visible /srv/chroot/var/lib/dpkg/status",
		"deb tool 1 layer 0 shadowed /var/lib/dpkg/status",
		"npm a 1.0.0 layer 1 visible, hidden by 2 /app/node_modules/a/package.json",
	}
	for range 2 {
		inv, err := takeWith(t, opts, layers...)
		if err != nil {
			t.Fatal(err)
		}
		got := describe(inv)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Take() (-want +got):\n%s", diff)
		}
		if c := inv.Packages[slices.IndexFunc(inv.Packages, func(p inventory.Package) bool { return p.Name == "c" })]; c.Release == nil || c.Release.VersionID != "11" || c.Root != "/srv/chroot" {
			t.Errorf("c is in %s of %v", c.Root, c.Release)
		}
	}
}
