package match

import (
	"testing"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/vulnerability"
	"github.com/google/go-cmp/cmp"
)

func TestAliases(t *testing.T) {
	t.Parallel()
	related := []vulnerability.Reference{{ID: "GHSA-1"}, {ID: "CVE-2026-1"}, {ID: "ACME-1"}}
	record := &v6.VulnerabilityHandle{BlobValue: &v6.VulnerabilityBlob{Aliases: []string{"MAL-2026-2", "GHSA-1", ""}}}
	tests := []struct {
		name string
		of   vulnerability.Vulnerability
		want []string
	}{
		{"of record and package", vulnerability.Vulnerability{Reference: vulnerability.Reference{ID: "ACME-1", Internal: record}, RelatedVulnerabilities: related},
			[]string{"CVE-2026-1", "GHSA-1", "MAL-2026-2"}},
		{"of the package alone", vulnerability.Vulnerability{Reference: vulnerability.Reference{ID: "ACME-1"}, RelatedVulnerabilities: related}, []string{"CVE-2026-1", "GHSA-1"}},
		{"none", vulnerability.Vulnerability{Reference: vulnerability.Reference{ID: "ACME-1"}}, []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, aliases(tt.of)); diff != "" {
				t.Errorf("aliases() (-want +got):\n%s", diff)
			}
		})
	}
	if diff := cmp.Diff([]string{"MAL-2026-2", "GHSA-1", ""}, record.BlobValue.Aliases); diff != "" {
		t.Errorf("aliases() changed the record (-was +is):\n%s", diff)
	}
}
