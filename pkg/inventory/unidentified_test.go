package inventory_test

import (
	"archive/tar"
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
)

// tarOf is a tar archive of members, given as name and content by turns.
func tarOf(t *testing.T, members ...string) string {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for i := 0; i < len(members); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: members[i], Size: int64(len(members[i+1])), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// zstdOf and xzOf are compressed texts.
func zstdOf(t *testing.T, text string) string {
	t.Helper()
	out, err := imagetest.Compress([]byte(text), imagetest.Zstd)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func xzOf(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w, err := xz.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Write([]byte(text))
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// sectors are 64 KiB of nothing, with texts at places, given by turns.
func sectors(marks ...any) string {
	out := make([]byte, 64<<10)
	for i := 0; i < len(marks); i += 2 {
		copy(out[marks[i].(int):], marks[i+1].(string))
	}
	return string(out)
}

// Software that does not say what it is is named, and what is no software, or says it, is not.
func TestUnidentified(t *testing.T) {
	t.Parallel()
	const site, gems = "usr/lib/python3/site-packages/", "usr/lib/ruby/gems/3.3.0/"
	python := func(name string, modules ...string) []imagetest.File {
		out := []imagetest.File{file(site+name+"-1.dist-info/METADATA", "Name: "+name+"\nVersion: 1\n"), file(site+name+"-1.dist-info/RECORD", strings.Join(modules, ",,\n")+",,\n")}
		for _, m := range modules {
			out = append(out, file(site+m, "x"))
		}
		return out
	}
	plain := "Manifest-Version: 1.0\n"
	noise := strings.Repeat("x", 100)
	for len(noise) < 100<<10 { // which packs to much
		noise += fmt.Sprintf("%x", md5.Sum([]byte(noise[len(noise)-100:])))
	}
	hash := strings.Repeat("0a", 32)
	const phar = "<?php Phar::mapPhar(); __HALT_COMPILER(); ?>\r\n\x12\x00\x00\x00\x01\x00\x00\x00\x11\x10\x03\x00\x00\x00GBMB"
	tests := []struct {
		name  string
		files []imagetest.File
		want  []string
	}{
		{"a Java archive without a version", []imagetest.File{file("opt/app.jar", jar(t, "META-INF/MANIFEST.MF", plain, "a/A.class", "x"))}, []string{"/opt/app.jar"}},
		{"one without a manifest that is called .zip", []imagetest.File{file("opt/app.zip", jar(t, "a/A.CLASS", "x"))}, []string{"/opt/app.zip"}},
		{"a ZIP archive with classes and what Maven says of them", []imagetest.File{file("opt/app.zip", jar(t, "a/A.class", "x", "META-INF/maven/g/b/pom.properties", "groupId=g\nartifactId=b\nversion=1.0\n"))}, []string{"/opt/app.zip"}},
		{"one without a manifest of a package of Debian", []imagetest.File{osRelease("12"), status("tools=1"), list("tools", "/usr/share/java/a.jar"), file("usr/share/java/a.jar", jar(t, "a/A.class", "x"))}, nil},
		{"one of sources in a ZIP archive", []imagetest.File{file("opt/a.zip", jar(t, "lib/x-sources.jar", jar(t, "a/A.java", "x")))}, nil},
		{"one of resources", []imagetest.File{file("opt/app.jar", jar(t, "META-INF/MANIFEST.MF", plain, "a/a.txt", "x"))}, nil},
		{"one inside another", []imagetest.File{file("opt/a.ear", jar(t, "META-INF/MANIFEST.MF", plain, "lib/x.jar", jar(t, "META-INF/MANIFEST.MF", plain, "a/A.class", "x")))}, []string{"/opt/a.ear"}},
		{"one that only holds others", []imagetest.File{file("opt/a.ear", jar(t, "META-INF/MANIFEST.MF", plain, "lib/x-1.0.jar", jar(t, "META-INF/MANIFEST.MF", plain, "a/A.class", "x")))}, nil},
		{"one with its version in its name", []imagetest.File{file("opt/app-1.0.jar", jar(t, "META-INF/MANIFEST.MF", plain, "a/A.class", "x"))}, nil},

		{"classes beside a library that says its version", []imagetest.File{file("opt/app.jar", jar(t, "META-INF/MANIFEST.MF", plain, "a/A.class", "x", "META-INF/maven/g/b/pom.properties", "groupId=g\nartifactId=b\nversion=1.0\n"))}, nil},
		{"one inside another that what Maven says identifies", []imagetest.File{file("opt/a-1.jar", jar(t, "META-INF/MANIFEST.MF", plain, "lib/core.jar", jar(t, "META-INF/MANIFEST.MF", plain, "a/A.class", "x", "META-INF/maven/g/b/pom.properties", "groupId=g\nartifactId=b\nversion=1.0\n")))}, nil},
		{"one inside another beside one that does", []imagetest.File{file("opt/a-1.jar", jar(t, "META-INF/MANIFEST.MF", plain, "lib/x.jar", jar(t, "META-INF/MANIFEST.MF", plain, "a/A.class", "x"), "lib/y-1.jar", jar(t, "META-INF/MANIFEST.MF", plain)))}, []string{"/opt/a-1.jar"}},
		{"classes in a ZIP archive in one of Java", []imagetest.File{file("opt/a-1.jar", jar(t, "META-INF/MANIFEST.MF", plain, "x.zip", jar(t, "a/A.class", "x")))}, []string{"/opt/a-1.jar"}},
		{"programs of Android", []imagetest.File{file("opt/a.apk", jar(t, "classes.dex", "dex\n035", "META-INF/MANIFEST.MF", plain)), file("opt/b.dex", "dex\n035")}, []string{"/opt/a.apk", "/opt/b.dex"}},
		{"one that was packed once more", []imagetest.File{file("opt/a.jar.gz", gzipped(t, "x")), file("opt/b.jar.pack.gz", gzipped(t, "x")), file("opt/c.war.gz", gzipped(t, "x")), file("opt/d.pack", "\xca\xfe\xd0\x0d"), file("opt/e.jar.gz", "text"), file("srv/.git/objects/pack/f.pack", "PACK\x00\x00")}, []string{"/opt/a.jar.gz", "/opt/b.jar.pack.gz", "/opt/c.war.gz", "/opt/d.pack"}},
		{"one of a package of Debian", []imagetest.File{osRelease("12"), status("tools=1"), list("tools", "/usr/share/java/a.jar"), file("usr/share/java/a.jar", jar(t, "META-INF/MANIFEST.MF", plain, "a/A.class", "x"))}, nil},
		{"one beside a package of Debian", []imagetest.File{osRelease("12"), status("tools=1"), list("tools", "/usr/share/java/b.jar"), file("usr/share/java/a.jar", jar(t, "META-INF/MANIFEST.MF", plain, "a/A.class", "x"))}, []string{"/usr/share/java/a.jar"}},

		{"a tar archive with a package", []imagetest.File{file("opt/a.tar", tarOf(t, "package/package.json", "{}"))}, []string{"/opt/a.tar"}},
		{"one that is compressed", []imagetest.File{file("opt/a.tgz", gzipped(t, tarOf(t, "a", "x", "bin/a", "\x7fELF")))}, []string{"/opt/a.tgz"}},
		{"one with a wheel", []imagetest.File{file("opt/a.tar.gz", gzipped(t, tarOf(t, "a.WHL", "x")))}, []string{"/opt/a.tar.gz"}},
		{"one with an installed package of Python", []imagetest.File{file("opt/a.tar", tarOf(t, "a-1.dist-info/METADATA", "x"))}, []string{"/opt/a.tar"}},
		{"one with other metadata", []imagetest.File{file("opt/a.tar", tarOf(t, "METADATA", "x"))}, nil},
		{"one of texts", []imagetest.File{file("opt/a.tar.gz", gzipped(t, tarOf(t, "a.txt", "x", "doc/b", "\x7fEL")))}, nil},
		{"one whose beginning is no software", []imagetest.File{file("opt/a.tar.gz", gzipped(t, tarOf(t, "a", strings.Repeat("x", 33<<20), "package.json", "{}")))}, []string{"/opt/a.tar.gz"}},
		{"one with directories that are called like packages", []imagetest.File{file("opt/a.tar", tarOf(t, "package.json/", "", "a.so/", ""))}, nil},
		{"a compressed text", []imagetest.File{file("opt/a.tar.gz", gzipped(t, "text"))}, nil},
		{"a broken one", []imagetest.File{file("test/a.tar.xz", "\xfd7zXZ\x00 and no more")}, []string{"/test/a.tar.xz"}},
		{"one that is cut off behind texts", []imagetest.File{file("opt/a.tar.gz", gzipped(t, tarOf(t, "a.txt", noise))[:9000])}, []string{"/opt/a.tar.gz"}},
		{"one that is cut off among test data", []imagetest.File{file("srv/testdata/a.tar.gz", gzipped(t, tarOf(t, "a.txt", noise))[:9000])}, nil},
		{"one that is not compressed and cut off behind texts", []imagetest.File{file("opt/a.tar", tarOf(t, "a.txt", noise)[:9000])}, nil},
		{"compressed files that cannot be unpacked", []imagetest.File{
			file("opt/a.zst", zstdOf(t, noise)[:200]), file("opt/b", xzOf(t, noise)[:200]), file("opt/c.gz", "\x1f\x8b\x07"+strings.Repeat("x", 100)), file("opt/d", gzipped(t, noise)[:100]), file("opt/e.bz2", "BZh91AY&SY"+strings.Repeat("x", 100)),
			file("opt/window", "\x28\xb5\x2f\xfd\x00\xa0"+strings.Repeat("x", 100)),
		}, []string{"/opt/a.zst", "/opt/b", "/opt/c.gz", "/opt/d", "/opt/e.bz2", "/opt/window"}},
		{"what only begins like a compressed file, is too short, or is test data", []imagetest.File{file("opt/a", "\x1f\x8b\x07"+strings.Repeat("x", 100)), file("opt/b.gz", gzipped(t, noise)[:63]), file("usr/src/testdata/c.gz", gzipped(t, noise)[:100]), file("opt/d.gz", gzipped(t, noise)[:9000])}, nil},
		{"compressed files that end with zeros", []imagetest.File{file("opt/a.gz", gzipped(t, noise[100:400])+strings.Repeat("\x00", 600)), file("opt/b.tar.gz", gzipped(t, tarOf(t, "a.txt", "x"))+"\x00"), file("opt/c.tgz", gzipped(t, tarOf(t, "a.so", "x"))+"\x00")}, []string{"/opt/c.tgz"}},
		{"those that end with something else", []imagetest.File{file("opt/a.gz", gzipped(t, noise[100:400])+"\x00\x00more"), file("opt/b.gz", gzipped(t, noise[100:400])+"more")}, []string{"/opt/a.gz", "/opt/b.gz"}},
		{"a compressed file of a package of Debian that cannot be unpacked", []imagetest.File{osRelease("12"), status("tools=1"), list("tools", "/usr/share/tools/a.gz"), file("usr/share/tools/a.gz", gzipped(t, noise)[:100])}, nil},
		{"a package of dpkg", []imagetest.File{file("opt/a.deb", "!<arch>\ndebian-binary")}, []string{"/opt/a.deb"}},
		{"packages by their content", []imagetest.File{file("opt/a", "!<arch>\ndebian-binary   1"), file("opt/b.bin", "\xed\xab\xee\xdb\x03"), file("opt/c", gzipped(t, tarOf(t, ".SIGN.RSA.a.rsa.pub", "x"))), file("opt/d", "ADB.pckg")}, []string{"/opt/a", "/opt/b.bin", "/opt/c", "/opt/d"}},
		{"disks by their content", []imagetest.File{file("opt/a", sectors(0, "QFI\xfb")), file("opt/b", sectors(1080, "\x53\xef\x01\x00")), file("opt/c", sectors(32769, "CD001")), file("opt/d", sectors(0, "KDMV")),
			file("opt/e", sectors(450, "\x83\x00\x00\x00\x00\x08", 510, "\x55\xaa")), file("opt/f", sectors(512, "EFI PART")), file("opt/g", sectors(54, "FAT16   "))}, []string{"/opt/a", "/opt/b", "/opt/c", "/opt/d", "/opt/e", "/opt/f", "/opt/g"}},
		{"archives by their content", []imagetest.File{file("opt/a", tarOf(t, "a/B.class", "x")), file("opt/b", gzipped(t, tarOf(t, "a/B.class", "x"))), file("opt/c", "7z\xbc\xaf\x27\x1c\x00")}, []string{"/opt/a", "/opt/b", "/opt/c"}},
		{"archives by their content that xz and zstd compressed", []imagetest.File{file("opt/a", xzOf(t, tarOf(t, "a/B.class", "x"))), file("opt/b.bin", zstdOf(t, tarOf(t, "package.json", "{}"))), file("opt/manual.xz", xzOf(t, "text")), file("opt/manual.zst", zstdOf(t, strings.Repeat("text", 1000)))}, []string{"/opt/a", "/opt/b.bin"}},
		{"layers of an image", []imagetest.File{file("var/lib/registry/docker/registry/v2/blobs/sha256/0a/"+hash+"/data", gzipped(t, tarOf(t, "app/node_modules/a/package.json", "{}")))}, []string{"/var/lib/registry/docker/registry/v2/blobs/sha256/0a/" + hash + "/data"}},
		{"archives of Java that were packed once more, by their content", []imagetest.File{
			file("opt/a.jar.xz", xzOf(t, jar(t, "com/A.class", "x"))), file("opt/b", gzipped(t, jar(t, "META-INF/MANIFEST.MF", plain))), file("opt/c.war.zst", zstdOf(t, jar(t, "a.txt", "x"))),
			file("opt/d.ods.gz", gzipped(t, jar(t, "mimetype", "x"))), file("opt/e.gz", gzipped(t, jar(t, "a.txt", "META-INF/"))), file("opt/f.gz", gzipped(t, "PK\x03\x04")),
		}, []string{"/opt/a.jar.xz", "/opt/b", "/opt/c.war.zst"}},
		{"tar archives in forms that are not unpacked", []imagetest.File{file("a.tar.lzma", "\x5d\x00\x00\x80"), file("b.tar.lz", "LZIP\x01"), file("c.tar.Z", "\x1f\x9d\x90"), file("e.tlz", "text")}, []string{"/a.tar.lzma", "/b.tar.lz", "/c.tar.Z"}},
		{"other files in such forms", []imagetest.File{
			file("opt/a.lz", "LZIP\x01"+noise), file("opt/b.Z", "\x1f\x9d\x90"+noise), file("opt/c.lzma", "\x5d\x00\x00\x80"+noise), file("opt/d.lzo", "\x89LZO\x00"+noise),
			file("opt/e.lz", "LZIP\x01"), file("opt/f.Z", noise), file("opt/testdata/g.lz", "LZIP\x01"+noise),
		}, []string{"/opt/a.lz", "/opt/b.Z", "/opt/c.lzma", "/opt/d.lzo"}},
		{"a tar archive in another", []imagetest.File{file("opt/a.tar", tarOf(t, "a.tgz", "x"))}, []string{"/opt/a.tar"}},
		{"the cache of npm", []imagetest.File{file("root/.npm/_cacache/content-v2/sha512/0a/0b/c", gzipped(t, tarOf(t, "package/package.json", "{}"))), file("root/.npm/_cacache/content-v2/sha512/0a/0b/d", gzipped(t, tarOf(t, "package/index.js", "", "package/package.json", "{}"))),
			file("root/.npm/_cacache/index-v5/00/a", "{}"), file("srv/_cacache/content-v2/sha512/a", "{}")}, []string{"/root/.npm/_cacache"}},
		{"what only begins or is as large as one", []imagetest.File{file("opt/lib.a", "!<arch>\n/               0"), file("opt/flat", "flat text"), file("opt/zeros", sectors()), file("opt/boot", sectors(446, "code", 510, "\x55\xaa")), file("opt/unused", sectors(510, "\x55\xaa")), file("opt/manual.gz", gzipped(t, "text")),
			file("opt/cut", "\x1f\x8b"), file("opt/documents", gzipped(t, tarOf(t, "a.txt", "x"))), file("opt/texts", tarOf(t, "a.txt", "x"))}, nil},
		{"a script that begins like one", []imagetest.File{{Name: "bin/flat", Mode: 0o755, Body: "flatpak\x00"[:7] + " run a\n"}}, nil},
		{"a text by its name", []imagetest.File{file("opt/a.deb", "text"), file("opt/a.rpm", "text"), file("opt/a.apk", "text")}, nil},
		{"a package of RPM", []imagetest.File{file("opt/a.rpm", "\xed\xab\xee\xdb\x03\x00")}, []string{"/opt/a.rpm"}},
		{"a gem", []imagetest.File{file("opt/a.gem", tarOf(t, "metadata.gz", "x", "data.tar.gz", "x"))}, []string{"/opt/a.gem"}},
		{"a script with data behind it", []imagetest.File{{Name: "opt/a", Mode: 0o755, Body: "#!/bin/sh\n" + strings.Repeat("# x\n", 1000) + "exit\n" + strings.Repeat("\x1f\x8b\x00", 2000)}}, []string{"/opt/a"}},
		{"a short script with an archive behind it", []imagetest.File{{Name: "opt/a", Mode: 0o755, Body: "#!/bin/sh\ntail -n +3 $0|tar x;exit\n" + tarOf(t, "a", "x")}}, []string{"/opt/a"}},
		{"a script with a ZIP archive behind it, which is looked into", []imagetest.File{{Name: "opt/a", Mode: 0o755, Body: "#!/bin/sh\nexit\n" + jar(t, "a.txt", "\x00")}}, nil},
		{"a script", []imagetest.File{{Name: "opt/a", Mode: 0o755, Body: "#!/bin/sh\n" + strings.Repeat("# x\n", 3000)}}, nil},
		{"an archive of PHP programs without its extension", []imagetest.File{{Name: "usr/bin/composer", Mode: 0o755, Body: "#!/usr/bin/env php\n" + phar}}, []string{"/usr/bin/composer"}},
		{"one that only PHP may run", []imagetest.File{file("srv/lib.php", phar)}, []string{"/srv/lib.php"}},
		{"one by its extension, which another gap names", []imagetest.File{file("usr/bin/composer.phar", "#!/usr/bin/env php\n"+phar)}, nil},
		{"data behind a program of PHP", []imagetest.File{file("srv/a.inc", "<?php install();\n__HALT_COMPILER();\x00\x01")}, []string{"/srv/a.inc"}},
		{"a program of PHP with a text in another encoding", []imagetest.File{file("srv/a.php", "<?php\nreturn ['\x00\xa0'];\n")}, nil},
		{"a picture that may be executed", []imagetest.File{{Name: "opt/a", Mode: 0o755, Body: "GIF89a\x00" + strings.Repeat("\x00x", 9000)}}, nil},

		{"a module of Python without a record", append(python("pip", "pip/__init__.py"), file(site+"yaml/__init__.py", "x")), []string{"/" + site + "yaml"}},
		{"one that is a file", append(python("pip", "pip/__init__.py"), file(site+"six.py", "x")), []string{"/" + site + "six.py"}},
		{"where no package has a record", []imagetest.File{file(site+"yaml/__init__.py", "x")}, []string{"/" + site + "yaml"}},
		{"modules that records list", python("pip", "pip/__init__.py", "_x.cpython-312-x86_64-linux-gnu.so", "other.py"), nil},
		{"a module that a list of modules names", []imagetest.File{file(site+"a.egg-info/PKG-INFO", "Name: a\nVersion: 1\n"), file(site+"a.egg-info/top_level.txt", "b\n"), file(site+"b.cpython.so", "x")}, nil},
		{"a module beside a package of unknown modules", []imagetest.File{file(site+"six-1.dist-info/METADATA", "Name: six\nVersion: 1\n"), file(site+"urllib3/__init__.py", "x")}, []string{"/" + site + "urllib3"}},
		{"modules that are called like packages of unknown modules", []imagetest.File{
			file(site+"PyYAML.egg-info/PKG-INFO", "Name: PyYAML\nVersion: 1\n"), file(site+"yaml/__init__.py", "x"), file(site+"_yaml/__init__.py", "x"),
			file(site+"scikit_learn.egg-info/PKG-INFO", "Name: scikit-learn\nVersion: 1\n"), file(site+"sklearn.cpython-312-x86_64-linux-gnu.so", "x"),
		}, nil},
		{"a module of the system", []imagetest.File{osRelease("12"), status("python3-yaml=1"), list("python3-yaml", "/"+site+"yaml/__init__.py"), file(site+"yaml/__init__.py", "x")}, nil},
		{"a module of the system, and code beside it", []imagetest.File{osRelease("12"), status("python3-yaml=1"), list("python3-yaml", "/"+site+"yaml/__init__.py"), file(site+"yaml/__init__.py", "x"), file(site+"yaml/more.py", "x")}, []string{"/" + site + "yaml"}},
		{"modules of packages whose names are longer", []imagetest.File{
			file(site+"yamlite.egg-info/PKG-INFO", "Name: yamlite\nVersion: 1\n"), file(site+"yaml/__init__.py", "x"), file(site+"requests.egg-info/PKG-INFO", "Name: requests\nVersion: 1\n"), file(site+"six.py", "x"),
		}, []string{"/" + site + "six.py"}},
		{"a module that is called like a package with a list of files", []imagetest.File{
			file(site+"yamlite-1.dist-info/METADATA", "Name: yamlite\nVersion: 1\n"), file(site+"yamlite-1.dist-info/RECORD", "../../../bin/yamlite,,\n"), file("usr/bin/yamlite", "x"), file(site+"yaml/__init__.py", "x"),
		}, []string{"/" + site + "yaml"}},
		{"a module that is called like a package with a list of modules", []imagetest.File{
			file(site+"yamlite.egg-info/PKG-INFO", "Name: yamlite\nVersion: 1\n"), file(site+"yamlite.egg-info/top_level.txt", "yamlite\n"), file(site+"yamlite.py", "x"), file(site+"yaml/__init__.py", "x"),
		}, []string{"/" + site + "yaml"}},
		{"scripts of a page, and an egg", []imagetest.File{file(site+"static/x.js", "x"), file(site+"a-1-py3.egg/a/x.py", "x")}, nil},
		{"what virtualenv writes", []imagetest.File{file(site+"_virtualenv.py", "x"), file(site+"__pycache__/a.pyc", "x")}, nil},

		{"what pip installed elsewhere, without records", []imagetest.File{file("app/libs/requests/__init__.py", "x"), file("app/libs/requests/sessions.py", "x"), file("app/libs/pip/_vendor/urllib3/poolmanager.py", "x"), file("app/libs/pip/__pip-runner__.py", "x")}, []string{"/app/libs"}},
		{"of it what is compiled alone", []imagetest.File{file("app/django/apps/registry.pyc", "x"), file("srv/sqlalchemy/engine/base.py", "x")}, []string{"/app", "/srv"}},
		{"of it what lies at the root, and what lies deeper", []imagetest.File{file("srv/sqlalchemy/engine/base.py", "x"), file("yaml/resolver.py", "x")}, []string{"/"}},
		{"with records", []imagetest.File{file("app/libs/requests-2.dist-info/METADATA", "Name: requests\nVersion: 2\n"), file("app/libs/requests-2.dist-info/RECORD", "requests/sessions.py,,\nrequests/packages/idna/idnadata.py,,\n"), file("app/libs/requests/sessions.py", "x"), file("app/libs/requests/packages/idna/idnadata.py", "x")}, nil},
		{"with one record", []imagetest.File{file("app/libs/requests-2.dist-info/METADATA", "Name: requests\nVersion: 2\n"), file("app/libs/requests-2.dist-info/RECORD", "requests/sessions.py,,\n"), file("app/libs/requests/sessions.py", "x"), file("app/libs/idna/idnadata.py", "x")}, []string{"/app/libs"}},
		{"with a record without a list", []imagetest.File{file("app/libs/PyYAML.egg-info/PKG-INFO", "Name: PyYAML\nVersion: 6\n"), file("app/libs/yaml/resolver.py", "x")}, nil},
		{"modules of a project", []imagetest.File{file("app/requests/__init__.py", "x"), file("app/shop/sessions.py", "x"), file("app/sessions.py", "x"), file("app/requests/sessions.pyi", "x"), file("app/xrequests/sessions.py", "x"), file("app/node_modules/gyp/package.json", `{"name":"gyp","version":"1.0.0"}`), file("app/node_modules/gyp/packaging/specifiers.py", "x")}, nil},
		{"what a distribution put elsewhere", []imagetest.File{osRelease("12"), status("tools=1"), list("tools", "/usr/share/tools/requests/sessions.py"), file("usr/share/tools/requests/sessions.py", "x")}, nil},

		{"a gem without a specification", []imagetest.File{file(gems+"gems/rack-1.0/lib/rack.rb", "x")}, []string{"/" + gems + "gems/rack-1.0"}},
		{"code of others beside gems, and that of none", []imagetest.File{file(gems+"gems/rack-1.0/lib/rack.js", "x"), file("app/main.rb", "x")}, nil},
		{"one with a specification", []imagetest.File{file(gems+"gems/rack-1.0/lib/rack.rb", "x"), file(gems+"specifications/rack-1.0.gemspec", "Gem::Specification.new do |s|\n  s.name = \"rack\"\n  s.version = \"1.0\"\nend\n")}, nil},
		{"one whose specification lies elsewhere", []imagetest.File{file(gems+"gems/rack-1.0/lib/rack.rb", "x"), file("srv/a.gemspec", "# none\n"), symlink(gems+"specifications/rack-1.0.gemspec", "/srv/a.gemspec")}, nil},
		{"one of Ruby's own, whose specification lies elsewhere", []imagetest.File{file(gems+"gems/rack-1.0/lib/rack.rb", "x"), file("srv/a.gemspec", "# none\n"), symlink(gems+"specifications/default/rack-1.0.gemspec", "/srv/a.gemspec")}, nil},
		{"one whose specification says nothing", []imagetest.File{file(gems+"gems/rack-1.0/lib/rack.rb", "x"), file(gems+"specifications/rack-1.0.gemspec", "# none\n")}, nil},
		{"one of Ruby's own, whose specification says nothing", []imagetest.File{file(gems+"gems/rack-1.0/lib/rack.rb", "x"), file(gems+"specifications/default/rack-1.0.gemspec", "# none\n")}, nil},
		{"code beside a record of Python", []imagetest.File{file(site+"a-1.dist-info/licence.py", "x")}, nil},
		{"packages of other managers", []imagetest.File{file("root/.pub-cache/hosted/pub.dev/http-1.0/pubspec.yaml", "x"), file("root/.pub-cache/hosted/pub.dev/path-1.0/pubspec.yaml", "x"), file("gnu/store/abc-openssl-1/bin/openssl", "x"), file("x/bower_components/jquery/.bower.json", "{}")}, []string{"/gnu/store", "/root/.pub-cache/hosted", "/x/bower_components"}},
		{"modules of Deno", []imagetest.File{file("deno-dir/deps/https/deno.land/"+hash, "x"), file("root/.cache/deno/remote/https/jsr.io/"+hash, "x"), file("srv/remote/https/a/index", "x")}, []string{"/deno-dir/deps/https/deno.land", "/root/.cache/deno/remote/https/jsr.io"}},
		{"packages of vcpkg", []imagetest.File{file("app/vcpkg_installed/vcpkg/status", "x"), file("opt/vcpkg/installed/vcpkg/status", "x"), file("usr/local/share/zlib/vcpkg.spdx.json", "{}")}, []string{"/app/vcpkg_installed/vcpkg", "/opt/vcpkg/installed/vcpkg", "/usr/local/share/zlib"}},
		{"packages of Haskell", []imagetest.File{file("root/.cabal/store/ghc-9.2.5/package.db/aeson-1.conf", "x"), file("root/.stack/snapshots/x/pkgdb/a.conf", "x")}, []string{"/root/.cabal/store/ghc-9.2.5/package.db", "/root/.stack/snapshots/x/pkgdb"}},
		{"packages of Julia", []imagetest.File{file("opt/julia/packages/HTTP/abcde/Project.toml", "x"), file("root/.julia/packages/JSON/aB3d/Project.toml", "x"), file("srv/packages/a/server/Project.toml", "x"), file("app/Project.toml", "x")}, []string{"/opt/julia/packages", "/root/.julia/packages"}},
		{"what Conda unpacked", []imagetest.File{file("opt/conda/pkgs/openssl-3.0.1-h0/info/index.json", "{}"), file("opt/other/pkgs/a-1-0/info/index.json", "{}"), file("opt/other/conda-meta/a-1-0.json", "{}")}, []string{"/opt/conda/pkgs"}},
		{"what NuGet unpacked", []imagetest.File{
			file("root/.nuget/packages/a.b/1.0/a.b.nuspec", "x"), file("root/.nuget/packages/a.b/1.0/lib/net8.0/A.B.dll", "x"), // alone
			file("root/.nuget/packages/c/1.0/c.nuspec", "x"), file("root/.nuget/packages/c/1.0/lib/C.dll", "x"), file("root/.nuget/packages/c/1.0/c.1.0.nupkg", "x"),
			file("root/.nuget/packages/d/1.0/d.nuspec", "x"), file("src/e.nuspec", "x"), file("src/bin/e.dll", "x"),
		}, []string{"/root/.nuget/packages/a.b/1.0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, gap := range take(t, tt.files).Unidentified {
				if gap.Reason == "" {
					t.Errorf("%s is named for no reason", gap.Path)
				}
				got = append(got, gap.Path)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Unidentified (-want +got):\n%s", diff)
			}
		})
	}
}

// Code that lies where Node looks for packages has a manifest there, or is named.
func TestNodeWithoutManifest(t *testing.T) {
	t.Parallel()
	inv := take(t,
		[]imagetest.File{
			file("app/node_modules/a/index.js", "x"), file("app/node_modules/@s/b/lib/b.mjs", "x"), file("app/node_modules/c.js", "x"), file("app/node_modules/.pnpm/d@1/node_modules/d/d.cjs", "x"),
			npm("app/node_modules/e", "e", "1.0.0"), file("app/node_modules/e/index.js", "x"), file("app/node_modules/e/test/node_modules/f/index.js", "x"), file("app/node_modules/e/node_modules/g/index.js", "x"),
			file("app/node_modules/.cache/h/index.js", "x"), file("app/node_modules/i/README", "x"), npm("app/node_modules/j", "j", "1.0.0"), file("app/node_modules/j/index.js", "x"), file("app/node_modules/k/index.js", "x"),
			file("app/node_modules/l/package.json", `{"name":"l","private":true}`), file("app/node_modules/l/index.js", "x"), file("app/node_modules/.pnpm/m/n/o/node_modules/m/index.js", "x"),
			file("app/node_modules/r/index.js", "x"), symlink("app/node_modules/r/linked", "/srv/r"), file("srv/r/index.js", "x"),
			npm("app/node_modules/n", "n", "1.0.0"), file("app/node_modules/n/index.js", "n"), npm("app/node_modules/za", "za", "1.0.0"), file("app/node_modules/o/setup.py", "x"), file("app/node_modules/@p.js", "x"), file("node_modules/q/index.js", "x"),
		},
		// j is known by its record, and n was replaced.
		[]imagetest.File{
			file("app/node_modules/a/added.js", "x"), file("app/node_modules/a/later.js", "x"), whiteout("app/node_modules/j/package.json"), whiteout("app/node_modules/k"),
			whiteout("app/node_modules/n"),
		},
		[]imagetest.File{file("app/node_modules/n/index.js", "another")},
	)
	var got []string
	for _, gap := range inv.Unreadable {
		got = append(got, strings.TrimPrefix(gap.Path, "/app/node_modules/"))
		if first := map[string]int{"/app/node_modules/n": 2}[gap.Path]; gap.Layer != first {
			t.Errorf("%s is from layer %d, want %d, the first that has a file of it", gap.Path, gap.Layer, first)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{".pnpm/d@1/node_modules/d", "/node_modules/q", "@s/b", "a", "c.js", "e/node_modules/g", "n", "r"}, got); diff != "" {
		t.Errorf("Unreadable (-want +got):\n%s", diff)
	}
}

// What a package of the system listed that is not there any more has no record.
func TestModuleOfRemovedPackage(t *testing.T) {
	t.Parallel()
	const module = "usr/lib/python3/dist-packages/yaml/__init__.py"
	inv := take(t,
		[]imagetest.File{osRelease("12"), dpkgStatus(deb("base=1"), deb("python3-yaml=1")), list("base", "/usr/bin/base"), executable("usr/bin/base", "base"), list("python3-yaml", "/"+module), file(module, "1")},
		[]imagetest.File{dpkgStatus(deb("base=1")), file(module, "2")},
	)
	if len(inv.Unidentified) != 1 || inv.Unidentified[0].Path != "/usr/lib/python3/dist-packages/yaml" {
		t.Errorf("Unidentified = %+v, want the module", inv.Unidentified)
	}
}

// Code that links lead to from where packages are installed has a record, or is named. Gaps are those of the whole image.
func TestLinkedModules(t *testing.T) {
	t.Parallel()
	const site = "usr/lib/python3/site-packages/"
	tests := []struct {
		name  string
		files []imagetest.File
		want  []string
	}{
		{"a package of Node", []imagetest.File{file("opt/a/lib/index.js", "x"), symlink("app/node_modules/a", "../../opt/a")}, []string{"/app/node_modules/a"}},
		{"one of a scope", []imagetest.File{file("opt/a/index.js", "x"), symlink("app/node_modules/@s/a", "/opt/a")}, []string{"/app/node_modules/@s/a"}},
		{"a scope", []imagetest.File{file("opt/a/index.js", "x"), symlink("app/node_modules/@s", "/opt")}, []string{"/app/node_modules/@s/a"}},
		{"all of them", []imagetest.File{file("opt/a/index.js", "x"), npm("opt/b", "b", "1.0.0"), file("opt/b/index.js", "x"), symlink("app/node_modules", "/opt")}, []string{"/app/node_modules/a"}},
		{"a module of one file", []imagetest.File{file("opt/a.js", "x"), symlink("app/node_modules/a.js", "/opt/a.js")}, []string{"/app/node_modules/a.js"}},
		{"a link to a link", []imagetest.File{file("opt/a/index.js", "x"), symlink("srv/a", "/opt/a"), symlink("app/node_modules/a", "/srv/a")}, []string{"/app/node_modules/a"}},
		{"one with a manifest", []imagetest.File{npm("opt/a", "a", "1.0.0"), file("opt/a/index.js", "x"), symlink("app/node_modules/a", "/opt/a")}, nil},
		{"a part of one with a manifest", []imagetest.File{npm("app/node_modules/a", "a", "1.0.0"), file("opt/a/index.js", "x"), symlink("app/node_modules/a/lib", "/opt/a")}, nil},
		{"one of a workspace", []imagetest.File{file("app/packages/a/package.json", `{"name":"a","private":true}`), file("app/packages/a/index.js", "x"), symlink("app/node_modules/a", "../packages/a")}, nil},
		{"one in pnpm's store", []imagetest.File{npm("app/node_modules/.pnpm/a@1/node_modules/a", "a", "1.0.0"), file("app/node_modules/.pnpm/a@1/node_modules/a/index.js", "x"), symlink("app/node_modules/a", ".pnpm/a@1/node_modules/a")}, nil},
		{"a program", []imagetest.File{npm("app/node_modules/a", "a", "1.0.0"), file("app/node_modules/a/a.js", "x"), symlink("app/node_modules/.bin/a.js", "../a/a.js"), symlink("app/node_modules/.bin/b.js", "/opt/b.js"), file("opt/b.js", "x")}, nil},
		{"a directory without code", []imagetest.File{file("opt/a/README", "x"), symlink("app/node_modules/a", "/opt/a")}, nil},
		{"to nowhere, and around", []imagetest.File{symlink("app/node_modules/a", "/opt/a"), symlink("app/node_modules/b", "b")}, nil},
		{"one of the system", []imagetest.File{osRelease("12"), status("node-a=1"), list("node-a", "/usr/lib/node_modules/a", "/usr/share/a/index.js"), file("usr/share/a/index.js", "x"), symlink("usr/lib/node_modules/a", "/usr/share/a")}, nil},
		{"a link of the system to what is not", []imagetest.File{osRelease("12"), status("node-a=1"), list("node-a", "/usr/lib/node_modules/a"), file("usr/share/a/index.js", "x"), symlink("usr/lib/node_modules/a", "/usr/share/a")}, []string{"/usr/lib/node_modules/a"}},
		{"a module of Python", []imagetest.File{file("opt/a/__init__.py", "x"), symlink(site+"a", "/opt/a")}, []string{"/" + site + "a"}},
		{"all modules of Python", []imagetest.File{file("opt/a/__init__.py", "x"), symlink(strings.TrimSuffix(site, "/"), "/opt")}, []string{"/" + site + "a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, tt.files)
			var got []string
			for _, gap := range inv.Unidentified {
				got = append(got, gap.Path)
				if node := strings.Contains(gap.Path, "node_modules"); strings.HasPrefix(gap.Reason, "a link leads to it") != node {
					t.Errorf("%s is named since %s", gap.Path, gap.Reason)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || len(inv.Unreadable) > 0 {
				t.Errorf("Unidentified (-want +got):\n%s\nUnreadable: %v", diff, inv.Unreadable)
			}
		})
	}
}

// Many links to much code are not all looked through, and those that are not are named.
func TestLinksToMuchCode(t *testing.T) {
	t.Parallel()
	const code = 2000
	for links, want := range map[int]int{500: 0, 525: 1} {
		files := []imagetest.File{npm("opt/a", "a", "1.0.0")}
		for i := range code {
			files = append(files, file(fmt.Sprintf("opt/a/%d.js", i), ""))
		}
		for i := range links {
			files = append(files, symlink(fmt.Sprintf("app/node_modules/l%03d", i), "/opt/a"))
		}
		inv := take(t, files)
		if len(inv.Unidentified) != want || want > 0 && inv.Unidentified[0].Path != "/app/node_modules/l524" {
			t.Errorf("%d links to %d files: Unidentified = %v, want %d gaps", links, code, inv.Unidentified, want)
		}
	}
}

// A program that UPX packed hides its packages.
func TestPackedProgram(t *testing.T) {
	t.Parallel()
	packed := inventory.ELF("UPX!" + strings.Repeat("x", 3000) + "UPX!" + strings.Repeat("\x00", 32))
	inv := take(t, []imagetest.File{file("usr/bin/a", packed), file("usr/bin/b", inventory.ELF(strings.Repeat("x", 3000)+"UPX!")), file("usr/bin/c", inventory.ELF("UPX!"+strings.Repeat("x", 3000)))})
	if len(inv.Unread) != 1 || inv.Unread[0].Path != "/usr/bin/a" || !strings.HasSuffix(inv.Unread[0].Reason, "made by UPX") {
		t.Errorf("Unread = %+v, want /usr/bin/a", inv.Unread)
	}
}

// Whatever is known by how it begins is looked at, whatever its size.
func TestStoredByItsBeginning(t *testing.T) {
	t.Parallel()
	var files []imagetest.File
	var want []string
	for i, start := range []string{
		"!<arch>\ndebian-binary", "\xed\xab\xee\xdb", "ADB.", "ADBc", "ADBd", "flatpak\x00", "hsqs", "sqsh", "\x45\x3d\xcd\x28", "XFSB", "QFI\xfb", "KDMV", "vhdxfile", "conectix",
		"<<< Oracle VM VirtualBox", "<<< QEMU VM", "7z\xbc\xaf\x27\x1c", "\xca\xfe\xd0\x0d", "dex\n035",
	} {
		name := fmt.Sprintf("opt/%02d", i)
		files, want = append(files, file(name, start+"\x00")), append(want, "/"+name)
	}
	var got []string
	for _, g := range take(t, files).Unidentified {
		got = append(got, g.Path)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Unidentified (-want +got):\n%s", diff)
	}
}

// Only what a package of the distribution brought, as it brought it, is left to the distribution's advisories.
func TestUnidentifiedBrought(t *testing.T) {
	t.Parallel()
	const site, vendor = "usr/lib/python3/dist-packages/", "Maintainer: Shop <dev@shop.example>"
	const team = "Maintainer: Debian Python Team <team+python@tracker.debian.org>"
	sums := func(name string, files ...imagetest.File) imagetest.File {
		var b strings.Builder
		for _, f := range files {
			fmt.Fprintf(&b, "%x  %s\n", md5.Sum([]byte(f.Body)), f.Name)
		}
		return file("var/lib/dpkg/info/"+name+".md5sums", b.String())
	}
	code, other := file(site+"yaml/__init__.py", "x"), file(site+"yaml/__init__.py", "y")
	archive := file("usr/share/java/yaml.jar", jar(t, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n", "a/A.class", "x"))
	manifest := file("usr/lib/node_modules/yaml/index.js", "x")
	of := func(pkg string, fields ...string) []imagetest.File {
		name, _, _ := strings.Cut(pkg, "=")
		return []imagetest.File{osRelease("12"), dpkgStatus(deb(pkg, fields...)), sums(name, code, archive, manifest), code, archive, manifest}
	}
	all := []string{"/" + site + "yaml", "/" + manifest.Name[:len("usr/lib/node_modules/yaml")], "/" + archive.Name}
	alpine := func(fields string) []imagetest.File {
		return []imagetest.File{file("etc/os-release", "ID=alpine\nVERSION_ID=3.19\n"), file("lib/apk/db/installed", "P:py3-yaml\nV:1-r0\nA:x86_64\n"+fields+"F:"+site+"yaml\nR:__init__.py\nZ:Q1EfatjsUqKYSrqv18O1FlA3hcIHI=\n\n"), code}
	}
	type layers = [][]imagetest.File
	tests := []struct {
		name   string
		layers layers
		want   []string
	}{
		{"a package of Debian", layers{of("python3-yaml=1-1", team)}, nil},
		{"one of a maintainer with a private address", layers{of("python3-yaml=1-1", vendor)}, nil},
		{"one without a revision", layers{of("python3-yaml=1", vendor)}, all},
		{"one of another name", layers{of("shop=1-1", vendor)}, all},
		{"one of nobody", layers{of("shop=1-1")}, all},
		{"one of another repository", layers{of("shop=1-1.pgdg120+1", team)}, all},
		{"one of which a file was replaced", layers{of("python3-yaml=1-1", team), {other}}, all[:1]},
		{"one of which a file was written again", layers{of("python3-yaml=1-1", team), {code}}, nil},
		{"one without digests", layers{{osRelease("12"), dpkgStatus(deb("python3-yaml=1-1", team)), list("python3-yaml", "/"+code.Name), code}}, nil},
		{"one without digests, and a later file", layers{{osRelease("12"), dpkgStatus(deb("python3-yaml=1-1", team)), list("python3-yaml", "/"+code.Name), code}, {other}}, all[:1]},
		{"one that says nothing of its system", layers{of("python3-yaml=1", team)[1:]}, all},
		{"what Python 2 compiles", layers{append(of("python3-yaml=1-1", team), file(site+"yaml/__init__.pyc", "x"))}, nil},
		{"what was compiled of nothing", layers{append(of("python3-yaml=1-1", team), file(site+"yaml/more.pyc", "x"))}, all[:1]},
		{"Alpine", layers{alpine("c:65502ca9379dd29d1ac4b0bf0dcf03a3dd1b324a\n")}, nil},
		{"not Alpine", layers{alpine("")}, all[:1]},
		{"a chroot", layers{{file("srv/etc/os-release", osRelease("12").Body), file("srv/var/lib/dpkg/status", deb("python3-yaml=1-1", team)), file("srv/var/lib/dpkg/info/python3-yaml.md5sums", sums("", code).Body), file("srv/"+code.Name, code.Body)}}, nil},
		{"a path through a link", layers{{osRelease("12"), dpkgStatus(deb("liba-java=1-1", team)), file("var/lib/dpkg/info/liba-java.md5sums", fmt.Sprintf("%x  lib/a.jar\n", md5.Sum([]byte(archive.Body)))), symlink("lib", "usr/lib"), file("usr/lib/a.jar", archive.Body)}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, tt.layers...)
			var got []string
			for _, gap := range slices.Concat(inv.Unidentified, inv.Unreadable) {
				got = append(got, gap.Path)
			}
			slices.Sort(got)
			want := slices.Sorted(slices.Values(tt.want))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Unidentified and Unreadable (-want +got):\n%s", diff)
			}
		})
	}
}
