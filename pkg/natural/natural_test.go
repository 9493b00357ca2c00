package natural_test

import (
	"slices"
	"testing"

	"github.com/layergate/layergate/pkg/natural"
)

// Names are in this order, whichever is looked at first.
func TestCompare(t *testing.T) {
	t.Parallel()
	want := []string{
		"", "1.2", "1.10", "base", "base:1", "base:2", "base:2-rc1", "base:02.1", "base:2.1", "base:9", "base:010", "base:10", "base:10-slim", "base:18446744073709551616", "base:18446744073709551617",
		"base:v2", "base:v10", "base@sha256:9a", "base@sha256:10b", "basé:1", "d\xff", "d\xff2", "d\xff10",
	}
	for i, a := range want {
		for k, b := range want {
			if got := natural.Compare(a, b); sign(got) != sign(i-k) {
				t.Errorf("Compare(%q, %q) = %d, want %d", a, b, got, sign(i-k))
			}
		}
	}
}

func sign(n int) int { return min(max(n, -1), 1) }

// FuzzCompare holds that the order is one: of three texts in any order the same comes out.
func FuzzCompare(f *testing.F) {
	f.Add("a1", "a01", "a2")
	f.Add("1", "a", "")
	f.Add("9\xff", "10", "9a")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		first, second := []string{a, b, c}, []string{c, a, b}
		slices.SortFunc(first, natural.Compare)
		slices.SortFunc(second, natural.Compare)
		if !slices.Equal(first, second) {
			t.Errorf("%q and %q are both in order", first, second)
		}
		if (natural.Compare(a, b) == 0) != (a == b) {
			t.Errorf("Compare(%q, %q) = %d", a, b, natural.Compare(a, b))
		}
	})
}
