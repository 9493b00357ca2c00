package layerfs

import (
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/kept"
)

// What a store has under the key of a layer is taken only where it can have been read from one.
func TestKeptRecordsAreValid(t *testing.T) {
	t.Parallel()
	file := &Entry{Size: 3}
	tests := []struct {
		name   string
		record keptRecord
		want   bool
	}{
		{"a file", keptRecord{Name: "/etc/passwd", Entry: file}, true},
		{"a hard link", keptRecord{Name: "/a", Kind: recordHardLink, Entry: file, Link: "/b"}, true},
		{"a whiteout", keptRecord{Name: "/a", Kind: recordWhiteout}, true},
		{"an opaque directory", keptRecord{Name: "/a", Kind: recordOpaque}, true},
		{"no name", keptRecord{Entry: file}, false},
		{"a relative name", keptRecord{Name: "etc/passwd", Entry: file}, false},
		{"a name that climbs", keptRecord{Name: "/etc/../passwd", Entry: file}, false},
		{"an unknown kind", keptRecord{Name: "/a", Kind: recordOpaque + 1}, false},
		{"a file without an entry", keptRecord{Name: "/a"}, false},
		{"a whiteout with an entry", keptRecord{Name: "/a", Kind: recordWhiteout, Entry: file}, false},
		{"an unknown type", keptRecord{Name: "/a", Entry: &Entry{Type: Other + 1}}, false},
		{"a negative size", keptRecord{Name: "/a", Entry: &Entry{Size: -1}}, false},
	}
	for _, tt := range tests {
		if got := tt.record.valid(); got != tt.want {
			t.Errorf("%s: valid() = %t, want %t", tt.name, got, tt.want)
		}
	}
}

// one is a store of one value, under the key of a layer's entries.
type one struct{ value []byte }

func (o *one) Get(string) ([]byte, bool)  { return o.value, true }
func (o *one) Put(_ string, value []byte) { o.value = value }

func TestRecallLayerRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	l := &image.Layer{Layer: finding.Layer{DiffID: "sha256:" + strings.Repeat("a", 64)}, Absent: true}
	for name, want := range map[string]error{"/etc": nil, "etc": ErrAbsent} {
		store := &one{}
		if err := kept.Put(store, "", keptLayer{Records: []keptRecord{{Name: name, Entry: &Entry{Type: Directory}}}}); err != nil {
			t.Fatal(err)
		}
		if _, err := recallLayer(store, l, &atomic.Int64{}); !errors.Is(err, want) {
			t.Errorf("recallLayer() of an entry %q = %v, want %v", name, err, want)
		}
	}
	store := &one{}
	if err := kept.Put(store, "", keptLayer{Records: []keptRecord{{Name: "/etc", Entry: &Entry{Type: Directory}}}}); err != nil {
		t.Fatal(err)
	}
	entries := &atomic.Int64{}
	entries.Store(maxEntries)
	if _, err := recallLayer(store, l, entries); !errors.Is(err, ErrAbsent) {
		t.Errorf("recallLayer() of more entries than an image may have = %v, want %v", err, ErrAbsent)
	}
}

// Content of another size than the file's is none of it.
func TestAbsentContentOfAnotherSize(t *testing.T) {
	t.Parallel()
	a := &absent{files: keptFiles{512: []byte("root")}}
	if got, err := io.ReadAll(a.open(&Entry{offset: 512, Size: 4})); string(got) != "root" || err != nil || a.failure() != nil {
		t.Errorf("the file holds %q, %v, %v, want what is kept of it", got, err, a.failure())
	}
	if got, err := io.ReadAll(a.open(&Entry{offset: 512, Size: 3})); !errors.Is(err, ErrAbsent) || !errors.Is(a.failure(), ErrAbsent) {
		t.Errorf("a file of another size holds %q, %v, want %v", got, err, ErrAbsent)
	}
}
