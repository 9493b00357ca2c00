package inventory_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
)

// deb is a paragraph of dpkg's database: name=version, and fields besides.
func deb(pkg string, fields ...string) string {
	name, version, _ := strings.Cut(pkg, "=")
	p := fmt.Sprintf("Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n", name, version)
	for _, f := range fields {
		field, _, _ := strings.Cut(f, ":")
		lines := slices.DeleteFunc(strings.Split(p, "\n"), func(l string) bool { return l == "" || strings.HasPrefix(l, field+":") })
		p = strings.Join(append(lines, f), "\n") + "\n"
	}
	return p + "Description: test\n\n"
}

func dpkgStatus(paragraphs ...string) imagetest.File {
	return file("var/lib/dpkg/status", strings.Join(paragraphs, ""))
}

func withMode(f imagetest.File, mode fs.FileMode) imagetest.File {
	f.Mode = int64(mode)
	return f
}

// there lists the visible packages, and what they are built from; sorted.
func there(inv *inventory.Inventory) []string {
	var out []string
	for _, p := range inv.Packages {
		if p.State != "visible" {
			continue
		}
		line := p.Name + " " + p.Version
		for _, u := range p.Details.Upstreams {
			line += " of " + strings.TrimSpace(u.Name+" "+u.Version)
		}
		if p.HiddenBy > 0 {
			line += fmt.Sprintf(", hidden by %d", p.HiddenBy)
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

// edited is an image, and what is there of it.
type edited struct {
	name   string
	layers [][]imagetest.File
	want   []string
}

func checkThere(t *testing.T, tests []edited) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, there(take(t, tt.layers...))); diff != "" {
				t.Errorf("Take() (-want +got):\n%s", diff)
			}
		})
	}
}

