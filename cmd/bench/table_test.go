package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTable(t *testing.T) {
	t.Parallel()
	r := results{
		{Name: "cached", Title: "everything cached", Samples: constant(2, sample{Wall: 2, CPU: 12.34, Peak: 200e6})},
		{Name: "cached" + hashOne, Title: "hashing on one core", Samples: constant(2, sample{Wall: 1, CPU: 1})},
		{Name: "cached" + hashAll, Title: "hashing on all cores", Samples: constant(2, sample{Wall: 0.5, CPU: 1})},
		{Name: "family", Title: "an audit", Samples: constant(2, sample{Wall: 20, Received: 5e6, Requests: 101})},
		{Name: "tiny", Title: "an image of 5 MB", Samples: constant(2, sample{Wall: 0.06})},
	}
	var b strings.Builder
	if err := r.write(&b, "Layergate, measured."); err != nil {
		t.Fatal(err)
	}
	want := `Layergate, measured.

| work | goal | measured | of the goal |
|---|---|---|---|
| cold | at most 1/10 of grype's wall time | not measured |  |
| cold | at most 1/4 of grype's peak memory | not measured |  |
| cold | at most 0.5 of Trivy's wall time | not measured |  |
| cached | at most 2 × hashing on all cores | ×4.00 | ×2.00 |
| cached | below Trivy's warm run | not measured |  |
| changed | at most 2.2 × hashing on all cores | not measured |  |
| family | at most 1/20 of 50 cold runs | not measured |  |
| gzip | at most 1.3 × unpacking the layers | not measured |  |
| tiny | at most 0.12 s | 0.060 s | ×0.50 |
| growth | at most 1.05 × linear in time | not measured |  |
| growth | at most 250 MB and 60 bytes for each file | not measured |  |

| | wall | processor | peak memory | × hashing on one core | × on all cores | from the registry |
|---|---|---|---|---|---|---|
| everything cached | 2.00 s | 12.3 s | 200 MB | ×2.0 | ×4.0 |  |
| hashing on one core | 1.00 s | 1.00 s |  |  |  |  |
| hashing on all cores | 0.500 s | 1.00 s |  |  |  |  |
| an audit | 20.0 s | 0.000 s |  |  |  | 5 MB in 101 requests |
| an image of 5 MB | 0.060 s | 0.000 s |  |  |  |  |
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("the table is another (-want +got):\n%s", diff)
	}
}
