package finding_test

import (
	"math"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
)

func TestValid(t *testing.T) {
	t.Parallel()
	vulnerability := vulnerable("CVE-1", finding.SeverityHigh, lodash, "5")
	check := rule("R", finding.SeverityHigh, finding.Check{Saw: "root", Wants: "another user"})
	for _, f := range []finding.Finding{vulnerability, check, npm, jar} {
		if err := f.Valid(); err != nil {
			t.Errorf("Valid() of a good %s = %v", f.Kind, err)
		}
	}
	tests := []struct {
		name   string
		of     finding.Finding
		change func(*finding.Finding)
		want   string
	}{
		{"no part", vulnerability, func(f *finding.Finding) { f.Vulnerability = nil }, "0 of vulnerability, check and coverage"},
		{"two parts", vulnerability, func(f *finding.Finding) { f.Check = &finding.Check{} }, "2 of vulnerability, check and coverage"},
		{"another kind", vulnerability, func(f *finding.Finding) { f.Kind = finding.KindCheck }, `kind "check" does not name`},
		{"another kind than a check", check, func(f *finding.Finding) { f.Kind = finding.KindCoverage }, `kind "coverage" does not name`},
		{"another kind than a gap", npm, func(f *finding.Finding) { f.Kind = finding.KindVulnerability }, `kind "vulnerability" does not name`},
		{"unknown kind", check, func(f *finding.Finding) { f.Kind = "opinion" }, `kind "opinion" does not name`},
		{"no id", check, func(f *finding.Finding) { f.ID = "" }, "no id"},
		{"no title", check, func(f *finding.Finding) { f.Title = "" }, "no title"},
		{"severity", check, func(f *finding.Finding) { f.Severity = 6 }, "severity 6"},
		{"severity below all", check, func(f *finding.Finding) { f.Severity = -1 }, "severity -1"},
		{"state", check, func(f *finding.Finding) { f.State = "gone" }, `unknown state "gone"`},
		{"no state", vulnerability, func(f *finding.Finding) { f.State = "" }, "either visible or shadowed"},
		{"layer", vulnerability, func(f *finding.Finding) { f.Layer.Index = -1 }, "layer -1"},
		{"line", check, func(f *finding.Finding) { f.Location = &finding.Location{File: "a"} }, "not a valid location"},
		{"column", check, func(f *finding.Finding) { f.Location = &finding.Location{File: "a", Line: 1, EndLine: 1, Column: -1} }, "column -1"},
		{"end", check, func(f *finding.Finding) { f.Location = &finding.Location{File: "a", Line: 2, EndLine: 1} }, "not a valid location"},
		{"related line", check, func(f *finding.Finding) {
			f.Related = []finding.Related{{Location: finding.Location{Line: 1, EndLine: 1}}}
		}, "not a valid location"},
		{"CVSS", vulnerability, func(f *finding.Finding) { f.Vulnerability.CVSS = 11 }, "CVSS score 11"},
		{"CVSS that is no number", vulnerability, func(f *finding.Finding) { f.Vulnerability.CVSS = math.NaN() }, "CVSS score NaN"},
		{"copy", vulnerability, func(f *finding.Finding) { f.Vulnerability.Copy = -1 }, "copy -1"},
		{"fix state", vulnerability, func(f *finding.Finding) { f.Vulnerability.Fix.State = "soon" }, `fix state "soon"`},
		{"fixed and not", vulnerability, func(f *finding.Finding) { f.Vulnerability.Fix.State = finding.FixNone }, "names fixed versions"},
		{"published", vulnerability, func(f *finding.Finding) { f.Vulnerability.Published = "2026-02-30" }, "2026-02-30"},
		{"date of a fix", vulnerability, func(f *finding.Finding) {
			f.Vulnerability.Fix.Versions = []finding.FixVersion{{Version: "5", Date: "yesterday"}}
		}, "yesterday"},
		{"date of a catalogue", vulnerability, func(f *finding.Finding) {
			f.Vulnerability.KnownExploited = []finding.KnownExploited{{CVE: "CVE-1", Added: "2026-01-01", Due: "2026-1-1"}}
		}, "2026-1-1"},
		{"EPSS", vulnerability, func(f *finding.Finding) { f.Vulnerability.EPSS = &finding.EPSS{Probability: 1.5} }, "EPSS 1.5"},
		{"percentile", vulnerability, func(f *finding.Finding) { f.Vulnerability.EPSS = &finding.EPSS{Percentile: -1} }, "percentile -1"},
		{"secret that saw nothing", check, func(f *finding.Finding) { f.Kind, f.Check.Saw = finding.KindSecret, "" }, "what it saw"},
		{"check that saw nothing", check, func(f *finding.Finding) { f.Check.Saw = "" }, "what it saw"},
		{"check that wants nothing", check, func(f *finding.Finding) { f.Check.Wants = "" }, "what it wants"},
		{"gap", npm, func(f *finding.Finding) { f.Coverage.Gap = "hole" }, `unknown gap "hole"`},
		{"id of another gap", npm, func(f *finding.Finding) { f.ID = "unread-format" }, "not that of the gap"},
		{"gap without a subject", npm, func(f *finding.Finding) { f.Coverage.Ecosystem = "" }, "what it is about"},
		{"count", npm, func(f *finding.Finding) { f.Coverage.Count = -1 }, "-1 packages"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := with(tt.of, tt.change).Valid(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Valid() = %v, want %q", err, tt.want)
			}
		})
	}
}
