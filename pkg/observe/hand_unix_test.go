//go:build unix

package observe

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// bothHands are those of a process, and the socket that it would have.
func bothHands(t *testing.T) (h *hands, theirs int) {
	t.Helper()
	h, err := newHands(&exec.Cmd{})
	if err != nil {
		t.Fatal(err)
	}
	if theirs, err = syscall.Dup(int(h.theirs.Fd())); err != nil {
		t.Fatal(err)
	}
	h.started()
	return h, theirs
}

// However many files are handed over, each comes under its own name.
func TestHands(t *testing.T) {
	t.Parallel()
	for _, count := range []int{0, 1, maxRights, maxRights + 1} {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			t.Parallel()
			h, theirs := bothHands(t)
			var files []*os.File
			var names []string
			for i := range count {
				name := filepath.Join(t.TempDir(), fmt.Sprint(i))
				if err := os.WriteFile(name, []byte(name), 0o600); err != nil {
					t.Fatal(err)
				}
				f, err := os.Open(name)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				files, names = append(files, f), append(names, name)
			}
			if err := h.give(files); err != nil {
				t.Fatal(err)
			}
			got, err := takenFrom(theirs, names)
			if err != nil || len(got) != count {
				t.Fatalf("%d files of %d, %v", len(got), count, err)
			}
			for i, f := range got {
				if raw, err := io.ReadAll(f); err != nil || string(raw) != names[i] || f.Name() != names[i] {
					t.Errorf("file %d is %s and holds %q, %v", i, f.Name(), raw, err)
				}
				_ = f.Close()
			}
		})
	}
}

// Who gives fewer files than there are has ended.
func TestHandsGiveTooFew(t *testing.T) {
	t.Parallel()
	h, theirs := bothHands(t)
	if err := h.give(nil); err != nil {
		t.Fatal(err)
	}
	if _, err := takenFrom(theirs, []string{"layer"}); err == nil || err.Error() != "0 files of 1 were handed over" {
		t.Errorf("it says %v", err)
	}
}
