package inventory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// Modules of Python in an archive without a record of theirs are named.
func TestArchivedModules(t *testing.T) {
	t.Parallel()
	inv := take(t, []imagetest.File{
		file("opt/a/lib/library.zip", jar(t, "encodings/__init__.pyc", "x", "jinja2/__init__.pyc", "x")),
		file("opt/b.zip", jar(t, "jinja2/__init__.pyc", "x")),
		{Name: "opt/c", Mode: 0o755, Body: "#!/usr/bin/env python3\n" + jar(t, "__main__.py", "x", "jinja2/__init__.py", "x")},
		file("opt/d.whl", jar(t, "a/__init__.py", "x", "a-1.0.dist-info/METADATA", "Name: a\nVersion: 1.0\n")),
		file("opt/e.egg", jar(t, "b/__init__.py", "x", "EGG-INFO/PKG-INFO", "Name: b\nVersion: 1.0\n")),
		file("opt/python311.zip", jar(t, "encodings/__init__.pyc", "x", "json/__init__.pyc", "x", "abc.pyc", "x", "_pyrepl/__init__.pyc", "x")),
		file("opt/standard.zip", jar(t, "json/__init__.py", "x", "abc.py", "x")),
		file("opt/program.zip", jar(t, "encodings/__init__.pyc", "x", "jinja2.pyc", "x")),
		file("opt/sources.zip", jar(t, "project-1.0/a/__init__.py", "x", "manual.py", "x")),
	})
	paths := map[string][]string{}
	for _, g := range inv.Unread {
		paths["unread"] = append(paths["unread"], g.Path)
	}
	for _, g := range inv.Unidentified {
		paths["unidentified"] = append(paths["unidentified"], g.Path)
	}
	want := map[string][]string{"unread": {"/opt/a/lib/library.zip", "/opt/program.zip"}, "unidentified": {"/opt/b.zip", "/opt/c"}}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}
