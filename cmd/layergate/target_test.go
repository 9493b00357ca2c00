package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A run that works in no Git checkout may judge the change of any. What a file is called, and which checkout it is a part of.
func TestPlaceOfChange(t *testing.T) {
	root := resolve(t.TempDir())
	for _, dir := range []string{"work/app/.git", "work/app/inner/.git", "work/plain", "other/app/.git"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// The .git of a submodule, and a link that the change itself may hold.
	err := errors.Join(os.MkdirAll(filepath.Join(root, "work/app/sub"), 0o755), os.WriteFile(filepath.Join(root, "work/app/sub/.git"), nil, 0o644),
		os.Symlink("../../other/app", filepath.Join(root, "work/app/link")))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(root, "work"))
	for path, want := range map[string]struct{ name, root, below string }{
		"app/file":                             {"app/file", root + "/work/app", "app"},
		"app/none/file":                        {"app/none/file", root + "/work/app", "app"},
		root + "/work/app/file":                {"app/file", root + "/work/app", "app"},
		"app":                                  {"app", root + "/work/app", "app"},
		"app/sub/file":                         {"app/sub/file", root + "/work/app", "app"},
		"app/inner/file":                       {"app/inner/file", root + "/work/app", "app"},
		"app/link/file":                        {"app/link/file", root + "/work/app", "app"},
		"plain/file":                           {"plain/file", ".", "."},
		"file":                                 {"file", ".", "."},
		"../other/app/file":                    {"../other/app/file", ".", "."}, // and not the file of the checkout of that name here
		"../other/../work/app/file":            {"app/file", root + "/work/app", "app"},
		root + "/work/plain/../../other/app/x": {"../other/app/x", ".", "."},
	} {
		name, inside := inProject(path)
		at, below := changeRoot(name)
		if !inside || name != want.name || at != want.root || below != want.below {
			t.Errorf("%s: inProject = %q, %v, changeRoot = %q, %q, want %+v", path, name, inside, at, below, want)
		}
	}
	if name, inside := inProject("../plain"); inside {
		t.Errorf("inProject(beside all checkouts) = %q, want none", name)
	}
	t.Chdir(filepath.Join(root, "work/app"))
	if at, below := changeRoot("inner/file"); resolve(at) != root+"/work/app" || below != "." {
		t.Errorf("changeRoot in a checkout = %q, %q, want that", at, below)
	}
}
