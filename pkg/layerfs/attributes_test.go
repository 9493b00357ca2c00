package layerfs_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/spool"
)

// Attributes and headers that change nothing of what an image shows are no reason to refuse it.
func TestHarmlessAttributes(t *testing.T) {
	t.Parallel()
	tree, err := index(t, imagetest.None, []imagetest.File{
		xattr("a", "SCHILY.xattr.security.capability"), xattr("b", "SCHILY.xattr.trusted.overlay.origin"),
		xattr("c", "SCHILY.xattr.user.overlay.impure"), xattr("d", "LIBARCHIVE.xattr.user.x%zz"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(listing(t, tree.Top()), " "); got != "/a/ /b/ /c/ /d/" {
		t.Errorf("Top() = %s", got)
	}
}

// Whoever writes to an archive after its layers were hashed, through a mapping or however else, changes nothing of what
// is read from them: it is the same, or it is an error that is kept.
func TestArchiveChangesAfterHashing(t *testing.T) {
	t.Parallel()
	const name, body, other = "app/package.json", "what was hashed", "something else."
	for _, c := range []imagetest.Compression{imagetest.None, imagetest.Gzip} {
		t.Run("layers "+string(c), func(t *testing.T) {
			t.Parallel()
			files, err := imagetest.OCI(imagetest.Entry{Images: []imagetest.Image{{Layers: []imagetest.Layer{{Files: []imagetest.File{file(name, body)}, Compression: c}}}}})
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "image.tar")
			if err := files.WriteArchive(path, imagetest.None); err != nil {
				t.Fatal(err)
			}
			sp := spool.New(spool.Config{Dir: t.TempDir(), Memory: 1 << 20})
			defer sp.Close()
			opened, err := image.Open(context.Background(), path, image.Options{Spool: sp})
			if err != nil {
				t.Fatal(err)
			}
			defer opened.Close()
			tree, err := layerfs.New(context.Background(), opened.Platforms[0].Layers, sp)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if c == imagetest.None && !strings.Contains(string(raw), body) {
				t.Fatal("the layer is not read in place")
			}
			if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(raw), body, other)), 0o600); err != nil {
				t.Fatal(err)
			}
			f, ok := tree.Top().Stat(name)
			if !ok {
				t.Fatal("the file is not there")
			}
			r, err := tree.Top().Open(f)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]byte, len(body))
			_, err = r.Read(got)
			if c == imagetest.Gzip {
				if err != nil || string(got) != body || tree.Err() != nil {
					t.Errorf("read %q, %v; Err() = %v", got, err, tree.Err())
				}
				return
			}
			if err == nil || string(got) == other || tree.Err() == nil || len(fault.Hints(tree.Err())) == 0 {
				t.Errorf("read %q, %v; Err() = %v, hints %q", got, err, tree.Err(), fault.Hints(tree.Err()))
			}
		})
	}
}
