package ci

import "testing"

func TestPart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		variables map[string]string
		index, of int
	}{
		{name: "a terminal"},
		{name: "Azure's parallel jobs", variables: map[string]string{"SYSTEM_JOBPOSITIONINPHASE": "2", "SYSTEM_TOTALJOBSINPHASE": "4"}, index: 2, of: 4},
		{name: "an indexed job of Kubernetes, which counts from 0", variables: map[string]string{"JOB_COMPLETION_INDEX": "0"}, index: 1},
		{name: "no number", variables: map[string]string{"SYSTEM_JOBPOSITIONINPHASE": "x", "JOB_COMPLETION_INDEX": "-1"}},
	} {
		index, of := Part(func(name string) string { return tt.variables[name] })
		if index != tt.index || of != tt.of {
			t.Errorf("%s: Part() = %d, %d, want %d, %d", tt.name, index, of, tt.index, tt.of)
		}
	}
}
