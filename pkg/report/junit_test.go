package report

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// readJUnit reads the tests of a report by the names that GitLab and Azure Pipelines look for.
func readJUnit(t *testing.T, data []byte) junitSuites {
	t.Helper()
	var out junitSuites
	d := xml.NewDecoder(strings.NewReader(string(data)))
	d.Strict = true
	if err := d.Decode(&out); err != nil {
		t.Fatalf("no XML: %v\n%s", err, data)
	}
	return out
}

func TestJUnitCounts(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		got := readJUnit(t, render(t, JUnit, r))
		if len(got.Suites) != 1 || got.junitCounts != got.Suites[0].junitCounts {
			t.Fatalf("suites = %+v, want one with the counts of all", got)
		}
		counts := junitCounts{}
		for _, c := range got.Suites[0].Cases {
			counts.Tests++
			if c.Failure != nil {
				counts.Failures++
			}
			if c.Skipped != nil {
				counts.Skipped++
			}
			if c.Failure != nil && c.Skipped != nil || c.Name == "" || c.Class == "" {
				t.Errorf("test %+v", c)
			}
		}
		if counts != got.junitCounts {
			t.Errorf("counts = %+v, but the tests are %+v", got.junitCounts, counts)
		}
		if blocked := r.Verdict.Outcome != policy.Clean; (counts.Failures > 0) != blocked {
			t.Errorf("%d failures of a verdict %q", counts.Failures, r.Verdict.Outcome)
		}
	})
}

// The result of a test is that of the findings that decide: blocking before waived, and waived before what only passes.
func TestJUnitResults(t *testing.T) {
	t.Parallel()
	lodash := npm("lodash", "4.17.15", "/app/node_modules/lodash/package.json")
	r := base(baseLayer, aptLayer, appLayer)
	r.Policy.Exceptions = []policy.Exception{
		{ID: "CVE-1", Reason: "the parser is <unused>", Owner: "team", Expires: "2027-01-31"},
		{ID: "CVE-3", Reason: "only at build time", Owner: "team", Expires: "2027-01-31"},
	}
	r = judge(r, "medium",
		vulnerable("CVE-1", finding.SeverityCritical, 9, appLayer, lodash), vulnerable("CVE-2", finding.SeverityHigh, 8, appLayer, lodash, "4.17.21"),
		vulnerable("CVE-3", finding.SeverityHigh, 8, aptLayer, debian("openssl", "3.0.9-1")),
		vulnerable("CVE-4", finding.SeverityLow, 2, aptLayer, debian("tar", "1.34")))
	r.Findings[1].Location = &finding.Location{File: "package-lock.json", Line: 240, EndLine: 240}
	got := map[string]string{}
	for _, c := range readJUnit(t, render(t, JUnit, r)).Suites[0].Cases {
		switch {
		case c.Failure != nil:
			got[c.Name] = "failure: " + c.Failure.Message
		case c.Skipped != nil:
			got[c.Name] = "skipped: " + c.Skipped.Message
		default:
			got[c.Name] = "passed"
		}
		if c.Failure != nil && !(strings.Contains(c.Failure.Text, "4.17.21") && strings.Contains(c.Failure.Text, "CVE-1: team accepts it") && c.Failure.Type == "high" && c.File == "package-lock.json" && c.Line == 240) {
			t.Errorf("the failure says %+v in %+v", *c.Failure, c)
		}
	}
	want := map[string]string{
		"3 packages across 3 layers": "passed",
		"lodash 4.17.15":             "failure: high: CVE-2 in lodash 4.17.15",
		"openssl 3.0.9-1":            "skipped: CVE-3: team accepts it until 2027-01-31: only at build time",
		"tar 1.34":                   "passed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

// A subject that is blocked fails a test even where no finding says why.
func TestJUnitFailsWithTheVerdict(t *testing.T) {
	t.Parallel()
	r := cleanReport()
	r.Verdict.Outcome = policy.Blocked
	if got := readJUnit(t, render(t, JUnit, r)); got.Failures != 1 {
		t.Errorf("failures = %d, want that of the subject", got.Failures)
	}
}

// FuzzJUnit puts any text into every field of an image, and wants the tests to be the same ones.
func FuzzJUnit(f *testing.F) {
	for _, s := range hostileStrings() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := base(finding.Layer{CreatedBy: s})
		r.Image.Name = s
		v := vulnerable(s, finding.SeverityHigh, 8, r.Platforms[0].Layers[0].Layer, heldPackage{finding.Package{Name: s, Version: s, Type: s}, s}, s)
		v.Summary, v.Location = s, &finding.Location{File: s, Line: 1, EndLine: 1}
		data := render(t, JUnit, judge(r, policy.Any, v))
		noControl(t, string(data))
		got := readJUnit(t, data)
		if got.Tests != 2 || got.Failures != 1 || len(got.Suites[0].Cases) != 2 || got.Suites[0].Cases[1].Failure == nil {
			t.Errorf("%q changes the tests:\n%s", s, data)
		}
	})
}
