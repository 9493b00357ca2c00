package main

import "fmt"

// series are the samples of one thing that was measured.
type series struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Files   int      `json:"files,omitempty"` // of the image
	Samples []sample `json:"samples"`
}

// results are the series in the order of the table.
type results []series

// of are the samples of a series; none where it was not measured.
func (r results) of(name string) []sample {
	for _, s := range r {
		if s.Name == name {
			return s.Samples
		}
	}
	return nil
}

// goal is what a work should reach: a value, in a unit, of at most a limit.
type goal struct {
	row   string
	text  string
	limit float64
	unit  string
	value func(results) (value float64, measured bool)
}

// goals are those of the project.
func goals() []goal {
	return []goal{
		{"cold", "at most 1/10 of grype's wall time", 0.1, "", ratio(wall, "cold", "cold/grype", 1)},
		{"cold", "at most 1/4 of grype's peak memory", 0.25, "", ratio(peak, "cold", "cold/grype", 1)},
		{"cold", "at most 0.5 of Trivy's wall time", 0.5, "", ratio(wall, "cold", "cold/trivy", 1)},
		{"cached", "at most 2 × hashing on all cores", 2, "", ratio(wall, "cached", "cached"+hashAll, 1)},
		{"cached", "below Trivy's warm run", 1, "", ratio(wall, "cached", "cached/trivy", 1)},
		{"changed", "at most 2.2 × hashing on all cores", 2.2, "", ratio(wall, "changed", "changed"+hashAll, 1)},
		{"family", fmt.Sprintf("at most 1/20 of %d cold runs", members), 0.05, "", ratio(wall, "family", "family/one", members)},
		{"gzip", "at most 1.3 × unpacking the layers", 1.3, "", ratio(wall, "gzip", "gzip/unpack", 1)},
		{"tiny", "at most 0.12 s", 0.12, " s", absolute(wall, "tiny")},
		{"growth", "at most 1.05 × linear in time", 1.05, "", linear},
		{"growth", "at most 250 MB and 60 bytes for each file", 1, "", memory},
	}
}

// ratio compares the medians of two series. The second counts so many times.
func ratio(q quantity, of, to string, times float64) func(results) (float64, bool) {
	return func(r results) (float64, bool) {
		a, b := median(r.of(of), q), times*median(r.of(to), q)
		if len(r.of(of)) == 0 || b == 0 {
			return 0, false
		}
		return a / b, true
	}
}

func absolute(q quantity, of string) func(results) (float64, bool) {
	return func(r results) (float64, bool) { return median(r.of(of), q), len(r.of(of)) > 0 }
}

// linear compares the time for sixteen copies with that on the straight line through the times for one copy and for four:
// what an image costs that has none is in all three.
func linear(r results) (float64, bool) {
	one, four, sixteen := median(r.of(growthName(1)), wall), median(r.of(growthName(4)), wall), median(r.of(growthName(16)), wall)
	onLine := one + (four-one)/(4-1)*(16-1)
	if sixteen == 0 || onLine <= 0 {
		return 0, false
	}
	return sixteen / onLine, true
}

// What an image may take of memory, in bytes.
const (
	memoryFixed   = 250e6
	memoryPerFile = 60
)

// memory compares the memory for sixteen copies with what they may take.
func memory(r results) (float64, bool) {
	for _, s := range r {
		if s.Name == growthName(16) && len(s.Samples) > 0 {
			return median(s.Samples, peak) / (memoryFixed + memoryPerFile*float64(s.Files)), true
		}
	}
	return 0, false
}
