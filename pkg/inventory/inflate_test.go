package inventory

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// deflated packs a text at a level.
func deflated(t testing.TB, text string, level int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func inflates(packed []byte) (begins, known bool) {
	return inflatesTo(append(slices.Clone(packed), make([]byte, padding)...), len(packed), []string{"PK\x03\x04"})
}

func TestInflatesTo(t *testing.T) {
	t.Parallel()
	const archive = "PK\x03\x04"
	texts := []struct {
		name, text string
		want       bool
	}{
		{"an archive", archive + strings.Repeat("some text of an archive ", 50), true},
		{"a short one", archive + "\x14\x00\x08", true},
		{"an archive of a varied text", archive + varied(), true},
		{"a varied text", varied(), false},
		{"an archive of all bytes", archive + allBytes(), true},
		{"a text", "package " + strings.Repeat("some text of an archive PK\x03\x04", 50), false},
		{"another record of an archive", "PK\x03\x05" + strings.Repeat(archive, 50), false},
		{"nothing but one byte", strings.Repeat("P", 100), false},
		{"all bytes", allBytes(), false},
	}
	for _, tt := range texts {
		for _, level := range []int{flate.HuffmanOnly, flate.NoCompression, flate.BestSpeed, flate.DefaultCompression, flate.BestCompression} {
			if got, known := inflates(deflated(t, tt.text, level)); got != tt.want || !known {
				t.Errorf("inflatesTo(%s at level %d) = %t, %t, want %t", tt.name, level, got, known, tt.want)
			}
		}
	}
	unknown := []struct {
		name   string
		packed []byte
	}{
		{"nothing", nil},
		{"the beginning of tables", deflated(t, archive+varied(), flate.BestCompression)[:20]},
		{"an empty block", append([]byte{0, 0, 0, 0xff, 0xff}, deflated(t, archive+"text", flate.BestSpeed)...)},
	}
	for _, tt := range unknown {
		if got, known := inflates(tt.packed); got || known {
			t.Errorf("inflatesTo(%s) = %t, %t, want it not to be known", tt.name, got, known)
		}
	}
}

// varied is a text for which deflate makes tables.
func varied() string {
	var out strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&out, "%d is %x, ", i*i, i*i*i)
	}
	return out.String()
}

func allBytes() string {
	var out []byte
	for i := range 256 {
		out = append(out, byte(i), byte(i*7), byte(i*i))
	}
	return string(out)
}

// What is known of a beginning is what unpacking says.
func FuzzInflatesTo(f *testing.F) {
	for _, level := range []int{flate.NoCompression, flate.BestSpeed, flate.BestCompression} {
		f.Add(deflated(f, "PK\x03\x04"+strings.Repeat("text of an archive ", 20), level))
		f.Add(deflated(f, "no archive"+allBytes(), level))
		f.Add(deflated(f, varied(), level))
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		got, known := inflates(packed)
		head := make([]byte, 4)
		n, err := io.ReadFull(flate.NewReader(bytes.NewReader(packed)), head)
		if want := string(head[:n]) == "PK\x03\x04"; known && want && !got {
			t.Errorf("inflatesTo() = %t, want %t (%v)", got, want, err)
		} else if got && !known || got && n > 0 && !strings.HasPrefix("PK\x03\x04", string(head[:n])) {
			t.Errorf("inflatesTo() = %t, %t, and %q begins it", got, known, head[:n])
		}
	})
}
