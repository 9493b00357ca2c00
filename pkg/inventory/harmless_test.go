package inventory_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/inventory"
)

// cut is an archive without the record that ends it.
func cut(archive string) string { return archive[:len(archive)-10] }

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
		{"a manifest among test data", file("app/test/fixtures/broken/package.json", "{"), false},
		{"a manifest among test data of JavaScript", file("app/__fixtures__/broken/package.json", "{"), false},
		{"a manifest of a package that tests need", file("app/test/node_modules/a/package.json", "{"), true},
		{"a template of a manifest", file("usr/share/generator/package.json", `{"name": "{{ name }}", {{#if x}}"version": "1.0.0"{{/if}}}`), false},
		{"a template of a manifest in another form", file("usr/share/generator/package.json", `{"name": <%= name %>}`), false},
		{"a template where a package is installed", file("node_modules/a/package.json", `{"name": {{ name }}}`), true},
		{"a manifest inside a package that Node reads", file("node_modules/a/test/package.json", `{"name":"a","version":1}`), true},
		{"an empty list of Composer", file("vendor/composer/installed.json", `{"packages":[]}`), false},
		{"a broken list of Composer", file("vendor/composer/installed.json", `{"packages":`), true},
		{"a Java archive that is none", file("x.jar", "text"), true},
		{"a Java archive of sources", file("x-sources.jar", jar(t, "A.java", "class A {}")), false},
		{"a Java archive of classes without a name", file("x.jar", jar(t, "A.class", "x")), true},
		{"a Java archive of archives without a name", file("x.jar", jar(t, "lib/a.JAR", "x")), true},
		{"an archive without classes by another extension", file("x.par", jar(t, "a.py", "x")), true},
		{"an empty Java archive", file("x.jar", ""), false},
		{"an empty wheel", file("x.whl", ""), false},
		{"a text that is called a ZIP archive", file("test/x.zip", "text"), false},
		{"a ZIP archive of texts that is cut off", file("test/x.zip", cut(jar(t, "a.txt", "x", "b.txt", "y"))), false},
		{"a ZIP archive of packages that is cut off", file("test/x.zip", cut(jar(t, "a.txt", "x", "node_modules/a/package.json", "y"))), true},
		{"a ZIP archive of archives that is cut off", file("test/x.zip", cut(jar(t, "a.ZIP", "x"))), true},
		{"a ZIP archive that is cut off and too large to look through", file("test/x.zip", "PK\x03\x04"+strings.Repeat("x", 33<<20)), true},
		{"a ZIP archive with a comment that is cut off", file("test/x.zip", strings.TrimSuffix(jar(t, "a.txt", "x"), "\x00\x00")+"\x10\x00short"), false},
		{"a script with the end of an archive", file("test/x", "#!/bin/sh\n"+strings.Replace(jar(t, "a.txt", "x"), "PK\x01\x02", "PK\x01\x00", 1)), false},
		{"a Java archive that is cut off", file("x.jar", cut(jar(t, "a.txt", "x"))), true},
		{"a PE file that is cut off", file("test/x.exe", "MZ"+strings.Repeat("\x00", 58)+"\x40\x00\x00\x00PE\x00\x00"+strings.Repeat("\x00", 30)), false},
		{"a RAR archive", file("x.rar", "Rar!\x1a\x07\x00"), true},
		{"a resource adapter that is none", file("x.rar", "text"), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, []imagetest.File{tt.file})
			got := slices.ContainsFunc(slices.Concat(inv.Unreadable, inv.Unidentified), func(g inventory.Gap) bool { return g.Path == "/"+tt.file.Name })
			if got != tt.want {
				t.Errorf("Unreadable = %+v, want %s named: %v", inv.Unreadable, tt.file.Name, tt.want)
			}
		})
	}
}
