package disk_test

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/fault"
)

func holding(free int64) disk.FreeFunc { return func(string) (int64, bool) { return free, true } }

func TestNeed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		free    disk.FreeFunc
		need    int64
		wantErr string
	}{
		{name: "fits", free: holding(1 << 30), need: 1 << 30},
		{name: "does not fit", free: holding(3 << 29), need: 5 << 30, wantErr: "writing 5.0 GiB to /work: only 1.5 GiB are free"},
		{name: "nobody knows", free: func(string) (int64, bool) { return 0, false }, need: 1 << 60},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			check(t, disk.NewRoom("/work", tt.free).Need(tt.need), tt.wantErr)
		})
	}
}

func check(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Fatalf("unexpected error: %v", err)
		}
		return
	}
	if err == nil || err.Error() != want || !errors.Is(err, disk.ErrFull) || fault.IsRequest(err) {
		t.Errorf("error = %v, want ErrFull with %q", err, want)
	}
	if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "TMPDIR") {
		t.Errorf("Hints() = %q, want one with TMPDIR", hints)
	}
}

func TestTakeAsksInSteps(t *testing.T) {
	t.Parallel()
	asked := 0
	free := int64(1 << 30)
	room := disk.NewRoom("/work", func(string) (int64, bool) { asked++; return free, true })
	for range 64 {
		if err := room.Take(1 << 20); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("64 MiB were asked for %d times, want once", asked)
	}
	free = 10 << 20
	check(t, room.Take(1<<20), "writing 64 MiB to /work: only 10 MiB are free")
	check(t, room.Take(100<<20), "writing 100 MiB to /work: only 10 MiB are free")
}

func TestExplain(t *testing.T) {
	t.Parallel()
	room := disk.NewRoom("/work", holding(0))
	full := &fs.PathError{Op: "write", Path: "/work/x", Err: syscall.ENOSPC}
	check(t, room.Explain(2<<20, full), "writing 2.0 MiB to /work: only 0 B are free")
	other := errors.New("input/output error")
	if got := room.Explain(1, other); got != other { // the same value, not one that wraps it
		t.Errorf("Explain() = %v, want the error as it was", got)
	}
}

func TestSystem(t *testing.T) {
	t.Parallel()
	room := disk.NewRoom(t.TempDir(), nil)
	if err := room.Need(1); err != nil {
		t.Error(err)
	}
	if err := disk.NewRoom("no/such/folder", nil).Need(1 << 62); err != nil {
		t.Errorf("a folder that cannot be asked for fails: %v", err)
	}
}
