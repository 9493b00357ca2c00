package inventory_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// nestedJars is an archive that holds so many others, each of which does so again, and the innermost this manifest
// alone.
func nestedJars(t *testing.T, depth, each int) string {
	t.Helper()
	return nestedBy(t, ".jar", depth, each)
}

// nestedBy is one with others of an extension.
func nestedBy(t *testing.T, ext string, depth, each int) string {
	t.Helper()
	members := []string{"META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"}
	if ext != ".jar" {
		members = []string{"a.txt", "no archive of Java, which would be looked into each"}
	}
	if depth > 0 {
		inner := nestedBy(t, ext, depth-1, each)
		for i := range each {
			members = append(members, fmt.Sprintf("lib/%d%s", i, ext), inner)
		}
	}
	return jar(t, members...)
}

// Archives inside archives are read, and refused where there is no end of them.
func TestTakeNestedArchives(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		depth, each int
		want        string // why it could not be read; empty where it was
	}{
		{name: "as application servers have them", depth: 3, each: 3},
		{name: "deep", depth: 8, each: 1},
		{name: "too deep", depth: 9, each: 1, want: "archives lie in it more than 8 deep"},
		{name: "too many", depth: 5, each: 8, want: "more than 10000 archives lie in it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, []imagetest.File{file("app/a.jar", nestedJars(t, tt.depth, tt.each))})
			var got string
			for _, gap := range inv.Unreadable {
				got += gap.Reason
			}
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) || len(inv.Unreadable) > 1 {
				t.Errorf("Take() could not read %q, want %q", got, tt.want)
			}
		})
	}
}

