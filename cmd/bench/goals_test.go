package main

import (
	"math"
	"testing"
)

// constant are n samples that are all the same.
func constant(n int, s sample) []sample {
	var out []sample
	for range n {
		out = append(out, s)
	}
	return out
}

func TestMedian(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		values []float64
		want   float64
	}{
		{name: "none", want: 0},
		{name: "one", values: []float64{3}, want: 3},
		{name: "an odd number, and one far out", values: []float64{900, 1, 2}, want: 2},
		{name: "an even number", values: []float64{4, 1, 2, 100}, want: 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var samples []sample
			for _, v := range tt.values {
				samples = append(samples, sample{Wall: v, Peak: -1})
			}
			if got := median(samples, wall); got != tt.want {
				t.Errorf("median(%v) = %v, want %v", tt.values, got, tt.want)
			}
		})
	}
}

func TestGoals(t *testing.T) {
	t.Parallel()
	measured := results{
		{Name: "cold", Samples: []sample{{Wall: 3, Peak: 400e6}, {Wall: 90, Peak: 900e6}, {Wall: 2, Peak: 300e6}}},
		{Name: "cold/grype", Samples: constant(3, sample{Wall: 30, Peak: 1000e6})},
		{Name: "cold/trivy", Samples: constant(3, sample{Wall: 5})},
		{Name: "cached", Samples: constant(3, sample{Wall: 2})},
		{Name: "cached" + hashAll, Samples: constant(3, sample{Wall: 0.5})},
		{Name: "cached" + hashOne, Samples: constant(3, sample{Wall: 1})},
		{Name: "cached/trivy", Samples: constant(3, sample{Wall: 4})},
		{Name: "changed", Samples: constant(3, sample{Wall: 1.1})},
		{Name: "changed" + hashAll, Samples: constant(3, sample{Wall: 0.5})},
		{Name: "family", Samples: constant(1, sample{Wall: 10})},
		{Name: "family/one", Samples: constant(1, sample{Wall: 4})},
		{Name: "gzip", Samples: constant(1, sample{Wall: 2.6})},
		{Name: "gzip/unpack", Samples: constant(1, sample{Wall: 2})},
		{Name: "tiny", Samples: constant(1, sample{Wall: 0.09})},
		{Name: "growth/1", Samples: constant(1, sample{Wall: 1, Peak: 1e6})},
		{Name: "growth/4", Samples: constant(1, sample{Wall: 2.5, Peak: 1e6})},
		{Name: "growth/16", Files: 500_000, Samples: constant(1, sample{Wall: 17, Peak: 560e6})},
	}
	want := []struct {
		row   string
		value float64
	}{
		{"cold", 0.1}, {"cold", 0.4}, {"cold", 0.6}, {"cached", 4}, {"cached", 0.5}, {"changed", 2.2},
		{"family", 0.05}, {"gzip", 1.3}, {"tiny", 0.09},
		{"growth", 2}, // 1 + 15 copies of 0.5 s
		{"growth", 2}, // of 250 MB and 30 MB
	}
	got := reached(measured)
	if len(got) != len(want) || len(got) != len(goals()) {
		t.Fatalf("reached() has %d goals, want %d, all of the %d", len(got), len(want), len(goals()))
	}
	for i, w := range want {
		if g := got[i]; g.Row != w.row || math.Abs(g.Value-w.value) > 1e-9 {
			t.Errorf("reached()[%d] = %s %q: %v, want %s: %v", i, g.Row, g.Goal, g.Value, w.row, w.value)
		}
	}
}

// What was not measured has no value, whichever part of it is missing.
func TestGoalsNotMeasured(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]results{
		"nothing":               nil,
		"no grype":              {{Name: "cold", Samples: constant(1, sample{Wall: 1, Peak: 1})}},
		"only grype":            {{Name: "cold/grype", Samples: constant(1, sample{Wall: 1, Peak: 1})}},
		"only the limit":        {{Name: "cached" + hashAll, Samples: constant(1, sample{Wall: 1})}},
		"no samples":            {{Name: "tiny"}, {Name: "growth/16", Files: 1}},
		"growth without a 4×":   {{Name: "growth/1"}, {Name: "growth/4"}, {Name: "growth/16"}},
		"what is not Layergate": {{Name: "gzip/unpack", Samples: constant(1, sample{Wall: 1})}},
	} {
		if got := reached(r); len(got) > 0 {
			t.Errorf("%s: reached() = %v, want nothing", name, got)
		}
	}
}
