package observe

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/layergate/layergate/pkg/image"
)

// A process whose parent is gone ends in the middle of its work, and leaves nothing in its directory.
func TestOrphan(t *testing.T) {
	t.Parallel()
	const size = 16 << 30 // which takes long to hash
	layer, err := os.Create(filepath.Join(t.TempDir(), "layer"))
	if err != nil {
		t.Fatal(err)
	}
	defer layer.Close()
	if err := layer.Truncate(size); err != nil {
		t.Skipf("this file system has no sparse files: %v", err)
	}
	scratch := t.TempDir()
	if err := os.WriteFile(filepath.Join(scratch, "left"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l := image.Layer{}.WithData(io.NewSectionReader(layer, 0, size))
	o, files, err := newOrder(Request{Platforms: []*image.Platform{{Layers: []*image.Layer{l}}}, Scratch: scratch}, false)
	if err != nil {
		t.Fatal(err)
	}
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Process{Path: path, Args: []string{path, "observe"}}.start()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(gob.NewEncoder(r.in).Encode(o), r.hands.give(files)); err != nil {
		t.Fatal(err)
	}
	var began message
	if err := gob.NewDecoder(r.out).Decode(&began); err != nil {
		t.Fatal(err)
	}
	if dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", r.cmd.Process.Pid)); err == nil && dir != scratch {
		t.Errorf("the process works in %s, want %s", dir, scratch)
	}
	if err := r.in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Wait(); err == nil {
		t.Error("the process ended as if it had answered")
	}
	if list, err := os.ReadDir(scratch); err != nil || len(list) > 0 {
		t.Errorf("the directory holds %v, %v", list, err)
	}
}
