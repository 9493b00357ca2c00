package inventory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
)

// What is only added or moved renews no package of a system.
func TestRaisedWithoutRenewal(t *testing.T) {
	t.Parallel()
	const openssl = "Source: openssl"
	const lib, crypto, bin = "/usr/lib/libssl.so.3", "/usr/lib/libcrypto.so.3", "/usr/bin/openssl"
	elf := func(name, about string) imagetest.File {
		return withMode(executable(strings.TrimPrefix(name, "/"), about), 0o700)
	}
	script := func(name, body string) imagetest.File { return file(strings.TrimPrefix(name, "/"), body) }
	records := func(base, libssl3, cli string, more ...string) imagetest.File {
		return dpkgStatus(append([]string{deb("base=" + base), deb("libssl3="+libssl3, openssl), deb("openssl=" + cli)}, more...)...)
	}
	base := []imagetest.File{
		osRelease("12"), records("1", "1", "1"), list("base", "/usr/bin/base"), elf("/usr/bin/base", "base"),
		list("libssl3", crypto, lib), elf(crypto, "crypto 1"), elf(lib, "ssl 1"), list("openssl", bin, "/usr/share/openssl/data"), elf(bin, "cli 1"), file("usr/share/openssl/data", "1"),
	}
	touched := []imagetest.File{elf(crypto, "crypto 1"), elf(lib, "ssl 1")}
	const was, raised = "libssl3 1 of openssl, hidden by 1", "libssl3 2 of openssl"
	edit := func(name string, files ...imagetest.File) edited {
		return edited{name, [][]imagetest.File{base, append([]imagetest.File{records("1", "2", "1")}, files...)}, []string{"base 1", "openssl 1", was, raised}}
	}
	allLists := whiteout("var/lib/dpkg/info")

	const urllib = "/usr/lib/python3/dist-packages/urllib3/"
	const egg = "/usr/lib/python3/dist-packages/urllib3-1.egg-info/PKG-INFO"
	python := func(version string) string { return deb("python3-urllib3="+version, "Source: python-urllib3") }
	code := []imagetest.File{script(urllib+"a.py", "a"), script(urllib+"b.py", "b"), script(urllib+"c.py", "c"), script(urllib+"x.json", "x")}
	scripts := append([]imagetest.File{osRelease("12"), dpkgStatus(python("1")), list("python3-urllib3", urllib+"a.py", urllib+"b.py", urllib+"c.py", urllib+"x.json")}, code...)
	moved := func(to string, names ...string) []imagetest.File {
		var out []imagetest.File
		for _, name := range names {
			out = append(out, script(to+name+".py", name))
		}
		return out
	}
	const wasPython, raisedPython = "python3-urllib3 1 of python-urllib3, hidden by 1", "python3-urllib3 2 of python-urllib3"
	withEgg := append([]imagetest.File{list("python3-urllib3", urllib+"a.py", urllib+"b.py", urllib+"c.py", urllib+"x.json", egg), script(egg, "Name: urllib3\nVersion: 1\n")}, slices.DeleteFunc(slices.Clone(scripts), func(f imagetest.File) bool { return strings.HasSuffix(f.Name, ".list") })...)

	var data []string
	var many []imagetest.File
	for i := range 150 {
		data = append(data, fmt.Sprintf("/usr/share/tool/%03d", i))
		many = append(many, script(data[i], "same"))
	}
	var modules []string
	var code150 []imagetest.File
	for i := range 150 {
		modules = append(modules, fmt.Sprintf("/usr/lib/tool/%03d.py", i))
		code150 = append(code150, script(modules[i], "same"))
	}
	many, code150 = slices.Clip(many), slices.Clip(code150)
	tool := func(version string) imagetest.File { return dpkgStatus(deb("tool=" + version)) }

	checkThere(t, []edited{
		edit("its executables renamed, with links in the old places", list("libssl3", crypto, crypto+".9", lib, lib+".9"), elf(crypto+".9", "crypto 1"), symlink(crypto[1:], "libcrypto.so.3.9"), elf(lib+".9", "ssl 1"), symlink(lib[1:], "libssl.so.3.9")),
		{"two of a source renamed, with links in the old places", [][]imagetest.File{base, {
			records("1", "2", "2"), list("libssl3", crypto, lib, lib+".9"), elf(crypto, "crypto 1"), elf(lib+".9", "ssl 1"), symlink(lib[1:], "libssl.so.3.9"),
			list("openssl", bin, bin+".9", "/usr/share/openssl/data"), elf(bin+".9", "cli 1"), symlink(bin[1:], "openssl.9"),
		}}, []string{"base 1", was, raised, "openssl 1, hidden by 1", "openssl 2"}},
		{"beside one of its source that has a copy of another program", [][]imagetest.File{base, append([]imagetest.File{
			records("1", "2", "2"), list("openssl", bin+".9", "/usr/share/openssl/data"), elf(bin+".9", "base"), whiteout(bin[1:]),
		}, touched...)}, []string{"base 1", was, raised, "openssl 2"}},
		edit("written again, with a new script", append(touched, list("libssl3", crypto, lib, "/usr/share/x.py"), script("/usr/share/x.py", "x"))...),
		edit("written again, with the executable of an application", append(touched, list("libssl3", crypto, lib, "/app/app"), elf("/app/app", "app"))...),
		{"written again, with data of its source replaced", [][]imagetest.File{base, append([]imagetest.File{records("1", "2", "2"), file("usr/share/openssl/data", "2")}, touched...)}, []string{"base 1", was, raised, "openssl 1, hidden by 1", "openssl 2"}},
		{"written again, with the new program of another package in its list", [][]imagetest.File{base, append([]imagetest.File{
			records("2", "2", "1"), list("libssl3", crypto, lib, "/usr/bin/base"), elf("/usr/bin/base", "base 2"),
		}, touched...)}, []string{"base 2", "openssl 1", was, raised}},
		{"written again, beside an upgrade that says to be of its source", [][]imagetest.File{base, append([]imagetest.File{
			dpkgStatus(deb("base=2", openssl), deb("libssl3=2", openssl), deb("openssl=1")), elf("/usr/bin/base", "base 2"),
		}, touched...)}, []string{"base 2 of openssl", "openssl 1", was, raised}},
		{"written again, beside an upgrade to another program that says to be of its source", [][]imagetest.File{base, append([]imagetest.File{
			dpkgStatus(deb("base=2", openssl), deb("libssl3=2", openssl), deb("openssl=1")), list("base", "/usr/bin/base2"), whiteout("usr/bin/base"), elf("/usr/bin/base2", "base 2"),
		}, touched...)}, []string{"base 2 of openssl", "openssl 1", was, raised}},
		{"removed, and what is left of it is in a made-up package's list", [][]imagetest.File{base, {
			dpkgStatus(deb("base=1"), deb("made-up=1"), deb("openssl=1")), list("made-up", lib, "/usr/bin/x"), elf(lib, "ssl 1"), elf("/usr/bin/x", "x"), whiteout(crypto[1:]),
		}}, []string{"base 1", "made-up 1", "openssl 1", was}},
		{"written again, with a new program, and data is gone", [][]imagetest.File{base, {
			records("1", "1", "2"), list("openssl", bin, bin+"-new"), elf(bin, "cli 1"), elf(bin+"-new", "new"), whiteout("usr/share/openssl/data"),
		}}, []string{"base 1", "libssl3 1 of openssl", "openssl 1, hidden by 1", "openssl 2"}},
		{"a layer before takes the lists away", [][]imagetest.File{base, {records("1", "1", "1"), allLists}, {records("1", "2", "1"), elf("/usr/bin/base", "base 2")}}, []string{"base 1", "openssl 1", "libssl3 1 of openssl, hidden by 2", raised}},
		edit("its list taken away", whiteout("var/lib/dpkg/info/libssl3.list")),
		edit("its list taken away, and written again", append(touched, whiteout("var/lib/dpkg/info/libssl3.list"))...),

		{"upgraded, and all lists taken away", [][]imagetest.File{base, {records("2", "2", "2"), allLists, elf(crypto, "crypto 2"), elf(lib, "ssl 2"), elf(bin, "cli 2"), elf("/usr/bin/base", "base 2")}}, []string{"base 2", raised, "openssl 2"}},
		{"upgraded to a package of another name", [][]imagetest.File{base, {
			dpkgStatus(deb("base=1"), deb("libssl3t64=2", openssl), deb("openssl=1")), list("libssl3t64", crypto, lib), whiteout("var/lib/dpkg/info/libssl3.list"), elf(crypto, "crypto 1"), elf(lib, "ssl 2"),
		}}, []string{"base 1", "libssl3t64 2 of openssl", "openssl 1"}},
		{"upgraded with its source, and all lists taken away", [][]imagetest.File{base, {records("1", "2", "2"), allLists, elf(crypto, "crypto 1"), elf(lib, "ssl 1"), elf(bin, "cli 2")}}, []string{"base 1", raised, "openssl 2"}},
		{"data upgraded, and all lists taken away", [][]imagetest.File{
			{osRelease("12"), tool("1"), list("tool", "/usr/share/a", "/usr/share/b"), file("usr/share/a", "a"), file("usr/share/b", "b")}, {tool("2"), allLists, file("usr/share/a", "a2")},
		}, []string{"tool 2"}},

		{"data: raised, and all lists taken away", [][]imagetest.File{
			{osRelease("12"), tool("1"), list("tool", "/usr/share/a", "/usr/share/b"), file("usr/share/a", "a"), file("usr/share/b", "b")}, {tool("2"), allLists},
		}, []string{"tool 1, hidden by 1", "tool 2"}},
		{"scripts: taken out of the system alone", [][]imagetest.File{append(slices.Clip(scripts), script(egg, "Name: urllib3\nVersion: 1\n")), {dpkgStatus()}}, []string{wasPython, "urllib3 1"}},

		// Packages without executables.
		{"scripts: a new one", [][]imagetest.File{scripts, {dpkgStatus(python("2")), list("python3-urllib3", urllib+"a.py", urllib+"b.py", urllib+"c.py", urllib+"x.json", urllib+"d.py"), script(urllib+"d.py", "d")}}, []string{wasPython, raisedPython}},
		{"scripts: moved", [][]imagetest.File{scripts, append(moved("/usr/share/u/", "a", "b", "c"), dpkgStatus(python("2")), list("python3-urllib3", "/usr/share/u/a.py", "/usr/share/u/b.py", "/usr/share/u/c.py"), whiteout(strings.Trim(urllib, "/")))}, []string{wasPython, raisedPython}},
		{"scripts: moved, in another order", [][]imagetest.File{scripts, {dpkgStatus(python("2")), script(urllib+"a.py", "b"), script(urllib+"b.py", "c"), script(urllib+"c.py", "a")}}, []string{wasPython, raisedPython}},
		{"scripts: moved to a made-up package", [][]imagetest.File{scripts, append(moved("/usr/share/u/", "a", "b", "c"), dpkgStatus(deb("made-up=1")), list("made-up", "/usr/share/u/a.py", "/usr/share/u/b.py", "/usr/share/u/c.py"), whiteout(strings.Trim(urllib, "/")))}, []string{"made-up 1", wasPython}},
		{"scripts: one renamed, with a link in the old place", [][]imagetest.File{
			{osRelease("12"), tool("1"), list("tool", "/usr/bin/t"), withMode(file("usr/bin/t", "#!/bin/sh\n"), 0o755)},
			{tool("2"), list("tool", "/usr/bin/t", "/usr/bin/t.9"), withMode(file("usr/bin/t.9", "#!/bin/sh\n"), 0o755), symlink("usr/bin/t", "t.9")},
		}, []string{"tool 1, hidden by 1", "tool 2"}},
		{"scripts: raised, and so is what Python knows of it", [][]imagetest.File{withEgg, {dpkgStatus(python("2")), script(egg, "Name: urllib3\nVersion: 2\n")}},
			[]string{wasPython, raisedPython, "urllib3 1, hidden by 1", "urllib3 2"}},
		{"scripts: raised for the system alone", [][]imagetest.File{withEgg, {dpkgStatus(python("2"))}}, []string{wasPython, raisedPython, "urllib3 1"}},
		{"scripts: much data before them", [][]imagetest.File{
			append(many, osRelease("12"), tool("1"), list("tool", append(data, "/usr/bin/t.py")...), file("usr/bin/t.py", "t")), append(many, tool("2"), file("usr/bin/t.py", "t")),
		}, []string{"tool 1, hidden by 1", "tool 2"}},
		{"many scripts before its executable", [][]imagetest.File{
			append(code150, osRelease("12"), tool("1"), list("tool", append(modules, "/usr/bin/t")...), elf("/usr/bin/t", "t")), append(slices.Clip(code150[1:]), tool("2"), script(modules[0], "new"), elf("/usr/bin/t", "t")),
		}, []string{"tool 1, hidden by 1", "tool 2"}},
		{"scripts: most are other ones, and a copy of another lies elsewhere", [][]imagetest.File{scripts, append(moved("/usr/share/u/", "a"), dpkgStatus(), whiteout(strings.Trim(urllib, "/")))}, nil},
		{"scripts: removed, and copies of them were elsewhere before", [][]imagetest.File{append(moved("/usr/share/u/", "a", "b", "c"), scripts...), {dpkgStatus(), whiteout(strings.Trim(urllib, "/"))}}, nil},

		{"scripts: upgraded to another place", [][]imagetest.File{scripts, append(moved("/usr/share/u/", "a", "b", "new"), dpkgStatus(python("2")), list("python3-urllib3", "/usr/share/u/a.py", "/usr/share/u/b.py", "/usr/share/u/new.py"), whiteout(strings.Trim(urllib, "/")))}, []string{raisedPython}},
		{"scripts: upgraded, with what Python knows of it", [][]imagetest.File{withEgg, {dpkgStatus(python("2")), script(egg, "Name: urllib3\nVersion: 2\n"), script(urllib+"a.py", "new")}}, []string{raisedPython, "urllib3 2"}},
		{"scripts: its data upgraded", [][]imagetest.File{scripts, {dpkgStatus(python("2")), script(urllib+"x.json", "new")}}, []string{raisedPython}},
		{"upgraded to what a package is found in", [][]imagetest.File{
			{osRelease("12"), tool("1"), list("tool", "/usr/share/t.jar", "/usr/share/a.py"), file("usr/share/t.jar", jar(t, "META-INF/MANIFEST.MF", "Implementation-Title: t\nImplementation-Version: 1\n")), file("usr/share/a.py", "a")},
			{tool("2"), file("usr/share/t.jar", jar(t, "META-INF/MANIFEST.MF", "Implementation-Title: t\nImplementation-Version: 2\n"))},
		}, []string{"t 2", "tool 2"}},
	})
}

