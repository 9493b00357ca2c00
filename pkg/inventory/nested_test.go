package inventory_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
)

// nestedJars is an archive that holds so many others, each of which does so again, and the innermost this manifest
// alone.
func nestedJars(t *testing.T, depth, each int) string {
	t.Helper()
	members := []string{"META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"}
	if depth > 0 {
		inner := nestedJars(t, depth-1, each)
		for i := range each {
			members = append(members, fmt.Sprintf("lib/%d.jar", i), inner)
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
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
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

// An archive inside another that cannot be read is named, and so is what is not looked into.
func TestTakeBrokenInnerArchives(t *testing.T) {
	t.Parallel()
	whole := jar(t, "META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=1.0\n")
	cut := whole[:len(whole)-30]
	around := func(members ...string) string {
		return jar(t, append([]string{"META-INF/MANIFEST.MF", "Implementation-Title: x\nImplementation-Version: 1\n"}, members...)...)
	}
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
		{"of RAR", "app/a.jar", around("lib/b.rar", "Rar!\x1a\x07\x00"), ""},
		{"a wheel", "app/a.zip", jar(t, "b.whl", cut), `its member "b.whl" cannot be read`},
		{"a wheel in an egg", "app/a.egg", jar(t, "b.whl", cut), `its member "b.whl" cannot be read`},
		{"Java in a ZIP archive in another", "app/a.zip", jar(t, "b.zip", jar(t, "c.jar", whole)), `its member "b.zip" cannot be read: it holds archives or classes of Java`},
		{"three deep", "app/a.zip", jar(t, "b.zip", jar(t, "c.zip", jar(t, "x", "y"))), `its member "b.zip" cannot be read: it holds another archive, "c.zip"`},
		{"with a member too large for its name", "app/a.zip", jar(t, "b.zip", jar(t, "META-INF/maven/g/a/pom.properties", strings.Repeat("#", 100_000))), `b.zip: its member "META-INF/maven/g/a/pom.properties" has 100000 bytes`},
		{"too many", "app/a.zip", jar(t, many...), "more than 10000 archives lie in it"},
		{"none", "app/a.zip", jar(t, "a.txt", "text", "e-1.0.dist-info/METADATA", "Name: e\nVersion: 1.0\n"), ""},
		{"that unpacks to too much", "app/a.zip", jar(t, "b.zip", bomb(t)), "b.zip unpacks to more than 100 times its size"},
		{"too large", "app/a.zip", jar(t, "b.zip", strings.Repeat("x", 33<<20)), `its member "b.zip" cannot be read: it has more than 33554432 bytes`},
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
