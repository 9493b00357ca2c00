package evidence_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/evidence"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// parse reads a result that is one.
func parse(t *testing.T, form policy.Form, text string) *evidence.Document {
	t.Helper()
	d, err := evidence.Parse(form, "file", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	valid(t, d)
	return d
}

// Of several scores the worst counts, and one that is none does not. An address that no reader can follow is left out, as is the
// identifier itself among the others.
func TestVulnerabilityDetails(t *testing.T) {
	t.Parallel()
	type details struct {
		Score   float64
		Vector  string
		Aliases []string
		URLs    []string
	}
	for name, test := range map[string]struct {
		text string
		want details
	}{
		"Trivy": {
			`{"SchemaVersion": 2, "ArtifactName": "a", "ArtifactType": "container_image", "Results": [{"Vulnerabilities": [{"VulnerabilityID": "CVE-1", "PkgName": "p",
				"VendorIDs": ["CVE-1", "", "DSA-1"], "PrimaryURL": "javascript:alert(1)", "CVSS": {"a": {"V3Score": 5, "V3Vector": "five"}, "b": {"V3Score": 8, "V3Vector": "eight"}, "c": {"V3Score": 7}}}]}]}`,
			details{8, "eight", []string{"DSA-1"}, []string{}},
		},
		"grype": {
			`{"descriptor": {"name": "grype"}, "source": {"type": "image", "target": {}}, "matches": [{"vulnerability": {"id": "CVE-1", "dataSource": "https://example.org/1",
				"cvss": [{"vector": "eight", "metrics": {"baseScore": 8}}, {"vector": "five", "metrics": {"baseScore": 5}}]}, "artifact": {"name": "p", "version": "1"}}]}`,
			details{8, "eight", []string{}, []string{"https://example.org/1"}},
		},
		"Aqua's own score": {
			`{"image": "a", "resources": [{"resource": {"name": "p"}, "vulnerabilities": [{"name": "CVE-1", "aqua_score": 4, "nvd_score": 9}]}]}`,
			details{4, "", []string{}, []string{}},
		},
		"Aqua's of NVD": {
			`{"image": "a", "resources": [{"resource": {"name": "p"}, "vulnerabilities": [{"name": "CVE-1", "nvd_score": 9, "nvd_url": "http://example.org/1"}]}]}`,
			details{9, "", []string{}, []string{"http://example.org/1"}},
		},
		"a score that is none": {
			`{"image": "a", "resources": [{"resource": {"name": "p"}, "vulnerabilities": [{"name": "CVE-1", "aqua_score": 11}]}]}`,
			details{0, "", []string{}, []string{}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := parse(t, policy.FormResult, test.text).Findings[0]
			got := details{f.Vulnerability.CVSS, f.Vulnerability.CVSSVector, f.Vulnerability.Aliases, f.URLs}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Parse() (-want +got):\n%s", diff)
			}
		})
	}
}

// A result in a file of the project is shown on its line, and one elsewhere is not. The first run names the tool.
func TestSARIFPlaces(t *testing.T) {
	t.Parallel()
	result := func(uri, region string) string {
		return `{"ruleId": "A", "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "` + uri + `"}, "region": ` + region + `}}]}`
	}
	d := parse(t, policy.FormSARIF, `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "one", "version": "1"}}, "results": [`+
		result("src/./a.go", `{"startLine": 3, "endLine": 5}`)+","+result("src/b.go", `{}`)+","+result("../c.go", `{"startLine": 3}`)+","+result("https://example.org/d.go", `{"startLine": 3}`)+
		`]}, {"tool": {"driver": {"name": "two"}}, "results": []}]}`)
	if d.Tool != "one 1" {
		t.Errorf("Parse() names the tool %q, want that of the first run", d.Tool)
	}
	type place struct {
		Path string
		At   *finding.Location
	}
	var got []place
	for _, f := range d.Findings {
		got = append(got, place{f.Path, f.Location})
	}
	want := []place{{"src/a.go", &finding.Location{File: "src/a.go", Line: 3, EndLine: 5}}, {"src/b.go", nil}, {"", nil}, {"", nil}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse() (-want +got):\n%s", diff)
	}
}

// A test is named by its class as well, unless that says the same.
func TestNameOfTest(t *testing.T) {
	t.Parallel()
	d := parse(t, policy.FormJUnit, `<testsuite><testcase classname="Cart" name="empties"><failure/></testcase><testcase classname="same" name="same"><failure/></testcase><testcase name="alone"><failure/></testcase></testsuite>`)
	var got []string
	for _, f := range d.Findings {
		got = append(got, f.Check.Field)
	}
	if diff := cmp.Diff([]string{"Cart.empties", "same", "alone"}, got); diff != "" {
		t.Errorf("Parse() (-want +got):\n%s", diff)
	}
}
