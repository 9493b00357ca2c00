package inventory_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
)

// jar is a ZIP archive of members, given as name and content by turns.
func jar(t *testing.T, members ...string) string {
	t.Helper()
	return zipOf(t, zip.Deflate, members...)
}

// zipOf is one whose members are packed in a way.
func zipOf(t *testing.T, method uint16, members ...string) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for i := 0; i < len(members); i += 2 {
		m, err := w.CreateHeader(&zip.FileHeader{Name: members[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// Packages that run from within an archive are found.
func TestPackedPackages(t *testing.T) {
	t.Parallel()
	metadata := func(name, version string) string {
		return fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version)
	}
	egg := file("usr/lib/python3/site-packages/a-1.0-py3.egg", jar(t, "EGG-INFO/PKG-INFO", metadata("a", "1.0"), "a/__init__.py", ""))
	cache := file("app/.yarn/cache/b-npm-1.0.0.zip", jar(t, "node_modules/b/package.json", `{"name":"b","version":"1.0.0"}`))
	zipapp := file("opt/tool.pyz", "#!/usr/bin/env python3\n"+jar(t, "site-packages/c-1.0.dist-info/METADATA", metadata("c", "1.0"), "site-packages/d-2.0.dist-info/METADATA", metadata("d", "2.0")))
	fat := jar(t, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n", "META-INF/maven/g/o/pom.properties", "groupId=g\nartifactId=o\nversion=1.0\n", "lib/i.jar", jar(t, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n", "META-INF/maven/g/i/pom.properties", "groupId=g\nartifactId=i\nversion=1.0\n"))
	classes := jar(t, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n", "META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=1.0\n")
	escaped := jar(t, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n", "META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=\\u0061b\nversion=1.0\n", "a/A.class", "x")
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{"an egg", [][]imagetest.File{{egg}}, []string{"python a 1.0 layer 0 visible /usr/lib/python3/site-packages/a-1.0-py3.egg"}},
		{"an egg that is removed", [][]imagetest.File{{egg}, {whiteout(egg.Name)}}, []string{"python a 1.0 layer 0 shadowed /usr/lib/python3/site-packages/a-1.0-py3.egg"}},
		{"the cache of Yarn", [][]imagetest.File{{file("x", "")}, {cache}}, []string{"npm b 1.0.0 layer 1 visible /app/.yarn/cache/b-npm-1.0.0.zip"}},
		{"a wheel", [][]imagetest.File{{file("wheels/e-1.0-py3-none-any.whl", jar(t, "e-1.0.dist-info/METADATA", metadata("e", "1.0")))}}, []string{"python e 1.0 layer 0 visible /wheels/e-1.0-py3-none-any.whl"}},
		{"the cache of Yarn in another directory", [][]imagetest.File{{file("srv/packages/b-npm-1.0.0-abc.zip", cache.Body)}}, []string{"npm b 1.0.0 layer 0 visible /srv/packages/b-npm-1.0.0-abc.zip"}},
		{"an egg in capital letters", [][]imagetest.File{{file("x/A.EGG", egg.Body)}}, []string{"python a 1.0 layer 0 visible /x/A.EGG"}},
		{"a program without an extension", [][]imagetest.File{{{Name: "usr/bin/tool", Mode: 0o755, Body: zipapp.Body}}}, []string{"python c 1.0 layer 0 visible /usr/bin/tool", "python d 2.0 layer 0 visible /usr/bin/tool"}},
		{"one that is called a library", [][]imagetest.File{{file("opt/tool.so", zipapp.Body)}}, []string{"python c 1.0 layer 0 visible /opt/tool.so", "python d 2.0 layer 0 visible /opt/tool.so"}},
		{"one that only its interpreter may run", [][]imagetest.File{{file("usr/share/tool", zipapp.Body)}}, []string{"python c 1.0 layer 0 visible /usr/share/tool", "python d 2.0 layer 0 visible /usr/share/tool"}},
		{"two members of one name, of which Python takes the last", [][]imagetest.File{{file("opt/lib.zip", jar(t, "f-1.0.dist-info/METADATA", metadata("f", "2.0"), "f-1.0.dist-info/METADATA", metadata("f", "1.0")))}}, []string{"python f 1.0 layer 0 visible /opt/lib.zip"}},
		{"an archive of Java by other names", [][]imagetest.File{{file("opt/a.zip", classes), file("opt/b.whl", classes), file("opt/c.PYZ", classes), file("opt/d.pex", "#!/usr/bin/python3\n"+classes), file("opt/e.ZIP", fat)}}, []string{
			"java-archive a 1.0 layer 0 visible /opt/a.zip", "java-archive a 1.0 layer 0 visible /opt/b.whl", "java-archive a 1.0 layer 0 visible /opt/c.PYZ", "java-archive a 1.0 layer 0 visible /opt/d.pex",
			"java-archive i 1.0 layer 0 visible /opt/e.ZIP", "java-archive o 1.0 layer 0 visible /opt/e.ZIP",
		}},
		{"an archive in Python's path", [][]imagetest.File{{file("opt/lib.zip", jar(t, "f-1.0.dist-info/METADATA", metadata("f", "1.0")))}}, []string{"python f 1.0 layer 0 visible /opt/lib.zip"}},
		{"an archive that a program of Node unpacks", [][]imagetest.File{{file("opt/bundle", jar(t, "node_modules/b/package.json", `{"name":"b","version":"1.0.0"}`))}}, []string{"npm b 1.0.0 layer 0 visible /opt/bundle"}},
		{"an archive behind an executable", [][]imagetest.File{{file("usr/bin/tool", inventory.ELF(jar(t, "c-1.0.dist-info/METADATA", metadata("c", "1.0"))))}}, []string{"python c 1.0 layer 0 visible /usr/bin/tool"}},
		{"an archive behind an executable, with more behind it", [][]imagetest.File{{file("usr/bin/tool", inventory.ELF(jar(t, "c-1.0.dist-info/METADATA", metadata("c", "1.0"))+strings.Repeat("\n", 60_000)))}}, []string{"python c 1.0 layer 0 visible /usr/bin/tool"}},
		{"an archive behind a text that a shell runs", [][]imagetest.File{{{Name: "opt/install", Mode: 0o755, Body: "unzip -q $0\nexit\n" + cache.Body}}}, []string{"npm b 1.0.0 layer 0 visible /opt/install"}},
		{"an archive behind a text by its name", [][]imagetest.File{{file("opt/install.run", "unzip -q $0\nexit\n"+cache.Body)}}, []string{"npm b 1.0.0 layer 0 visible /opt/install.run"}},
		{"wheels in an archive", [][]imagetest.File{{file("opt/wheels.zip", jar(t, "e.whl", jar(t, "e-1.0.dist-info/METADATA", metadata("e", "1.0")), "x/n.zip", jar(t, "node_modules/b/package.json", `{"name":"b","version":"1.0.0"}`)))}}, []string{"npm b 1.0.0 layer 0 visible /opt/wheels.zip", "python e 1.0 layer 0 visible /opt/wheels.zip"}},
		{"a program of Java without an extension", [][]imagetest.File{{file("opt/app", classes)}}, []string{"java-archive a 1.0 layer 0 visible /opt/app"}},
		{"the same by a link with the extension", [][]imagetest.File{{file("srv/app", classes)}, {symlink("opt/app.jar", "/srv/app")}}, []string{"java-archive a 1.0 layer 0 visible /srv/app"}},
		{"the same by a link and by its name", [][]imagetest.File{{file("opt/app.jar", classes)}, {symlink("opt/other.jar", "/opt/app.jar")}}, []string{"java-archive a 1.0 layer 0 visible /opt/app.jar"}},
		{"one of which its name and its manifest say what it is", [][]imagetest.File{{file("opt/a-1.0", jar(t, "META-INF/MANIFEST.MF", "Implementation-Title: a\n", "a/A.class", "x"))}}, []string{"java-archive a 1.0 layer 0 visible /opt/a-1.0"}},
		{"the same with the extension", [][]imagetest.File{{file("opt/app.jar", classes)}}, []string{"java-archive a 1.0 layer 0 visible /opt/app.jar"}},
		{"a program of Java that was unpacked", [][]imagetest.File{{file("app/META-INF/maven/g/a/pom.properties", "#Created\ngroupId=g\nartifactId = a\nversion=1.0\n")}}, []string{"java-archive a 1.0 layer 0 visible /app/META-INF/maven/g/a/pom.properties"}},
		{"one whose properties are escaped", [][]imagetest.File{{file("app/META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=\\u0061\nversion=1\\\n .0\n")}}, []string{"java-archive a 1.0 layer 0 visible /app/META-INF/maven/g/a/pom.properties"}},
		{"an archive of Java whose properties are escaped", [][]imagetest.File{{file("app/a.jar", escaped)}}, []string{"java-archive \\u0061b 1.0 layer 0 visible /app/a.jar", "java-archive ab 1.0 layer 0 visible /app/a.jar"}},
		{"one in another", [][]imagetest.File{{file("app/o.jar", jar(t, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n", "META-INF/maven/g/o/pom.properties", "groupId=g\nartifactId=o\nversion=1.0\n", "a.jar", escaped))}},
			[]string{"java-archive \\u0061b 1.0 layer 0 visible /app/o.jar", "java-archive ab 1.0 layer 0 visible /app/o.jar", "java-archive o 1.0 layer 0 visible /app/o.jar"}},
		{"an archive of Java whose properties have no equals sign", [][]imagetest.File{{file("app/a.jar", jar(t, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n", "META-INF/maven/g/a/pom.properties", "groupId g\nartifactId a\nversion 1.0\n", "a/A.class", "x"))}},
			[]string{"java-archive a 1.0 layer 0 visible /app/a.jar"}},
		{"one whose properties have other separators", [][]imagetest.File{{file("app/META-INF/maven/g/a/pom.properties", "! Created\ngroupId: g\n  artifactId a\nversion:1.0\n")}}, []string{"java-archive a 1.0 layer 0 visible /app/META-INF/maven/g/a/pom.properties"}},
		{"no archive", [][]imagetest.File{{file("opt/document", "PK\x03\x04 and no more")}}, nil},
		{"a program with its packages", [][]imagetest.File{{zipapp}}, []string{"python c 1.0 layer 0 visible /opt/tool.pyz", "python d 2.0 layer 0 visible /opt/tool.pyz"}},
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

// What is packed in a way that cannot be read, or in a form that nothing reads, is named.
func TestGaps(t *testing.T) {
	t.Parallel()
	inv := take(t,
		[]imagetest.File{file("a.egg", "no archive"), file("opt/conda/conda-meta/a-1.json", "{}"), file("opt/conda/conda-meta/b-1.json", "{}"), file("app/gone.asar", "x"), file("app/app.asar", "x"), file("app/x.Phar", "<?php __HALT_COMPILER();"), file("app/a.nupkg", "x"), file("app/a.SNAP", "hsqs image"), file("app/__snapshots__/a.test.js.snap", "// Jest Snapshot v1")},
		[]imagetest.File{whiteout("app/gone.asar")},
	)
	want := []inventory.Gap{
		{Path: "/app/a.SNAP", Reason: "an image of a Snap package"},
		{Path: "/app/a.nupkg", Reason: "a package of NuGet"},
		{Path: "/app/app.asar", Reason: "an archive of an Electron application"},
		{Path: "/app/x.Phar", Reason: "an archive of PHP programs"},
		{Path: "/opt/conda/conda-meta", Reason: "packages of Conda, about which nobody publishes advisories"},
	}
	if diff := cmp.Diff(want, inv.Unread); diff != "" {
		t.Errorf("Unread (-want +got):\n%s", diff)
	}
	inv.Unread = append(inv.Unread, take(t, []imagetest.File{file("usr/lib/x.so.1", inventory.ELF("MEI\x0c\x0b\x0a\x0b\x0e")), file("app/server", inventory.ELF("MEI\x0c\x0b\x0a\x0b\x0e")), file("app/gone", inventory.ELF("MEI\x0c\x0b\x0a\x0b\x0e"))}, []imagetest.File{whiteout("app/gone")}).Unread...)
	want = append(want, inventory.Gap{Path: "/app/server", Reason: "a program with its packages in one file, made by PyInstaller"})
	if diff := cmp.Diff(want, inv.Unread); diff != "" {
		t.Errorf("Unread with a program (-want +got):\n%s", diff)
	}
	if len(inv.Unreadable) != 1 || inv.Unreadable[0].Path != "/a.egg" || !strings.Contains(inv.Unreadable[0].Reason, "not a valid zip file") {
		t.Errorf("Unreadable = %+v, want /a.egg", inv.Unreadable)
	}
	if inv := take(t, []imagetest.File{file("a", "")}); inv.Unread == nil || inv.Unreadable == nil {
		t.Error("gaps are nil where there are none")
	}
}

// A form that nothing reads is named by its content, too.
func TestFormsByContent(t *testing.T) {
	t.Parallel()
	asar := "\x04\x00\x00\x00\x2c\x00\x00\x00\x28\x00\x00\x00\x22\x00\x00\x00" + `{"files":{"a.js":{"size":1}}}`
	const electron, nuget = "an archive of an Electron application", "a package of NuGet"
	dotnet := jar(t, "a.nuspec", "<package/>", "lib/net8.0/a.dll", "MZ")
	tests := []struct {
		name string
		file imagetest.File
		want string // what is said of it; empty for nothing
	}{
		{"of Electron", file("opt/app/resources/app.bin", asar), electron},
		{"of Electron by both", file("opt/app/resources/app.asar", asar), electron},
		{"what only begins so", file("opt/data.bin", strings.Replace(asar, "files", "other", 1)), ""},
		{"what is short", file("opt/data.bin", asar[:4]), ""},
		{"of NuGet", file("opt/a.zip", dotnet), nuget},
		{"of NuGet by both", file("opt/a.nupkg", dotnet), nuget},
		{"of NuGet in another archive", file("opt/b.zip", jar(t, "x/a.zip", dotnet)), nuget + `: its member "x/a.zip"`},
		{"an archive with programs", file("opt/a.zip", jar(t, "doc/a.nuspec", "<package/>", "a.dll", "MZ")), ""},
		{"a description without programs", file("opt/a.zip", jar(t, "a.nuspec", "<package/>", "readme.md", "x")), ""},
		{"an archive of texts", file("opt/a.zip", jar(t, "a.txt", "x")), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, []imagetest.File{tt.file})
			var want []inventory.Gap
			if tt.want != "" {
				want = append(want, inventory.Gap{Path: "/" + tt.file.Name, Reason: tt.want})
			}
			if diff := cmp.Diff(want, inv.Unread, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("Unread (-want +got):\n%s", diff)
			}
			if len(inv.Unreadable)+len(inv.Unidentified) > 0 {
				t.Errorf("other gaps: %+v %+v", inv.Unreadable, inv.Unidentified)
			}
		})
	}
}

// An archive is one whatever its extension looks like.
func TestExtensionInCapitals(t *testing.T) {
	t.Parallel()
	content := jar(t, "META-INF/MANIFEST.MF", "Implementation-Title: x\nImplementation-Version: 1\n")
	for _, name := range []string{"x.jar", "x.JAR", "x.Jar", "x.WAR", "x.LPKG"} {
		inv := take(t, []imagetest.File{file("opt/"+name, content)})
		if len(inv.Packages) != 1 {
			t.Errorf("%s has the packages %v, want one", name, describe(inv))
		}
	}
}

// A program that links to the library which knows its version is found whichever of them comes first.
func TestClassifierOverLayers(t *testing.T) {
	t.Parallel()
	program := imagetest.File{Name: "usr/bin/ruby", Mode: 0o755, Body: inventory.ELF("", "libruby.so.2.5")}
	library := func(version string) imagetest.File {
		return file("usr/lib/libruby.so.2.5", inventory.ELF("\x00ruby "+version+" (2018-03-29 revision 63029) [x86_64-linux]\x00"))
	}
	tests := []struct {
		name   string
		layers [][]imagetest.File
		want   []string
	}{
		{"in one layer", [][]imagetest.File{{program, library("2.5.1p57")}}, []string{"binary ruby 2.5.1p57 layer 0 visible /usr/bin/ruby"}},
		{"the library later", [][]imagetest.File{{program}, {library("2.5.1p57")}}, []string{"binary ruby 2.5.1p57 layer 1 visible /usr/bin/ruby"}},
		{"the program later", [][]imagetest.File{{library("2.5.1p57")}, {program}}, []string{"binary ruby 2.5.1p57 layer 1 visible /usr/bin/ruby"}},
		{"a link to the library later", [][]imagetest.File{{program, file("opt/libruby.so", library("2.5.1p57").Body)}, {symlink("usr/lib/libruby.so.2.5", "/opt/libruby.so")}}, []string{"binary ruby 2.5.1p57 layer 1 visible /usr/bin/ruby"}},
		{"another library", [][]imagetest.File{{program, library("2.5.1p57")}, {library("2.5.9p9")}}, []string{"binary ruby 2.5.1p57 layer 0 shadowed /usr/bin/ruby", "binary ruby 2.5.9p9 layer 1 visible /usr/bin/ruby"}},
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
