package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// walls are samples with these times.
func walls(seconds ...float64) []sample {
	var out []sample
	for _, s := range seconds {
		out = append(out, sample{Wall: s})
	}
	return out
}

func TestCompare(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		old, new []sample
		want     change
		text     string
	}{
		{
			name: "faster in every round, on a machine that gets slower",
			old:  walls(1, 2, 4, 8, 16), new: walls(0.5, 1, 2, 4, 8),
			want: change{0.5, 0.5, 0.5}, text: "×0.50 (0.50–0.50) **faster**",
		},
		{
			name: "slower in every round",
			old:  walls(1, 1, 1, 1, 1), new: walls(1.1, 1.3, 1.2, 1.5, 1.4),
			want: change{1.3, 1.1, 1.5}, text: "×1.30 (1.10–1.50) **slower**",
		},
		{
			name: "one round of five the other way",
			old:  walls(1, 1, 1, 1, 1), new: walls(0.9, 0.9, 0.9, 0.9, 1.01),
			want: change{0.9, 0.9, 1.01}, text: "×0.90 (0.90–1.01) no difference seen",
		},
		{
			name: "one round of nine the other way",
			old:  walls(1, 1, 1, 1, 1, 1, 1, 1, 1), new: walls(0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 3),
			want: change{0.9, 0.9, 0.9}, text: "×0.90 (0.90–0.90) **faster**",
		},
		{
			name: "the same",
			old:  walls(1, 2), new: walls(1, 2),
			want: change{1, 1, 1}, text: "×1.00 (1.00–1.00) no difference seen",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := comparison{old: tt.old, new: tt.new}.of(wall)
			if !ok || got != tt.want || got.text("faster", "slower") != tt.text {
				t.Errorf("of(wall) = %v, %t, %s, want %v, %s", got, ok, got.text("faster", "slower"), tt.want, tt.text)
			}
		})
	}
	if got, ok := (comparison{old: walls(1), new: walls(1)}).of(received); ok {
		t.Errorf("of(received) = %v where nothing was received, want nothing", got)
	}
}

// TestSpread holds the number of values that are left out against the binomial distribution.
func TestSpread(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 30; n++ {
		var values []float64
		for i := range n {
			values = append(values, float64((i*7)%n+1)) // in some order, where 7 does not divide n
		}
		if n%7 == 0 {
			continue
		}
		low, high := spread(values)
		left := int(low) - 1
		if high != float64(n)-float64(left) {
			t.Errorf("spread of %d values = %v, %v, want as many left out at both ends", n, low, high)
		}
		if n >= 5 && outside(n, left) > mistaken || outside(n, left+1) <= mistaken {
			t.Errorf("spread of %d values leaves out %d at each end, and is mistaken with %.3f, or %.3f with one more", n, left, outside(n, left), outside(n, left+1))
		}
	}
}

// outside is the chance that the median of n values is none of those that remain when so many are left out at each end.
func outside(n, left int) float64 {
	sum, combinations := 0., 1.
	for k := range left + 1 {
		sum += combinations
		combinations *= float64(n-k) / float64(k+1)
	}
	return 2 * sum / math.Pow(2, float64(n))
}

func TestWriteComparison(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	err := writeComparison(&b, "Old and new.", []comparison{{
		title: "cold",
		old:   constant(5, sample{Wall: 2, CPU: 3, Peak: 100e6}),
		new:   constant(5, sample{Wall: 1, CPU: 3, Peak: 150e6}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := "| cold | 2.00 s | 1.00 s | ×0.50 (0.50–0.50) **faster** | ×1.00 (1.00–1.00) no difference seen | ×1.50 (1.50–1.50) **more** |  |\n"
	if !strings.HasPrefix(b.String(), "Old and new.\n\n| work | old |") || !strings.Contains(b.String(), want) {
		t.Errorf("writeComparison() wrote\n%s\nwant the line\n%s", b.String(), want)
	}
}

func TestCompareReports(t *testing.T) {
	t.Parallel()
	write := func(files map[string]string) string {
		dir := t.TempDir()
		for name, body := range files {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	old := write(map[string]string{"image/a.json": "1", "image/b.json": "2", "c": "3"})
	tests := map[string]string{
		old: "The reports are the same bytes in 3 files.",
		write(map[string]string{"image/a.json": "1", "image/b.json": "other", "d": "3"}): "The reports differ: c (only old), d (only new), image/b.json.",
	}
	for dir, want := range tests {
		got, err := compareReports(old, dir)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("compareReports() is another (-want +got):\n%s", diff)
		}
	}
}
