package natural

import "testing"

func TestEnumerate(t *testing.T) {
	t.Parallel()
	names := []string{"a", "b", "c", "d", "e", "f", "g"}
	for n, want := range map[int]string{0: "", 1: "a", 5: "a, b, c, d, e", 7: "a, b, c, d, e and 2 more"} {
		if got := Enumerate(names[:n]); got != want {
			t.Errorf("Enumerate(%q) = %q, want %q", names[:n], got, want)
		}
	}
}