// bomb is an archive that says of a member that it has more bytes than are read.
func bomb(t *testing.T) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	if _, err := w.CreateRaw(&zip.FileHeader{Name: "x", UncompressedSize64: 2 << 30}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// withRecords is an archive with a member that holds two records like its own end: the comment of the first reaches to the end of the file, and
// something stands behind the second. All readers take the last.
func withRecords(t *testing.T) string {
	t.Helper()
	record := func(comment int) string {
		return "PK\x05\x06" + strings.Repeat("\x00", 16) + string([]byte{byte(comment), byte(comment >> 8)})
	}
	archive := func(comment int) string {
		return zipOf(t, zip.Store, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n", "x.txt", record(comment)+record(0))
	}
	size := len(archive(0))
	out := archive(size - strings.Index(archive(0), record(0)) - len(record(0)))
	if len(out) != size {
		t.Fatalf("the archive has %d bytes, want %d", len(out), size)
	}
	return out
}

// An archive inside another that cannot be read is named, and so is what is not looked into.
func TestTakeBrokenInnerArchives(t *testing.T) {
	t.Parallel()
	whole := jar(t, "META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=1.0\n")
	cut := whole[:len(whole)-30]
	around := func(members ...string) string {
		return jar(t, append([]string{"META-INF/MANIFEST.MF", "Implementation-Title: x\nImplementation-Version: 1\n"}, members...)...)
	}
	lying := func(archive string) string { // of its member x.dat, in the central directory
		at := strings.LastIndex(archive, "PK\x01\x02")
		return archive[:at+24] + "\x00\x00\x00\x00" + archive[at+28:]
	}
	end := len(whole) - 22
	comment := "PK\x05\x06" + strings.Repeat("\x00", 18) + "xx"
	twoEnds := whole[:end+20] + string([]byte{byte(len(comment)), 0}) + comment
	const ends = "it ends like an archive in two ways"
	texts := zipOf(t, zip.Store, "a.txt", "text")
	twoEndsOfTexts := texts[:len(texts)-2] + string([]byte{byte(len(comment)), 0}) + comment
	var many []string
	for i := range 10_001 {
		many = append(many, fmt.Sprintf("%d.zip", i), "")
	}
	tests := []struct {
		name, file, content string
		want                string // why it could not be read; empty where it was
	}{
		{"whole", "app/a.jar", around("lib/b.jar", whole), ""},
		{"cut short", "app/a.jar", around("lib/b.jar", cut), `its member "lib/b.jar" cannot be read: zip: not a valid zip file`},
		{"cut short and deep", "app/a.war", around("lib/b.jar", around("c.jar", cut)), `its member "c.jar" cannot be read`},
		{"cut short in an archive without an extension", "app/a", around("lib/b.jar", cut), `its member "lib/b.jar" cannot be read`},
		{"cut short in a ZIP archive", "app/a.zip", around("lib/b.jar", cut), `its member "lib/b.jar" cannot be read`},
		{"empty", "app/a.jar", around("lib/b.jar", ""), ""},
		{"said to be empty", "app/a.war", lying(jar(t, "x.dat", whole+strings.Repeat("x", 100))), `its member "x.dat" declares 0 bytes and has`},
		{"with two ends", "app/a.war", around("WEB-INF/lib/b.jar", twoEnds), ends},
		{"with two ends, by another name", "app/a.war", around("b.dat", twoEnds), ends},
		{"of texts, with two ends, by another name", "app/a.war", around("b.dat", twoEndsOfTexts), ends},
		{"with records of others before its end", "app/a.war", around("WEB-INF/lib/b.jar", withRecords(t)), ""},
		{"itself with two ends", "app/a.jar", twoEnds, ends},
		{"itself with two ends, without an extension", "app/a", twoEnds, ends},
		{"with a comment", "app/a.jar", whole[:end+20] + "\x02\x00xx", ""},
		{"with something behind it", "app/a.jar", whole + "xx", ""},
		{"of RAR", "app/a.jar", around("lib/b.rar", "Rar!\x1a\x07\x00"), ""},
		{"a wheel", "app/a.zip", jar(t, "b.whl", cut), `its member "b.whl" cannot be read`},
		{"a wheel in an egg", "app/a.egg", jar(t, "b.whl", cut), `its member "b.whl" cannot be read`},
		{"cut short by another name", "app/a.jar", around("lib/b.dat", cut), `its member "lib/b.dat" cannot be read`},
		{"cut short in one by another name", "app/a.jar", around("b.dat", around("lib/b.jar", cut)), `its member "lib/b.jar" cannot be read`},
		{"test data that begins like one", "app/a.jar", around("b.dat", "PK\x03\x04"+strings.Repeat("x", 100), "c.zip", "no archive"), ""},
		{"Java in a ZIP archive in another", "app/a.zip", jar(t, "b.zip", jar(t, "c.jar", whole)), ""},
		{"three deep", "app/a.zip", jar(t, "b.zip", jar(t, "c.zip", jar(t, "x", "y"))), ""},
		{"by other names, too deep", "app/a.jar", nestedBy(t, ".dat", 9, 1), "archives lie in it more than 8 deep"},
		{"by other names, too many", "app/a.jar", nestedBy(t, ".dat", 5, 8), "more than 10000 archives lie in it"},
		{"classes by another name", "app/a.jar", around("b.dat", jar(t, "a/A.class", "x")), `its member "b.dat": it has classes, and no manifest`},
		{"classes in a large archive", "app/a.war", around("b.jar", around("pad", noise(33<<20), "lib/c.jar", jar(t, "a/A.class", "x"))), `its member "b.jar:lib/c.jar": it has classes, and no manifest`},
		{"classes beside another archive", "app/a.jar", jar(t, "a/A.class", "x", "b.jar", around()), "has no manifest that says which package it is"},
		{"classes and a manifest with too long a line", "app/a.jar", around("b.jar", jar(t, "META-INF/MANIFEST.MF", strings.Repeat("x", 70_000), "a/A.class", "x")), `its member "b.jar": it has classes, and no manifest`},
		{"classes and two manifests", "app/a.jar", around("b.jar", jar(t, "META-INF/MANIFEST.MF", "A: b\n", "/META-INF/MANIFEST.MF", "A: b\n", "a/A.class", "x")), `its member "b.jar": it has classes, and no manifest`},
		{"classes of an agent", "app/a.jar", around("b.jar", jar(t, "META-INF/MANIFEST.MF", "Weave-Classes: a.A\n", "a/A.class", "x")), ""},
		{"a broken package of Node", "app/a.jar", around("node_modules/a/package.json", "{"), "/node_modules/a/package.json: failed to parse"},
		{"packed in a way that Java does not know", "app/a.jar", raw(t, 12, whole, whole), ""},
		{"a template of one", "app/a.jar", around("templates/package.json", "{"), ""},
		{"with a member too large for its name", "app/a.zip", jar(t, "b.zip", jar(t, "META-INF/maven/g/a/pom.properties", strings.Repeat("#", 100_000))), `b.zip: its member "META-INF/maven/g/a/pom.properties" has 100000 bytes`},
		{"too many", "app/a.zip", jar(t, many...), "more than 10000 archives lie in it"},
		{"none", "app/a.zip", jar(t, "a.txt", "text", "e-1.0.dist-info/METADATA", "Name: e\nVersion: 1.0\n"), ""},
		{"that unpacks to too much", "app/a.zip", jar(t, "b.zip", bomb(t)), "b.zip unpacks to more than 100 times its size"},
		{"too large", "app/a.zip", jar(t, "b.zip", strings.Repeat("x", 33<<20)), `its member "b.zip" cannot be read: zip: not a valid zip file`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, []imagetest.File{file(tt.file, tt.content)})
			var got string
			for _, gap := range inv.Unreadable {
				got += gap.Reason
			}
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("Take() could not read %q, want %q", got, tt.want)
			}
		})
	}
}