// A later layer that edits what records packages, and none of their programs, takes away nothing that advisories are
// looked up by. A package manager that writes the same records again, or upgrades packages, changes nothing else.
func TestEditedRecords(t *testing.T) {
	t.Parallel()
	const openssl = "Source: openssl"
	ssl := func(version string) imagetest.File { return executable("usr/lib/libssl.so.3", "libssl "+version) }
	cli := func(version string) imagetest.File { return executable("usr/bin/openssl", "openssl "+version) }
	rewritten := func(f imagetest.File) imagetest.File { return withMode(f, 0o755) }
	base := []imagetest.File{
		osRelease("12"), dpkgStatus(deb("base=1"), deb("libssl3=1", openssl), deb("openssl=1")),
		list("base", "/usr/bin/base"), executable("usr/bin/base", "base"), list("libssl3", "/usr/lib/libssl.so.3"), ssl("1"),
		list("openssl", "/usr/bin/openssl", "/usr/share/openssl/data"), cli("1"), file("usr/share/openssl/data", "same"),
	}
	unlisted := []imagetest.File{
		osRelease("12"), dpkgStatus(deb("base=1"), deb("libssl3=1", openssl)), executable("usr/bin/base", "base"), ssl("1"), file("usr/share/base/data", "x"),
		executable("usr/lib/libold.so.1.1", "old"),
	}
	partly := append([]imagetest.File{list("base", "/usr/bin/base", "/usr/share/base/data")}, unlisted...)
	urllib := func(more string) imagetest.File {
		return file("usr/lib/python3/dist-packages/urllib3/poolmanager.py", "import re\n"+more)
	}
	const poolmanager = "/usr/lib/python3/dist-packages/urllib3/poolmanager.py"
	scripts := []imagetest.File{
		osRelease("12"), dpkgStatus(deb("base=1"), deb("python3-urllib3=1", "Source: python-urllib3")), list("base", "/usr/bin/base"), executable("usr/bin/base", "base"),
		list("python3-urllib3", poolmanager), urllib(""),
	}
	record := func(name, pkg string, fields ...string) imagetest.File {
		return file("var/lib/dpkg/status.d/"+name, deb(pkg, fields...))
	}
	distroless := []imagetest.File{osRelease("12"), record("base", "base=1"), record("libssl3", "libssl3=1", openssl), ssl("1")}
	summed := append([]imagetest.File{file("var/lib/dpkg/status.d/libssl3.md5sums", "0123456789abcdef0123456789abcdef  usr/lib/libssl.so.3\n")}, distroless...)
	opkg := func(pkg string) imagetest.File {
		name, _, _ := strings.Cut(pkg, "=")
		return file("usr/lib/opkg/info/"+name+".control", deb(pkg))
	}
	openWrt := []imagetest.File{file("etc/os-release", "ID=openwrt\nVERSION_ID=23.05\n"), opkg("base=1"), opkg("libssl3=1"), ssl("1")}

	const was, wasOpenSSL = "libssl3 1 of openssl, hidden by 1", "openssl 1, hidden by 1"
	tests := []edited{
		// What a package is built from.
		{"another source", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=1", "Source: nonsense"), deb("openssl=1"))}}, []string{"base 1", was, "libssl3 1 of nonsense", "openssl 1"}},
		{"no source", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=1"), deb("openssl=1"))}}, []string{"base 1", "libssl3 1", was, "openssl 1"}},
		{"another version of the source", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=1", "Source: openssl (9)"), deb("openssl=1"))}}, []string{"base 1", was, "libssl3 1 of openssl 9", "openssl 1"}},
		{"another source, without lists", [][]imagetest.File{unlisted, {dpkgStatus(deb("base=1"), deb("libssl3=1", "Source: nonsense"))}}, []string{"base 1", was, "libssl3 1 of nonsense"}},
		{"another source, the program written again", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=1", "Source: nonsense"), deb("openssl=1")), rewritten(ssl("1"))}}, []string{"base 1", was, "libssl3 1 of nonsense", "openssl 1"}},
		{"another architecture, without lists", [][]imagetest.File{unlisted, {dpkgStatus(deb("base=1"), deb("libssl3=1", openssl, "Architecture: all"))}}, []string{"base 1", was, "libssl3 1 of openssl"}},
		{"the same again", [][]imagetest.File{base, {dpkgStatus(deb("openssl=1"), deb("libssl3=1", openssl, "Status: hold ok installed", "Priority: important"), deb("base=1")), executable("usr/bin/x", "x")}}, []string{"base 1", "libssl3 1 of openssl", "openssl 1"}},
		{"a rebuild without changes to its source", [][]imagetest.File{
			{osRelease("12"), dpkgStatus(deb("tool=1+b1", "Source: tool (1)")), list("tool", "/usr/bin/tool"), executable("usr/bin/tool", "tool 1")},
			{dpkgStatus(deb("tool=1+b2", "Source: tool (1)")), executable("usr/bin/tool", "tool 1b2")},
		}, []string{"tool 1+b2 of tool 1"}},

		// A version that is raised where nothing says which files a package has.
		{"raised, without lists", [][]imagetest.File{unlisted, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl))}}, []string{"base 1", was, "libssl3 2 of openssl"}},
		{"raised by an epoch, without lists", [][]imagetest.File{unlisted, {dpkgStatus(deb("base=1"), deb("libssl3=1:1", openssl))}}, []string{"base 1", was, "libssl3 1:1 of openssl"}},
		{"raised, without lists, beside an application", [][]imagetest.File{unlisted, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl)), executable("usr/bin/app", "x"), executable("app/app", "x"), file("usr/local/lib/x.so", "1")}}, []string{"base 1", was, "libssl3 2 of openssl"}},
		{"raised, without lists, and an application is replaced", [][]imagetest.File{append([]imagetest.File{executable("usr/local/bin/app", "1"), executable("app/app", "1")}, unlisted...), {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl)), executable("usr/local/bin/app", "2"), executable("app/app", "2")}}, []string{"base 1", was, "libssl3 2 of openssl"}},
		{"raised, without lists, the program written again", [][]imagetest.File{unlisted, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl)), rewritten(ssl("1"))}}, []string{"base 1", was, "libssl3 2 of openssl"}},
		{"upgraded, without lists", [][]imagetest.File{unlisted, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl)), ssl("2")}}, []string{"base 1", "libssl3 2 of openssl"}},
		{"upgraded, without lists, in the layer before its record", [][]imagetest.File{unlisted, {ssl("2")}, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl))}}, []string{"base 1", "libssl3 2 of openssl"}},
		{"upgraded, without lists, to a program by another name", [][]imagetest.File{unlisted, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl)), whiteout("usr/lib/libold.so.1.1"), executable("usr/lib/libold.so.1.2", "new")}}, []string{"base 1", "libssl3 2 of openssl"}},
		{"raised, it alone without a list", [][]imagetest.File{partly, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl))}}, []string{"base 1", was, "libssl3 2 of openssl"}},
		{"raised, it alone without a list, and another is upgraded", [][]imagetest.File{partly, {dpkgStatus(deb("base=2"), deb("libssl3=2", openssl)), executable("usr/bin/base", "base 2"), file("usr/share/base/data", "y")}}, []string{"base 2", was, "libssl3 2 of openssl"}},
		{"upgraded, it alone without a list", [][]imagetest.File{partly, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl)), ssl("2")}}, []string{"base 1", "libssl3 2 of openssl"}},
		{"distroless: raised, without checksums", [][]imagetest.File{distroless, {record("libssl3", "libssl3=2", openssl)}}, []string{"base 1", was, "libssl3 2 of openssl"}},
		{"distroless: upgraded, without checksums", [][]imagetest.File{distroless, {record("libssl3", "libssl3=2", openssl), ssl("2")}}, []string{"base 1", "libssl3 2 of openssl"}},
		{"distroless: another source", [][]imagetest.File{summed, {record("libssl3", "libssl3=1", "Source: nonsense")}}, []string{"base 1", was, "libssl3 1 of nonsense"}},
		{"distroless: another record of it", [][]imagetest.File{summed, {record("zz", "libssl3=2", openssl)}}, []string{"base 1", "libssl3 1 of openssl", "libssl3 2 of openssl"}},
		{"opkg: raised, without lists", [][]imagetest.File{openWrt, {opkg("libssl3=2")}}, []string{"base 1", "libssl3 1, hidden by 1", "libssl3 2"}},
		{"opkg: upgraded, without lists", [][]imagetest.File{openWrt, {opkg("libssl3=2"), ssl("2")}}, []string{"base 1", "libssl3 2"}},

		// Another package's list.
		{"raised, and a made-up package lists its program", [][]imagetest.File{base, {
			dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("made-up=1"), deb("openssl=1")), list("libssl3", "/usr/lib/none"), list("made-up", "/usr/lib/libssl.so.3", "/usr/bin/x"), executable("usr/bin/x", "x"),
		}}, []string{"base 1", was, "libssl3 2 of openssl", "made-up 1", "openssl 1"}},
		{"raised and written again, beside a made-up package of its source", [][]imagetest.File{base, {
			dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("made-up=1", openssl), deb("openssl=1")), list("libssl3", "/usr/lib/libssl.so.3"), list("made-up", "/usr/bin/x"), executable("usr/bin/x", "x"), rewritten(ssl("1")),
		}}, []string{"base 1", was, "libssl3 2 of openssl", "made-up 1 of openssl", "openssl 1"}},
		{"raised and written again, with an empty program", [][]imagetest.File{base, {
			dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("openssl=1")), list("libssl3", "/usr/lib/libssl.so.3", "/usr/lib/x.pm"), file("usr/lib/x.pm", ""), rewritten(ssl("1")),
		}}, []string{"base 1", was, "libssl3 2 of openssl", "openssl 1"}},
		{"raised, and a made-up package lists its program, which is written again", [][]imagetest.File{base, {
			dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("made-up=1"), deb("openssl=1")), list("libssl3", "/usr/lib/none"), list("made-up", "/usr/lib/libssl.so.3", "/usr/bin/x"), executable("usr/bin/x", "x"), rewritten(ssl("1")),
		}}, []string{"base 1", was, "libssl3 2 of openssl", "made-up 1", "openssl 1"}},
		{"raised, and another package lists its program", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("openssl=1")), list("libssl3", "/usr/lib/none"), list("base", "/usr/bin/base", "/usr/lib/libssl.so.3")}}, []string{"base 1", was, "libssl3 2 of openssl", "openssl 1"}},
		{"another package lists its program first, and then it is taken out", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=1", openssl), deb("openssl=1")), list("base", "/usr/bin/base", "/usr/lib/libssl.so.3")}, {dpkgStatus(deb("base=1"), deb("openssl=1"))}},
			[]string{"base 1", "libssl3 1 of openssl, hidden by 2", "openssl 1"}},
		{"raised, one program replaced, and another package lists the other", [][]imagetest.File{
			{osRelease("12"), dpkgStatus(deb("base=1"), deb("libssl3=1", openssl)), list("base", "/usr/bin/base"), executable("usr/bin/base", "base"), list("libssl3", "/usr/lib/libcrypto.so.3", "/usr/lib/libssl.so.3"), executable("usr/lib/libcrypto.so.3", "1"), ssl("1")},
			{dpkgStatus(deb("base=1"), deb("libssl3=2", openssl)), list("base", "/usr/bin/base", "/usr/lib/libssl.so.3"), list("libssl3", "/usr/lib/libcrypto.so.3"), executable("usr/lib/libcrypto.so.3", "1 and more")},
		}, []string{"base 1", was, "libssl3 2 of openssl"}},
		{"by another name, with its list", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("xlibssl=1", openssl), deb("openssl=1")), list("xlibssl", "/usr/lib/libssl.so.3"), whiteout("var/lib/dpkg/info/libssl3.list"), rewritten(ssl("1"))}}, []string{"base 1", was, "openssl 1", "xlibssl 1 of openssl"}},
		{"scripts: raised, and a made-up package lists them", [][]imagetest.File{scripts, {dpkgStatus(deb("base=1"), deb("python3-urllib3=2", "Source: python-urllib3"), deb("made-up=1")), list("python3-urllib3", "/usr/lib/none"), list("made-up", poolmanager, "/usr/bin/x"), executable("usr/bin/x", "x")}},
			[]string{"base 1", "made-up 1", "python3-urllib3 1 of python-urllib3, hidden by 1", "python3-urllib3 2 of python-urllib3"}},
		{"renamed by an upgrade", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3t64=2", openssl), deb("openssl=2")), list("libssl3t64", "/usr/lib/libssl.so.3"), rewritten(ssl("1")), cli("2")}}, []string{"base 1", "libssl3t64 2 of openssl", "openssl 2"}},

		// Programs that are written again.
		{"raised, and its program written again", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("openssl=1")), rewritten(ssl("1"))}}, []string{"base 1", was, "libssl3 2 of openssl", "openssl 1"}},
		{"raised, its program written again, and a file of data added", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("openssl=1")), list("libssl3", "/usr/lib/libssl.so.3", "/usr/share/x"), rewritten(ssl("1")), file("usr/share/x", "x")}}, []string{"base 1", was, "libssl3 2 of openssl", "openssl 1"}},
		{"raised, and its program moved", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("openssl=1")), list("libssl3", "/usr/lib/libssl.so.3.2"), whiteout("usr/lib/libssl.so.3"), executable("usr/lib/libssl.so.3.2", "libssl 1")}}, []string{"base 1", was, "libssl3 2 of openssl", "openssl 1"}},
		{"raised, all of the source written again", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("openssl=2")), rewritten(ssl("1")), rewritten(cli("1")), rewritten(file("usr/share/openssl/data", "same"))}}, []string{"base 1", was, "libssl3 2 of openssl", wasOpenSSL, "openssl 2"}},
		{"raised, its program written again, and one of its source replaced that was not upgraded", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("openssl=1")), rewritten(ssl("1")), cli("2")}}, []string{"base 1", was, "libssl3 2 of openssl", "openssl 1"}},
		{"scripts: raised, and written again", [][]imagetest.File{scripts, {dpkgStatus(deb("base=1"), deb("python3-urllib3=2", "Source: python-urllib3")), rewritten(urllib(""))}}, []string{"base 1", "python3-urllib3 1 of python-urllib3, hidden by 1", "python3-urllib3 2 of python-urllib3"}},
		{"upgraded with its source, and its program is the same", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("openssl=2")), rewritten(ssl("1")), cli("2"), file("usr/share/openssl/data", "same")}}, []string{"base 1", "libssl3 2 of openssl", "openssl 2"}},
		{"upgraded with its source, but its program is not written again", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("openssl=2")), cli("2")}}, []string{"base 1", was, "libssl3 2 of openssl", "openssl 2"}},
		{"upgraded with its source, to a program by another name", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("openssl=2")), list("libssl3", "/usr/lib/libssl.so.3.2"), whiteout("usr/lib/libssl.so.3"), executable("usr/lib/libssl.so.3.2", "libssl 2"), rewritten(cli("1"))}},
			[]string{"base 1", "libssl3 2 of openssl", "openssl 2"}},
		{"scripts: upgraded", [][]imagetest.File{scripts, {dpkgStatus(deb("base=1"), deb("python3-urllib3=2", "Source: python-urllib3")), urllib("new")}}, []string{"base 1", "python3-urllib3 2 of python-urllib3"}},
		{"scripts: raised, one that is called by its name written again", [][]imagetest.File{
			{osRelease("12"), dpkgStatus(deb("tool=1")), list("tool", "/usr/bin/tool"), withMode(file("usr/bin/tool", "#!/bin/sh\n"), 0o755)},
			{dpkgStatus(deb("tool=2")), withMode(file("usr/bin/tool", "#!/bin/sh\n"), 0o700)},
		}, []string{"tool 1, hidden by 1", "tool 2"}},
		{"scripts: upgraded, and a package of another source takes over those that are the same", [][]imagetest.File{
			{osRelease("12"), dpkgStatus(deb("tool=1")), list("tool", "/usr/lib/a.py", "/usr/lib/b.py", "/usr/lib/c.py"), file("usr/lib/a.py", "a"), file("usr/lib/b.py", "b"), file("usr/lib/c.py", "c")},
			{dpkgStatus(deb("tool=2"), deb("more=1")), list("tool", "/usr/lib/a.py"), list("more", "/usr/lib/b.py", "/usr/lib/c.py", "/usr/lib/d.py"), file("usr/lib/a.py", "new"), file("usr/lib/d.py", "d")},
		}, []string{"more 1", "tool 2"}},
		{"raised, its program written again, and its data removed", [][]imagetest.File{base, {dpkgStatus(deb("base=1"), deb("libssl3=1", openssl), deb("openssl=2")), rewritten(cli("1")), whiteout("usr/share/openssl/data")}}, []string{"base 1", "libssl3 1 of openssl", wasOpenSSL, "openssl 2"}},
		{"scripts: raised, and written again with an empty one", [][]imagetest.File{
			{osRelease("12"), dpkgStatus(deb("tool=1")), list("tool", "/usr/lib/t/__init__.py", "/usr/lib/t/a.py"), file("usr/lib/t/__init__.py", ""), file("usr/lib/t/a.py", "a")},
			{dpkgStatus(deb("tool=2")), rewritten(file("usr/lib/t/__init__.py", "")), rewritten(file("usr/lib/t/a.py", "a"))},
		}, []string{"tool 1, hidden by 1", "tool 2"}},
		{"upgraded twice, and its program is the same", [][]imagetest.File{base,
			{dpkgStatus(deb("base=1"), deb("libssl3=2", openssl), deb("openssl=2")), rewritten(ssl("1")), cli("2")},
			{dpkgStatus(deb("base=1"), deb("libssl3=3", openssl), deb("openssl=3")), rewritten(ssl("1")), cli("3")},
			{dpkgStatus(deb("base=1"), deb("libssl3=3", openssl), deb("openssl=3"), deb("x=1")), executable("usr/bin/x", "x")},
		}, []string{"base 1", "libssl3 3 of openssl", "openssl 3", "x 1"}},

		// The place of the record.
		{"its database is a link to an edited copy", [][]imagetest.File{base, {whiteout("var/lib/dpkg/status"), symlink("var/lib/dpkg/status", "/opt/status"), file("opt/status", deb("base=1")+deb("libssl3=2", openssl)+deb("openssl=1"))}}, []string{"base 1", was, "libssl3 2 of openssl", "openssl 1"}},
	}
	checkThere(t, tests)
}

