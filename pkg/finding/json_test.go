package finding_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
)

// The package stands beside the identifier, and what was written is read back.
func TestFindingJSON(t *testing.T) {
	t.Parallel()
	lodash := finding.Package{Name: "lodash", Version: "4.17.4", Type: "npm"}
	tests := []struct {
		name string
		f    finding.Finding
		want string // part of the JSON
	}{
		{
			name: "vulnerability", want: `"package":{"name":"lodash"`,
			f: finding.Finding{Kind: finding.KindVulnerability, ID: "CVE-1", Title: "<b>", Vulnerability: &finding.Vulnerability{Package: lodash}},
		},
		{
			name: "gap about a package", want: `"package":{"name":"lodash"`,
			f: finding.Finding{Kind: finding.KindCoverage, ID: "x", Coverage: &finding.Coverage{Gap: finding.GapVersion, Package: &lodash}},
		},
		{name: "gap", want: `"gap":"no-packages"`, f: finding.Finding{Kind: finding.KindCoverage, ID: "x", Coverage: &finding.Coverage{Gap: finding.GapNoPackages}}},
		{
			name: "check of a package", want: `"package":{"name":"lodash"`,
			f: finding.Finding{Kind: finding.KindCheck, ID: finding.RuleLicenseDenied, Check: &finding.Check{Package: &lodash, Licenses: []string{"MIT"}}},
		},
		{name: "check", want: `"check":{`, f: finding.Finding{Kind: finding.KindCheck, ID: "x", Check: &finding.Check{}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			raw, err := json.Marshal(tt.f)
			if err != nil || !strings.Contains(string(raw), tt.want) || strings.Count(string(raw), `"package"`) != strings.Count(tt.want, `"package"`) {
				t.Fatalf("Marshal() = %s, %v, want one %s", raw, err, tt.want)
			}
			var back finding.Finding
			if err := json.Unmarshal(raw, &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.f, back); diff != "" {
				t.Errorf("Unmarshal(Marshal()) (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFindingJSONRefuses(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"a field that nobody knows":         `{"kind":"check","id":"x","check":{},"chek":{}}`,
		"a field of a part":                 `{"kind":"coverage","id":"x","coverage":{"gap":"no-packages","gaps":1}}`,
		"a vulnerability without a package": `{"kind":"vulnerability","id":"x","vulnerability":{}}`,
		"a package of no part":              `{"kind":"check","id":"x","package":{"name":"a"}}`,
	} {
		var f finding.Finding
		if err := json.Unmarshal([]byte(raw), &f); err == nil {
			t.Errorf("Unmarshal of %s = %+v, want an error", name, f)
		}
	}
}