// Nor does it renew a package of apk's or of a language.
func TestRaisedWithoutRenewalOfOthers(t *testing.T) {
	t.Parallel()
	elf := func(name, about string) imagetest.File { return withMode(executable(name, about), 0o700) }
	alpine := func(installed ...string) imagetest.File {
		return file("lib/apk/db/installed", strings.Join(installed, ""))
	}
	apk := []imagetest.File{file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.1\n"), alpine(apkWith("tool", "1-r0", "usr/bin/tool")), elf("usr/bin/tool", "tool 1")}

	const module = "app/node_modules/a"
	code := func(dir, name, content string) imagetest.File { return file(dir+"/"+name, content) }
	package1 := func(dir string) []imagetest.File {
		return []imagetest.File{npm(dir, "a", "1.0.0"), code(dir, "index.js", "x"), code(dir, "lib.js", "y"), code(dir, "data.json", "z")}
	}
	const was, raised = "a 1.0.0, hidden by 1", "a 2.0.0"
	const store = "app/node_modules/.pnpm/a@%d/node_modules/a"
	store1, store2 := fmt.Sprintf(store, 1), fmt.Sprintf(store, 2)
	const inner = "app/node_modules/b/node_modules/a"

	const site = "usr/lib/python3/site-packages/"
	python := func(version string, modules ...string) []imagetest.File {
		return []imagetest.File{
			file(site+"six-"+version+".dist-info/METADATA", "Metadata-Version: 2.1\nName: six\nVersion: "+version+"\n"),
			file(site+"six-"+version+".dist-info/RECORD", strings.Join(append(modules, "six-"+version+".dist-info/METADATA"), ",,\n")+",,\n"),
		}
	}
	six := append(python("1.0", "six/a.py", "six/b.py"), file(site+"six/a.py", "a"), file(site+"six/b.py", "b"))
	gone := whiteout(site + "six-1.0.dist-info")
	const gems = "usr/lib/gems/"
	gem := func(version, a, b string) []imagetest.File {
		return []imagetest.File{
			file(gems+"specifications/rack-"+version+".gemspec", "Gem::Specification.new do |s|\n  s.name = \"rack\".freeze\n  s.version = \""+version+"\"\nend\n"),
			file(gems+"gems/rack-"+version+"/lib/rack.rb", a), file(gems+"gems/rack-"+version+"/lib/rack/b.rb", b),
		}
	}
	noGem := []imagetest.File{whiteout(gems + "specifications/rack-1.0.gemspec"), whiteout(gems + "gems/rack-1.0")}
	// A gem of Ruby's own: its library is among Ruby's, and only its command in a directory of its name.
	const rubygems, ruby = "usr/lib/ruby/gems/3.3.0/", "usr/lib/ruby/3.3.0/"
	ofRuby := func(version, code string) []imagetest.File {
		return []imagetest.File{
			file(rubygems+"specifications/default/io-erb-"+version+".gemspec", "Gem::Specification.new do |s|\n  s.name = \"io-erb\".freeze\n  s.version = \""+version+"\"\n  s.files = [\"io/erb.rb\".freeze, \"exe/erb\".freeze]\nend\n"),
			executable(rubygems+"gems/io-erb-"+version+"/exe/erb", "#!/usr/bin/ruby\n"), file(ruby+"io/erb.rb", code), file(ruby+"io/erb/util.rb", "util"),
		}
	}
	noneOfRuby := []imagetest.File{whiteout(rubygems + "specifications/default/io-erb-1.0.gemspec"), whiteout(rubygems + "gems/io-erb-1.0")}
	composer := func(version string) imagetest.File {
		return file("srv/vendor/composer/installed.json", `{"packages":[{"name":"twig/twig","version":"`+version+`","type":"library"}]}`)
	}

	checkThere(t, []edited{
		{"apk: renamed, with a link in the old place", [][]imagetest.File{apk, {alpine(apkWith("tool", "2-r0", "usr/bin/tool", "usr/bin/tool.9")), elf("usr/bin/tool.9", "tool 1"), symlink("usr/bin/tool", "tool.9")}}, []string{"tool 1-r0 of tool, hidden by 1", "tool 2-r0 of tool"}},
		{"apk: written again, with a new script", [][]imagetest.File{apk, {alpine(apkWith("tool", "2-r0", "usr/bin/tool", "usr/bin/x.py")), elf("usr/bin/tool", "tool 1"), file("usr/bin/x.py", "x")}}, []string{"tool 1-r0 of tool, hidden by 1", "tool 2-r0 of tool"}},
		{"apk: upgraded", [][]imagetest.File{apk, {alpine(apkWith("tool", "2-r0", "usr/bin/tool")), elf("usr/bin/tool", "tool 2")}}, []string{"tool 2-r0 of tool"}},

		{"npm: a new module", [][]imagetest.File{package1(module), {npm(module, "a", "2.0.0"), code(module, "new.js", "new")}}, []string{was, raised}},
		{"npm: moved inside", [][]imagetest.File{package1(module), {npm(module, "a", "2.0.0"), code(module, "src/index.js", "x"), code(module, "src/lib.js", "y"), whiteout(module + "/index.js"), whiteout(module + "/lib.js")}}, []string{was, raised}},
		{"npm: moved to another place", [][]imagetest.File{package1(module), {npm("srv/node_modules/a", "a", "2.0.0"), code("srv/node_modules/a", "index.js", "x"), code("srv/node_modules/a", "lib.js", "y"), code("srv/node_modules/a", "data.json", "z"), whiteout(module)}}, []string{was, raised}},
		{"npm: raised, and another copy is updated", [][]imagetest.File{append(package1(inner), package1(module)...), {npm(module, "a", "2.0.0"), npm(inner, "a", "2.0.0"), code(inner, "index.js", "new")}}, []string{was, raised, raised}},
		{"npm: moved with its record", [][]imagetest.File{package1(module), append(package1("srv/node_modules/a"), whiteout("app"))}, []string{"a 1.0.0"}},
		{"npm: updated to what another copy has", [][]imagetest.File{append([]imagetest.File{npm(inner, "a", "2.0.0"), code(inner, "index.js", "new")}, package1(module)...), {npm(module, "a", "2.0.0"), code(module, "index.js", "new")}}, []string{raised, raised}},
		{"npm: updated in a store", [][]imagetest.File{package1(store1), {whiteout("app/node_modules/.pnpm/a@1"), npm(store2, "a", "2.0.0"), code(store2, "index.js", "new"), code(store2, "lib.js", "y"), code(store2, "data.json", "z")}}, []string{raised}},
		{"npm: only its data updated in a store", [][]imagetest.File{package1(store1), {whiteout("app/node_modules/.pnpm/a@1"), npm(store2, "a", "2.0.0"), code(store2, "index.js", "x"), code(store2, "lib.js", "y"), code(store2, "data.json", "new")}}, []string{raised}},
		{"npm: moved, with a declaration", [][]imagetest.File{{npm(module, "a", "1.0.0"), code(module, "index.js", "x"), code(module, "index.d.ts", "t")}, {npm("srv/node_modules/a", "a", "2.0.0"), code("srv/node_modules/a", "index.js", "x"), code("srv/node_modules/a", "index.d.ts", "t"), whiteout(module)}}, []string{was, raised}},
		{"npm: of many modules, the last one updated in a store", [][]imagetest.File{
			append(modulesOf(store1, 150), npm(store1, "a", "1.0.0"), code(store1, "z.js", "z")), append(modulesOf(store2, 150), npm(store2, "a", "2.0.0"), code(store2, "z.js", "new"), whiteout("app/node_modules/.pnpm/a@1")),
		}, []string{raised}},
		{"npm: uninstalled, and another has its data", [][]imagetest.File{{npm(module, "a", "1.0.0"), code(module, "data.json", "z")}, {whiteout(module), npm("app/node_modules/b", "b", "1.0.0"), code("app/node_modules/b", "data.json", "z")}}, []string{"b 1.0.0"}},
		{"npm: uninstalled, and another has one of its modules", [][]imagetest.File{package1(module), {whiteout(module), npm("app/node_modules/b", "b", "1.0.0"), code("app/node_modules/b", "index.js", "x")}}, []string{"b 1.0.0"}},

		{"python: a new module", [][]imagetest.File{six, append(python("2.0", "six/a.py", "six/b.py", "six/c.py"), gone, file(site+"six/c.py", "c"))}, []string{"six 1.0, hidden by 1", "six 2.0"}},
		{"python: moved", [][]imagetest.File{six, append(python("2.0", "x/six/a.py", "x/six/b.py"), gone, whiteout(site+"six"), file(site+"x/six/a.py", "a"), file(site+"x/six/b.py", "b"))}, []string{"six 1.0, hidden by 1", "six 2.0"}},
		{"python: updated, and one of its modules moved", [][]imagetest.File{six, append(python("2.0", "six/x/a.py", "six/b.py"), gone, whiteout(site+"six/a.py"), file(site+"six/x/a.py", "a"), file(site+"six/b.py", "new"))}, []string{"six 2.0"}},
		{"ruby: moved", [][]imagetest.File{gem("1.0", "a", "b"), append(gem("2.0", "a", "b"), noGem...)}, []string{"rack 1.0, hidden by 1", "rack 2.0"}},
		{"ruby: updated", [][]imagetest.File{gem("1.0", "a", "b"), append(gem("2.0", "a", "new"), noGem...)}, []string{"rack 2.0"}},
		{"ruby: its own, raised", [][]imagetest.File{ofRuby("1.0", "a"), append(ofRuby("2.0", "a"), noneOfRuby...)}, []string{"io-erb 1.0, hidden by 1", "io-erb 2.0"}},
		{"ruby: its own, updated", [][]imagetest.File{ofRuby("1.0", "a"), append(ofRuby("2.0", "new"), noneOfRuby...)}, []string{"io-erb 2.0"}},
		{"ruby: its own, without a record", [][]imagetest.File{ofRuby("1.0", "a"), noneOfRuby}, []string{"io-erb 1.0, hidden by 1"}},
		{"php: a new file", [][]imagetest.File{{composer("1.0.0"), file("srv/vendor/twig/twig/a.php", "a")}, {composer("2.0.0"), file("srv/vendor/twig/twig/b.php", "b")}}, []string{"twig/twig 1.0.0, hidden by 1", "twig/twig 2.0.0"}},
	})
}

// modulesOf are scripts in a directory, each with its own content.
func modulesOf(dir string, n int) []imagetest.File {
	var out []imagetest.File
	for i := range n {
		out = append(out, file(fmt.Sprintf("%s/%03d.js", dir, i), fmt.Sprintf("module %03d", i)))
	}
	return out
}