// Databases of other systems, and packages of languages, are edited in the same ways.
func TestEditedRecordsOfOthers(t *testing.T) {
	t.Parallel()
	ssl := func(content string) imagetest.File { return executable("usr/lib/libssl.so.3", content) }
	alpine := func(installed string) imagetest.File { return file("lib/apk/db/installed", installed) }
	apk := func(name, version, origin string, paths ...string) string {
		return strings.Replace(apkWith(name, version, paths...), "o:"+name+"\n", "o:"+origin+"\n", 1)
	}
	const lib = "usr/lib/libssl.so.3"
	release := file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.1\n")
	listed := []imagetest.File{release, alpine(apk("libssl3", "1-r0", "openssl", lib)), ssl("1")}
	unlisted := []imagetest.File{release, alpine(apk("libssl3", "1-r0", "openssl")), ssl("1")}
	rocky := file("etc/os-release", "ID=rocky\nVERSION_ID=9.3\nID_LIKE=\"rhel centos fedora\"\n")
	rpm := func(packages ...rpmPackage) imagetest.File {
		return file("var/lib/rpm/rpmdb.sqlite", rpmDatabase(t, packages...))
	}
	first := rpmPackage{name: "libssl", version: "1", files: []string{"/" + lib}, source: "openssl-1-1.el9.src.rpm"}
	second, renamed, moved := first, first, first
	second.version, renamed.source, moved.module = "2", "nonsense-1-1.el9.src.rpm", "nonsense:1:1:1"
	const site = "usr/lib/python3/site-packages/"
	python := func(version string) []imagetest.File {
		return []imagetest.File{
			file(site+"six-"+version+".dist-info/METADATA", "Metadata-Version: 2.1\nName: six\nVersion: "+version+"\n"),
			file(site+"six-"+version+".dist-info/RECORD", "six.py,,\nsix-"+version+".dist-info/METADATA,,\n"),
		}
	}
	const module = "app/node_modules/a"
	code := func(name, content string) imagetest.File { return file(module+"/"+name, content) }
	node := []imagetest.File{npm(module, "a", "1.0.0"), code("index.js", "x"), code("lib.js", "y"), code("index.d.ts", "z")}

	tests := []edited{
		{"apk: another origin", [][]imagetest.File{listed, {alpine(apk("libssl3", "1-r0", "nonsense", lib))}}, []string{"libssl3 1-r0 of openssl, hidden by 1", "libssl3 1-r0 of nonsense"}},
		{"apk: another origin, without files", [][]imagetest.File{unlisted, {alpine(apk("libssl3", "1-r0", "nonsense"))}}, []string{"libssl3 1-r0 of openssl, hidden by 1", "libssl3 1-r0 of nonsense"}},
		{"apk: another name", [][]imagetest.File{listed, {alpine(apk("xlibssl3", "1-r0", "openssl", lib)), withMode(ssl("1"), 0o700)}}, []string{"libssl3 1-r0 of openssl, hidden by 1", "xlibssl3 1-r0 of openssl"}},
		{"apk: another architecture", [][]imagetest.File{listed, {alpine(strings.Replace(apk("libssl3", "1-r0", "openssl", lib), "A:x86_64", "A:noarch", 1))}}, []string{"libssl3 1-r0 of openssl, hidden by 1", "libssl3 1-r0 of openssl"}},
		{"apk: no address, by which the CPE dictionary knows it", [][]imagetest.File{
			{release, alpine(strings.Replace(apk("libssl3", "1-r0", "openssl", lib), "T:test", "U:https://www.gnu.org/software/x", 1)), ssl("1")}, {alpine(apk("libssl3", "1-r0", "openssl", lib))},
		}, []string{"libssl3 1-r0 of openssl, hidden by 1", "libssl3 1-r0 of openssl"}},
		{"apk: another description", [][]imagetest.File{listed, {alpine(strings.Replace(apk("libssl3", "1-r0", "openssl", lib), "T:test", "T:other", 1))}}, []string{"libssl3 1-r0 of openssl"}},
		{"apk: raised, without files", [][]imagetest.File{unlisted, {alpine(apk("libssl3", "2-r0", "openssl"))}}, []string{"libssl3 1-r0 of openssl, hidden by 1", "libssl3 2-r0 of openssl"}},
		{"apk: upgraded, without files", [][]imagetest.File{unlisted, {alpine(apk("libssl3", "2-r0", "openssl")), ssl("2")}}, []string{"libssl3 2-r0 of openssl"}},
		{"apk: raised, and its program written again", [][]imagetest.File{listed, {alpine(apk("libssl3", "2-r0", "openssl", lib)), withMode(ssl("1"), 0o700)}}, []string{"libssl3 1-r0 of openssl, hidden by 1", "libssl3 2-r0 of openssl"}},
		{"apk: a package without files is upgraded beside others", [][]imagetest.File{
			append([]imagetest.File{alpine(apk("alpine-base", "1-r0", "alpine-base") + apk("libssl3", "1-r0", "openssl", lib)), release}, ssl("1"), executable("usr/bin/app", "x")),
			{alpine(apk("alpine-base", "2-r0", "alpine-base") + apk("libssl3", "1-r0", "openssl", lib))},
		}, []string{"alpine-base 2-r0 of alpine-base", "libssl3 1-r0 of openssl"}},

		{"rpm: another source", [][]imagetest.File{{rocky, rpm(first), ssl("1")}, {rpm(renamed)}}, []string{"libssl 1-1.el9 of openssl 1-1.el9, hidden by 1", "libssl 1-1.el9 of nonsense 1-1.el9"}},
		{"rpm: another module", [][]imagetest.File{{rocky, rpm(first), ssl("1")}, {rpm(moved)}}, []string{"libssl 1-1.el9 of openssl 1-1.el9, hidden by 1", "libssl 1-1.el9 of openssl 1-1.el9"}},
		{"rpm: a newer database", [][]imagetest.File{{rocky, rpm(first), ssl("1")}, {rpm(second)}}, []string{"libssl 1-1.el9 of openssl 1-1.el9, hidden by 1", "libssl 2-1.el9 of openssl 1-1.el9"}},
		{"rpm: an older database", [][]imagetest.File{{rocky, rpm(first), ssl("1")}, {rpm(second), ssl("2")}, {rpm(first)}}, []string{"libssl 1-1.el9 of openssl 1-1.el9", "libssl 2-1.el9 of openssl 1-1.el9, hidden by 2"}},
		{"rpm: upgraded", [][]imagetest.File{{rocky, rpm(first), ssl("1")}, {rpm(second), ssl("2")}}, []string{"libssl 2-1.el9 of openssl 1-1.el9"}},

		{"npm: raised, and its code written again", [][]imagetest.File{node, {npm(module, "a", "2.0.0"), withMode(code("index.js", "x"), 0o600), code("lib.js", "y"), code("index.d.ts", "z")}}, []string{"a 1.0.0, hidden by 1", "a 2.0.0"}},
		{"npm: by another name, and its code written again", [][]imagetest.File{node, {npm(module, "b", "1.0.0"), withMode(code("index.js", "x"), 0o600)}}, []string{"a 1.0.0, hidden by 1", "b 1.0.0"}},
		{"npm: updated", [][]imagetest.File{node, {npm(module, "a", "2.0.0"), code("index.js", "new"), code("lib.js", "y")}}, []string{"a 2.0.0"}},
		{"npm: updated, and only code is added and removed", [][]imagetest.File{node, {npm(module, "a", "2.0.0"), whiteout(module + "/lib.js"), code("new.js", "new")}}, []string{"a 2.0.0"}},
		{"npm: updated, and its library did not change", [][]imagetest.File{append([]imagetest.File{executable(module+"/a.node", "a")}, node...), {npm(module, "a", "2.0.0"), code("index.js", "new"), code("lib.js", "new")}}, []string{"a 2.0.0"}},
		{"npm: moved", [][]imagetest.File{{npm(module, "a", "1.0.0"), executable(module+"/bin/a", "a")}, {whiteout("app"), npm("srv/node_modules/a", "a", "1.0.0"), executable("srv/node_modules/a/bin/a", "a")}}, []string{"a 1.0.0"}},
		{"python: raised, and its code written again", [][]imagetest.File{append(python("1.0"), file(site+"six.py", "x")), append(python("2.0"), whiteout(site+"six-1.0.dist-info"), withMode(file(site+"six.py", "x"), 0o600))}, []string{"six 1.0, hidden by 1", "six 2.0"}},
		{"python: updated", [][]imagetest.File{append(python("1.0"), file(site+"six.py", "x")), append(python("2.0"), whiteout(site+"six-1.0.dist-info"), file(site+"six.py", "y"))}, []string{"six 2.0"}},
		{"python: another package brings a library of its own that both have", [][]imagetest.File{
			{
				file(site+"s-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: s\nVersion: 1\n"), file(site+"s-1.dist-info/RECORD", "s/a.py,,\ns/b.py,,\ns.libs/g.so,,\n"),
				file(site+"s/a.py", "a"), file(site+"s/b.py", "b"), executable(site+"s.libs/g.so", "g"),
			},
			{
				whiteout(site + "s"), whiteout(site + "s.libs"), whiteout(site + "s-1.dist-info"), executable(site+"n.libs/g.so", "g"), file(site+"n/n.py", "n"),
				file(site+"n-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: n\nVersion: 1\n"), file(site+"n-1.dist-info/RECORD", "n.libs/g.so,,\nn/n.py,,\n"),
			},
		}, []string{"n 1"}},
	}
	checkThere(t, tests)
}
