package layerfs_test

import (
	"archive/tar"
	"fmt"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/imagetest"
)

// Versions lists what each layer has, also what later ones hide, with the rights that runtimes give a file.
func TestVersions(t *testing.T) {
	t.Parallel()
	capable := file("a/capable", "x")
	capable.PAX = map[string]string{"SCHILY.xattr.security.capability": "attribute"}
	setuid := hardlink("a/link", "a/plain")
	setuid.Mode = 0o4755
	tree, err := index(t, imagetest.None,
		[]imagetest.File{dir("a"), capable, file("a/plain", "x"), setuid, {Name: "disk", Type: tar.TypeBlock}},
		[]imagetest.File{file("a/.wh.capable", ""), file("a/plain", "new")},
	)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for v := range tree.Versions {
		got = append(got, fmt.Sprintf("%d %s %q setuid %t device %t link %t hidden by %d, removed %t", v.Layer, v.Path(), v.Capability,
			v.Mode&fs.ModeSetuid != 0, v.Mode&fs.ModeDevice != 0, v.HardLink, v.Hidden, v.Removed))
	}
	want := []string{
		`0 / "" setuid false device false link false hidden by -1, removed false`,
		`0 /a "" setuid false device false link false hidden by -1, removed false`,
		`0 /a/capable "attribute" setuid false device false link false hidden by 1, removed true`,
		`0 /a/link "" setuid true device false link true hidden by -1, removed false`,
		`0 /a/plain "" setuid false device false link false hidden by 1, removed false`,
		`1 /a/plain "" setuid false device false link false hidden by -1, removed false`,
		`0 /disk "" setuid false device true link false hidden by -1, removed false`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Versions (-want +got):\n%s", diff)
	}
}
