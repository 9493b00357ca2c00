package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/report"
)

// manyPackages is a report of packages that all block, numbered from the worst to the least, each on a line of its own.
func manyPackages(n int) *report.Report {
	rep := &report.Report{}
	for i := range n {
		p := finding.Package{Name: fmt.Sprintf("package-%04d", i), Version: "1.0", Type: "npm"}
		f := finding.Finding{
			Kind: finding.KindVulnerability, ID: fmt.Sprintf("CVE-2026-%04d", i), Severity: finding.SeverityHigh, Title: "vulnerability in " + p.Name,
			State: finding.Visible, Platform: "linux/amd64", Layer: &finding.Layer{}, Vulnerability: &finding.Vulnerability{Package: p},
			Location: &finding.Location{File: "Dockerfile", Line: i + 1, EndLine: i + 1},
		}
		rep.Findings = append(rep.Findings, f)
	}
	rep.Verdict, _ = policy.Judge(policy.Policy{}, policy.Input{Findings: rep.Findings})
	return rep
}

// addNew adds packages that came with the change and that the policy lets pass.
func addNew(rep *report.Report, n int) {
	for i := range n {
		p := finding.Package{Name: fmt.Sprintf("passing-%04d", i), Version: "1.0", Type: "npm"}
		rep.Verdict.Decisions = append(rep.Verdict.Decisions, policy.Decision{Finding: len(rep.Findings), Effect: policy.Tolerated})
		rep.Findings = append(rep.Findings, finding.Finding{
			Kind: finding.KindVulnerability, ID: fmt.Sprintf("CVE-2026-1%04d", i), Title: "vulnerability in " + p.Name, Baseline: finding.BaselineNew,
			Vulnerability: &finding.Vulnerability{Package: p},
		})
	}
}

func TestAnnotationBudget(t *testing.T) {
	t.Parallel()
	const github, azure = "GITHUB_ACTIONS=true", "TF_BUILD=True"
	tests := []struct {
		name                    string
		platform                string
		noReports               bool
		packages, warnings      int
		new, notes              int
		observe, quiet          bool
		errors, warned, notices int
		more                    string // what the last annotation says is not shown
		lastShown               string
	}{
		{name: "few", platform: github, packages: 3, errors: 3, lastShown: "package-0002"},
		{name: "as many as there is room for", platform: github, packages: 10, errors: 10, lastShown: "package-0009"},
		{name: "more than there is room", platform: github, packages: 45, errors: 10, more: "36 more packages block the image", lastShown: "package-0008"},
		{name: "without reports", platform: github, noReports: true, packages: 45, errors: 10, more: "36 more packages block the image; all are in the log", lastShown: "package-0008"},
		{name: "with reports", platform: github, packages: 45, errors: 10, more: "all are in layergate.json", lastShown: "package-0008"},
		{name: "many warnings of the run", platform: github, packages: 12, warnings: 40, errors: 10, warned: 5, more: "3 more packages", lastShown: "package-0008"},
		{name: "quiet", platform: github, packages: 12, warnings: 2, new: 3, quiet: true, errors: 10, warned: 2, more: "3 more packages", lastShown: "package-0008"},
		{name: "observing", platform: github, packages: 45, observe: true, warned: 10, more: "36 more packages", lastShown: "package-0008"},
		{name: "observing, with warnings of the run", platform: github, packages: 7, warnings: 4, observe: true, warned: 10, more: "2 more packages", lastShown: "package-0004"},
		{name: "what is new and passes", platform: github, packages: 3, new: 12, errors: 3, warned: 10, more: "3 more packages are new with this change and pass", lastShown: "passing-0008"},
		{name: "no room for what is new", platform: github, packages: 3, new: 2, warnings: 9, notes: 9, errors: 3, warned: 10, notices: 1, more: "2 more packages are new", lastShown: "package-0002"},
		{name: "Azure", platform: azure, packages: 45, errors: 10, more: "36 more packages", lastShown: "package-0008"},
		{name: "Azure, observing", platform: azure, packages: 12, observe: true, warned: 10, more: "3 more packages", lastShown: "package-0008"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rep := manyPackages(tt.packages)
			addNew(rep, tt.new)
			for range tt.notes {
				rep.Verdict.Notes = append(rep.Verdict.Notes, policy.Note{Message: "a note"})
			}
			for i := range tt.warnings {
				rep.Warnings = append(rep.Warnings, fmt.Sprintf("warning %d of the run", i))
			}
			var out bytes.Buffer
			name, value, _ := strings.Cut(tt.platform, "=")
			getenv := func(key string) string { return map[string]string{name: value}[key] }
			platform, _ := ci.Detect(ci.Env{Getenv: getenv, Stdout: &out, Stderr: io.Discard})
			c := command{observe: tt.observe, quiet: tt.quiet, platform: platform, place: placeFor(!tt.noReports)}
			c.annotate(rep)
			count := func(github, azure string) int {
				return strings.Count("\n"+out.String(), "\n"+github) + strings.Count(out.String(), azure)
			}
			errors, warned, notices := count("::error", "type=error"), count("::warning", "type=warning"), count("::notice", "type=notice")
			if errors != tt.errors || warned != tt.warned || notices != tt.notices {
				t.Errorf("annotate made %d errors, %d warnings, %d notices, want %d, %d, %d:\n%s", errors, warned, notices, tt.errors, tt.warned, tt.notices, out.String())
			}
			if got := strings.Contains(out.String(), "more packages"); got != (tt.more != "") || !strings.Contains(out.String(), tt.more) {
				t.Errorf("annotate does not say %q:\n%s", tt.more, out.String())
			}
			if !strings.Contains(out.String(), tt.lastShown) {
				t.Errorf("annotate does not show %s:\n%s", tt.lastShown, out.String())
			}
		})
	}
}

