package layerfs

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/spool"
)

// The content of files, also of those that the layer replaces, and all else make up the whole tar.
func TestBeside(t *testing.T) {
	t.Parallel()
	for form, sparse := range sparseForms {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			raw := block("empty", '0', "", nil) + block("dir", '5', "", nil) + block("a", '0', "CONTENT", nil) + block("a", '0', "CONTENT", nil) +
				sparse("holes", strings.Repeat("CONTENT.", 128), 1<<20) + block("b", '0', "CONTENT", nil) + block("link", '1', "", func(h []byte) { copy(h[157:], "b") }) + strings.Repeat("\x00", 1024) + "END"
			l := image.Layer{Layer: finding.Layer{DiffID: digestOf([]byte(raw))}}
			sp := spool.New(spool.Config{Dir: t.TempDir(), Memory: 1 << 20, Limit: 1 << 22})
			defer sp.Close()
			tree, err := New(context.Background(), []*image.Layer{l.WithData(io.NewSectionReader(strings.NewReader(raw), 0, int64(len(raw))))}, sp)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			for _, part := range tree.Beside(0) {
				_, at, size := part.Outer()
				text, err := io.ReadAll(part)
				if err != nil || string(text) != raw[at:at+size] {
					t.Errorf("the part at %d holds %q, %v", at, text, err)
				}
				got.Write(text)
			}
			if want := strings.ReplaceAll(raw, "CONTENT.", ""); got.String() != strings.ReplaceAll(want, "CONTENT", "") {
				t.Errorf("Beside() holds %d bytes, want %d", got.Len(), len(want))
			}
			var offsets []int64
			for _, in := range []string{"empty", "dir", "holes", "link", "END"} {
				offsets = append(offsets, int64(strings.LastIndex(raw, in)))
			}
			names, err := tree.Headers(0, offsets)
			if diff := cmp.Diff([]string{"/empty", "/dir", "/holes", "/link", ""}, names); diff != "" || err != nil {
				t.Errorf("Headers() = %v (-want +got):\n%s", err, diff)
			}
		})
	}
}