// An archive inside another is found by its content, whatever either is called and however it is packed.
func TestTakeArchivesByContent(t *testing.T) {
	t.Parallel()
	const said = "Implementation-Title: own\nImplementation-Version: 1\n"
	library := jar(t, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n", "META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=1.0\n", "a/A.class", "x")
	around := func(members ...string) string {
		return jar(t, append([]string{"META-INF/MANIFEST.MF", said}, members...)...)
	}
	const found = "java-archive a 1.0 layer 0 visible "
	tests := []struct {
		name, file, content string
		want                string
	}{
		{"called data", "opt/own-1.war", around("WEB-INF/x.dat", library), found},
		{"in capital letters", "opt/own-1.jar", around("lib/LIB.JAR", library), found},
		{"with another extension", "opt/own-1.jar", around("lib/a.jar.bin", library), found},
		{"without an extension", "opt/own-1.jar", around("lib/a", library), found},
		{"called a class", "opt/own-1.jar", around("a/B.class", library), found},
		{"not packed", "opt/own-1.jar", zipOf(t, zip.Store, "META-INF/MANIFEST.MF", said, "x.dat", library), found},
		{"behind empty blocks", "opt/own-1.jar", raw(t, zip.Deflate, library, strings.Repeat("\x00\x00\x00\xff\xff", 200)), found},
		{"behind a script", "opt/own-1.jar", around("run", "#!/bin/sh\n"+library), found},
		{"in one by another name", "opt/own-1.jar", around("x.dat", around("y.dat", library)), found},
		{"in one by another name as Java expects", "opt/own-1.jar", around("x.dat", around("lib/y.jar", library)), found},
		{"in one as Java expects", "opt/own-1.jar", around("lib/x.jar", around("y.dat", library)), found},
		{"the first of two of one name", "opt/own-1.jar", around("lib/x.jar", library, "lib/x.jar", around()), found},
		{"in a ZIP archive in another", "opt/a.zip", jar(t, "b.zip", jar(t, "c.jar", library)), found},
		{"in a ZIP archive", "opt/a.zip", jar(t, "b.dat", library), found},
		{"in an archive without an extension", "opt/a", jar(t, "b.dat", library), found},
		{"in a large one", "opt/own-1.war", around("lib/x.jar", around("pad", noise(33<<20), "y.dat", library)), found},
		{"large itself", "opt/own-1.war", around("x.dat", jar(t, "META-INF/MANIFEST.MF", "A: b\n", "META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=1.0\n", "pad", noise(33<<20))), found},
		{"without a manifest", "opt/own-1.jar", around("lib/x.jar", jar(t, "META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=1.0\n")), found},
		{"that an agent weaves", "opt/own-1.jar", around("lib/x.jar", jar(t, "META-INF/MANIFEST.MF", "Weave-Classes: a.A\n", "META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=1.0\n")), found},
		{"by its name", "opt/own-1.jar", around("lib/a-1.0.dat", jar(t, "META-INF/MANIFEST.MF", "A: b\n", "a/A.class", "x")), found},
		{"of Node in one of Java", "opt/own-1.jar", around("META-INF/resources/webjars/b/package.json", `{"name":"b","version":"1.0.0"}`), "npm b 1.0.0 layer 0 visible "},
		{"of Node in one in another", "opt/own-1.war", around("WEB-INF/lib/x-1.jar", around("node_modules/b/package.json", `{"name":"b","version":"1.0.0"}`)), "npm b 1.0.0 layer 0 visible "},
		{"of Python in one of Java", "opt/own-1.jar", around("Lib/c-1.0.dist-info/METADATA", "Name: c\nVersion: 1.0\n"), "python c 1.0 layer 0 visible "},
		{"of Python that only its directory names", "opt/own-1.jar", around("Lib/c-1.0.dist-info/METADATA", "Name: c\n"), "python c 1.0 layer 0 visible "},
		{"of PHP in a ZIP archive", "opt/a.zip", jar(t, "app/vendor/composer/installed.json", `{"packages":[{"name":"e/f","version":"v1.0.0"}]}`, "b/composer/installed.json", `{"packages":[]}`), "php-composer e/f v1.0.0 layer 0 visible "},
		{"of Ruby in one of Java", "opt/own-1.war", around("WEB-INF/gems/specifications/d-1.0.gemspec", "# stub: d 1.0 ruby lib\n"), "gem d 1.0 layer 0 visible "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, []imagetest.File{file(tt.file, tt.content)})
			got := slices.DeleteFunc(describe(inv), func(p string) bool { return strings.Contains(p, " own ") || strings.Contains(p, " x 1 ") })
			if diff := cmp.Diff([]string{tt.want + "/" + tt.file}, got); diff != "" {
				t.Errorf("Take() (-want +got):\n%s", diff)
			}
		})
	}
}

// raw is an archive with a member x.dat that stands behind other blocks of deflate.
func raw(t *testing.T, method uint16, content, blocks string) string {
	t.Helper()
	var buf, packed bytes.Buffer
	packed.WriteString(blocks)
	f, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(&buf)
	m, err := w.CreateRaw(&zip.FileHeader{Name: "x.dat", Method: method, CRC32: crc32.ChecksumIEEE([]byte(content)), CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(content))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Write(packed.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}
