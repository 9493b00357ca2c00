package heap

import (
	"runtime/debug"
	"testing"
)

func TestGrowthOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		inUse uint64
		want  int // percent
	}{
		{"nothing yet", 0, 1600},
		{"a small heap may grow by the same bytes", 16 << 20, 400},
		{"where both are the same", room * 100 / share, share},
		{"a large heap may grow by its share", 1 << 30, share},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := growthOf(tt.inUse); got != tt.want {
				t.Errorf("growthOf(%d) = %d, want %d", tt.inUse, got, tt.want)
			}
		})
	}
}

// No garbage is collected before Collect is called. Not parallel: how far the heap may grow is the process's.
func TestCollect(t *testing.T) {
	if got := debug.SetGCPercent(-1); got != -1 {
		t.Errorf("the heap may grow by %d %% at the start, want no end", got)
	}
	Collect(true)
	if got := debug.SetGCPercent(-1); got != start {
		t.Errorf("the heap may grow by %d %%, want %d as GOGC says", got, start)
	}
	Collect(false)
	if got := debug.SetGCPercent(-1); got < share {
		t.Errorf("the heap may grow by %d %%, want at least %d", got, share)
	}
}
