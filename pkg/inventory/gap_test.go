package inventory_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// An archive of Java has one gap at most, whatever is wrong with it and by however many names it is found. It has no gap for a name that does not
// say its version where another one does.
func TestOneGapForAnArchive(t *testing.T) {
	t.Parallel()
	const plain = "Manifest-Version: 1.0\n"
	bare := jar(t, "META-INF/MANIFEST.MF", plain, "a/A.class", "x")
	silent := jar(t, "a/A.class", "x")
	around := func(name, inner string) string { return jar(t, "META-INF/MANIFEST.MF", plain, name, inner) }
	linked := func(name, content, link string) []imagetest.File {
		return []imagetest.File{file("srv/"+name, content), symlink("opt/"+link, "/srv/"+name)}
	}
	tests := []struct {
		name  string
		files []imagetest.File
		want  []string // the paths of the gaps
	}{
		{"with a version, and a link without", linked("a-1.0.jar", bare, "a.war"), nil},
		{"with a version and without an extension, and a link without a version", linked("a-1.0", bare, "a.jar"), nil},
		{"without an extension, and a link with a version", linked("a", bare, "a-1.0.jar"), nil},
		{"without an extension below a directory with a colon, and a link with a version", linked("x:y/a", bare, "x:y/a-1.0.jar"), nil},
		{"called .zip, and a link with a version", linked("a.zip", bare, "a-1.0.jar"), nil},
		{"without a version, and a link without", linked("a.jar", bare, "b.jar"), []string{"/srv/a.jar"}},
		{"without a manifest, called .zip, and a link", linked("a.zip", silent, "a-1.0.jar"), []string{"/srv/a.zip"}},
		{"with one that has no manifest, and a link without a version", linked("a", around("lib/b.jar", silent), "c.jar"), []string{"/srv/a"}},
		{"with one that has a version, and a link without", linked("a", around("lib/b-1.0.jar", bare), "c.jar"), nil},
		{"with one that has no version, and a link", linked("a", around("lib/b.jar", bare), "c.jar"), []string{"/srv/a"}},
		{"with one that has no version, and a link with a version", linked("a.zip", around("lib/b.jar", bare), "c-1.0.jar"), []string{"/srv/a.zip"}},
		{"beside one with a version", []imagetest.File{file("opt/a.jar", bare), file("opt/b-1.0.jar", bare)}, []string{"/opt/a.jar"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inv := take(t, tt.files)
			var got []string
			for _, gap := range slices.Concat(inv.Unreadable, inv.Unread, inv.Unidentified) {
				got = append(got, gap.Path)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
		})
	}
}

// An archive of Java that lies in one of its own name is looked up by what either says.
func TestCluesOfTwo(t *testing.T) {
	t.Parallel()
	inner := jar(t, "META-INF/MANIFEST.MF", "Bundle-SymbolicName: de.acme.shop\n", "de/acme/A.class", "x")
	inv := take(t, []imagetest.File{file("opt/shop-1.0.jar", jar(t, "META-INF/MANIFEST.MF", "Automatic-Module-Name: de.shop\n", "lib/shop-1.0.jar", inner))})
	if len(inv.Packages) != 1 {
		t.Fatalf("found are %v", describe(inv))
	}
	var got []string
	for _, n := range inv.Packages[0].Details.Clues.Names {
		got = append(got, n.Name)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"de.acme", "de.acme.shop", "de.shop"}, got); diff != "" {
		t.Errorf("the names (-want +got):\n%s", diff)
	}
}
