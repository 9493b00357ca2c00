package layerfs

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/image"
)

// FuzzTOC looks for tables of contents in hostile bytes, and reads hostile tables.
func FuzzTOC(f *testing.F) {
	f.Add([]byte(`{"version":1,"entries":[{"type":"reg","name":"a","size":9,"chunkSize":4},{"type":"chunk","name":"a","chunkOffset":4}]}`), "0:9:9:1")
	f.Add([]byte(`{"version":1,"entries":[{"type":"chunk"},{"type":"dir","name":"/"},{"type":"hardlink","name":"h","linkName":"a"}]}`), "::")
	f.Add([]byte("\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\x1a\x00SG\x16\x000000000000000000STARGZ\x01\x00\x00\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00"), "1:2")
	f.Add([]byte("\x50\x2a\x4d\x18\x28\x00\x00\x00"+strings.Repeat("\x01", 32)+chunkedMagic), "-1:1:1:1")
	f.Fuzz(func(t *testing.T, raw []byte, position string) {
		all := []map[string]string{nil}
		for _, prefix := range image.ChunkedPrefixes() {
			all = append(all, map[string]string{prefix + chunkedPosition: position})
		}
		for _, annotations := range all {
			_, err := tables(contentOf(t, raw), &image.Layer{Annotations: annotations})
			if err != nil && strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("the error has several lines: %q", err)
			}
		}
		entries, err := table{raw, "fuzz"}.entries()
		if err != nil {
			return
		}
		listed, err := listRecords(entries)
		if err != nil {
			return
		}
		for p, r := range listed {
			if p != r.place() || len(r.chunks) == 0 && r.kind == recordEntry {
				t.Errorf("%v is listed as %v with %d parts", r.name, p, len(r.chunks))
			}
		}
	})
}