// Notes about exceptions are annotations on their own lines of the policy file, and what blocks soon is one on the line that
// brought it.
func TestPolicyAnnotations(t *testing.T) {
	t.Parallel()
	at := func(line int) *finding.Location {
		return &finding.Location{File: ".layergate.yaml", Line: line, EndLine: line}
	}
	rep := manyPackages(3)
	for i, day := range []string{"2026-11-24", "2026-11-25", "2026-11-20"} {
		rep.Findings[i].Vulnerability.Published = day
	}
	p := policy.Policy{Grace: policy.Grace{finding.SeverityHigh: 4}}
	for i := range 3 {
		p.Exceptions = append(p.Exceptions, policy.Exception{ID: fmt.Sprintf("CVE-%d", i), Reason: "r", Owner: "o", Expires: "2026-01-01", Where: at(10 + i)})
	}
	rep.Policy = p
	rep.Verdict, _ = policy.Judge(p, policy.Input{Findings: rep.Findings, Now: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)})
	annotated := func(notes int) string {
		var out bytes.Buffer
		getenv := func(key string) string { return map[string]string{"GITHUB_ACTIONS": "true"}[key] }
		platform, _ := ci.Detect(ci.Env{Getenv: getenv, Stdout: &out, Stderr: io.Discard})
		some := *rep
		for len(some.Verdict.Notes) < notes {
			some.Verdict.Notes = append(some.Verdict.Notes, rep.Verdict.Notes...)
		}
		(&command{platform: platform, place: placeFor(true)}).annotatePolicy(&some)
		return out.String()
	}
	got := annotated(3)
	for _, want := range []string{
		"file=.layergate.yaml,line=10", "file=.layergate.yaml,line=12", "file=Dockerfile,line=1", "Blocks in 3 days", "CVE-2026-0000 in package-0000 1.0",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("annotatePolicy does not say %q:\n%s", want, got)
		}
	}
	if n := strings.Count(got, "::warning"); n != 4 || strings.Contains(got, "package-0001") {
		t.Errorf("annotatePolicy made %d annotations, want 4, and none of what blocks in 4 days:\n%s", n, got)
	}
	if many := annotated(30); strings.Count(many, "::warning") != maxNotes || !strings.Contains(many, "27 more notes about the policy") {
		t.Errorf("annotatePolicy of many notes:\n%s", many)
	}
}

// placeFor is the place of reports that are written, or are not.
func placeFor(written bool) func() (place, error) {
	p := place{name: "image"}
	if written {
		p.dir = "layergate-results/image"
	}
	return func() (place, error) { return p, nil }
}
