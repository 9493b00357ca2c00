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
			check(t, disk.NewSpace("/work", tt.free).Need(tt.need), tt.wantErr)
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
	if hints := fault.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "temp-dir") {
		t.Errorf("Hints() = %q, want one with temp-dir", hints)
	}
}

func TestTakeAsksInSteps(t *testing.T) {
	t.Parallel()
	asked := 0
	free := int64(1 << 30)
	space := disk.NewSpace("/work", func(string) (int64, bool) { asked++; return free, true })
	for range 64 {
		if err := space.Take(1 << 20); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("64 MiB were asked for %d times, want once", asked)
	}
	free = 10 << 20
	check(t, space.Take(1<<20), "writing 64 MiB to /work: only 10 MiB are free")
	check(t, space.Take(100<<20), "writing 100 MiB to /work: only 10 MiB are free")
}

func TestNamedBy(t *testing.T) {
	t.Parallel()
	err := disk.NewSpace("/work", holding(0)).NamedBy("cache-dir").Need(1)
	if hints := fault.Hints(err); len(hints) != 1 || !strings.HasSuffix(hints[0], "with cache-dir") {
		t.Errorf("Hints() = %q, want one with cache-dir", hints)
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	space := disk.NewSpace("/work", holding(0))
	full := &fs.PathError{Op: "write", Path: "/work/x", Err: syscall.ENOSPC}
	check(t, space.Explain(2<<20, full), "writing 2.0 MiB to /work: only 0 B are free")
	other := errors.New("input/output error")
	if got := space.Explain(1, other); got != other { // the same value, not one that wraps it
		t.Errorf("Explain() = %v, want the error as it was", got)
	}
}

func TestSystem(t *testing.T) {
	t.Parallel()
	space := disk.NewSpace(t.TempDir(), nil)
	if err := space.Need(1); err != nil {
		t.Error(err)
	}
	if err := disk.NewSpace("no/such/directory", nil).Need(1 << 62); err != nil {
		t.Errorf("a directory that cannot be asked for fails: %v", err)
	}
}
