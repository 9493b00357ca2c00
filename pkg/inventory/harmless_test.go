package inventory_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
)

// A file that nothing could read is named, unless what it is a part of could not run with it either.
func TestHarmlessFiles(t *testing.T) {
	t.Parallel()
	program := inventory.Segments()
	tests := []struct {
		name string
		file imagetest.File
		want bool // that it is named
	}{
		{"a program without sections that can be read", file("usr/bin/x", program+strings.Repeat("x", 100)), true},
		{"the beginning of a program", file("usr/bin/x", program[:20]), false},
		{"an empty program of Windows", file("test/x.exe", ""), false},
		{"a manifest of npm", file("node_modules/a/package.json", "{"), true},
		{"a manifest of npm in a scope", file("node_modules/@a/b/package.json", "{"), true},
		{"a manifest of a project", file("app/package.json", "{"), true},
		{"a manifest inside a package", file("node_modules/a/test/package.json", "{"), false},
		{"a manifest inside a package in a scope", file("node_modules/@a/b/test/package.json", "{"), false},
		{"a manifest of a package inside a package", file("node_modules/a/node_modules/b/package.json", "{"), true},
		{"a manifest inside a package that Node reads", file("node_modules/a/test/package.json", `{"name":"a","version":1}`), true},
		{"an empty list of Composer", file("vendor/composer/installed.json", `{"packages":[]}`), false},
		{"a broken list of Composer", file("vendor/composer/installed.json", `{"packages":`), true},
		{"a Java archive that is none", file("x.jar", "text"), true},
		{"a Java archive of sources", file("x-sources.jar", jar(t, "A.java", "class A {}")), false},
		{"a Java archive of classes without a name", file("x.jar", jar(t, "A.class", "x")), true},
		{"a Java archive of archives without a name", file("x.jar", jar(t, "lib/a.JAR", "x")), true},
		{"an archive without classes by another extension", file("x.par", jar(t, "a.py", "x")), true},
		{"a RAR archive", file("x.rar", "Rar!\x1a\x07\x00"), false},
		{"a resource adapter that is none", file("x.rar", "text"), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, []imagetest.File{tt.file})
			got := slices.ContainsFunc(inv.Unreadable, func(g inventory.Gap) bool { return g.Path == "/"+tt.file.Name })
			if got != tt.want {
				t.Errorf("Unreadable = %+v, want %s named: %v", inv.Unreadable, tt.file.Name, tt.want)
			}
		})
	}
}
