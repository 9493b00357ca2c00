package report

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// sarifSpecification is the SARIF 2.1.0 schema of oasis-tcs/sarif-spec, of which grype keeps a copy for its own tests.
func sarifSpecification(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data := moduleFile(t, "github.com/anchore/grype", "grype/presenter/sarif/testdata/sarif-schema-2.1.0.json")
	return compileSchema(t, "sarif.json", map[string][]byte{"sarif.json": data})
}

func TestSARIFFollowsSchema(t *testing.T) {
	t.Parallel()
	schema := sarifSpecification(t)
	forEachFixture(t, func(t *testing.T, r *Report) {
		if err := schema.Validate(parseJSON(t, render(t, SARIF, r))); err != nil {
			t.Error(err)
		}
	})
}

func TestSARIFForCodeScanning(t *testing.T) {
	t.Parallel()
	forEachFixture(t, func(t *testing.T, r *Report) {
		for _, problem := range codeScanningProblems(render(t, SARIF, r)) {
			t.Error(problem)
		}
	})
}

func TestSARIFClean(t *testing.T) {
	t.Parallel()
	got := string(render(t, SARIF, cleanReport()))
	for _, want := range []string{`"results": []`, `"rules": []`, `"executionSuccessful": true`, `"id": "layergate/registry.example-5000/team/app/"`} {
		if !strings.Contains(got, want) {
			t.Errorf("SARIF of a clean report has no %s:\n%s", want, got)
		}
	}
}

// A named image has one category whatever it is called in its registry.
func TestSARIFCategory(t *testing.T) {
	t.Parallel()
	r := cleanReport()
	r.Series = "services.api"
	if got, want := string(render(t, SARIF, r)), `"id": "layergate/services.api/"`; !strings.Contains(got, want) {
		t.Errorf("SARIF of a named image has no %s:\n%s", want, got)
	}
}

// parsed is what the tests look at.
type parsed struct {
	Runs []struct {
		Tool struct {
			Driver struct{ Rules []map[string]any }
		}
		Results     []map[string]any
		Invocations []struct {
			ToolExecutionNotifications []struct{ Message struct{ Text string } }
		}
	}
}

func parseSARIF(t *testing.T, data []byte) parsed {
	t.Helper()
	var p parsed
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSARIFMergesPlatformsAndVersions(t *testing.T) {
	t.Parallel()
	run := parseSARIF(t, render(t, SARIF, blockedReport())).Runs[0]
	if got, want := len(run.Results), 8; got != want {
		t.Fatalf("results of 14 findings on two platforms = %d, want %d", got, want)
	}
	properties := run.Results[0]["properties"].(map[string]any)
	if diff := cmp.Diff([]any{"linux/amd64", "linux/arm64/v8"}, properties["platforms"]); diff != "" {
		t.Errorf("platforms of the first result (-want +got):\n%s", diff)
	}
	run = parseSARIF(t, render(t, SARIF, shadowedReport())).Runs[0]
	text := run.Results[0]["message"].(map[string]any)["text"].(string)
	if want := "also holds 3.0.9-1 (shadowed, layer 0)"; !strings.Contains(text, want) {
		t.Errorf("message %q does not mention %q", text, want)
	}
	if got := run.Results[1]["level"]; got != "note" {
		t.Errorf("level of a shadowed finding = %v, want note", got)
	}
}

func manyFindings(n int) *Report {
	r := base(baseLayer)
	findings := make([]finding.Finding, 0, n)
	for i := range n {
		s := finding.Severities()[i%6]
		findings = append(findings, vulnerable(fmt.Sprintf("CVE-2026-%06d", i), s, 0, baseLayer, debian(fmt.Sprintf("package%d", i/3), "1.0"), "1.1"))
	}
	return judge(r, policy.Any, findings...)
}

func TestSARIFBudgets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                string
		findings            int
		results, compressed int
		least, most         int
	}{
		{name: "as code scanning keeps", findings: 5200, results: sarifResults, compressed: sarifGzip, least: 5000, most: 5000},
		{name: "few results", findings: 400, results: 7, compressed: sarifGzip, least: 7, most: 7},
		{name: "small file", findings: 400, results: sarifResults, compressed: 6_000, least: 20, most: 300},
		{name: "no room", findings: 400, results: sarifResults, compressed: 1, least: 0, most: 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data := render(t, func(w io.Writer, r *Report) error { return writeSARIF(w, r, tt.results, tt.compressed) }, manyFindings(tt.findings))
			if size, _ := gzipSize(data); size > tt.compressed && tt.compressed > 1 {
				t.Errorf("compressed size = %d, want at most %d", size, tt.compressed)
			}
			run := parseSARIF(t, data).Runs[0]
			if n := len(run.Results); n < tt.least || n > tt.most {
				t.Errorf("results = %d, want %d to %d", n, tt.least, tt.most)
			}
			if len(run.Results) > 0 && run.Results[0]["level"] != "error" {
				t.Errorf("first result has level %v, want error", run.Results[0]["level"])
			}
			want := fmt.Sprintf("%d of %d results were left out", tt.findings-len(run.Results), tt.findings)
			notes := run.Invocations[0].ToolExecutionNotifications
			if len(notes) == 0 || !strings.Contains(notes[0].Message.Text, want) {
				t.Errorf("notifications = %v, want %q", notes, want)
			}
			for _, problem := range codeScanningProblems(data) {
				t.Error(problem)
			}
		})
	}
}

// Many copies of one package do not hide another advisory, though it blocks nothing.
func TestSARIFHasEachRule(t *testing.T) {
	t.Parallel()
	r := base(baseLayer)
	var findings []finding.Finding
	for i := range 30 {
		f := vulnerable("CVE-2026-1", finding.SeverityCritical, 0, baseLayer, debian("a", "1.0"), "1.1")
		f.Path = fmt.Sprintf("/copies/%d", i)
		findings = append(findings, f)
	}
	findings = append(findings, vulnerable("CVE-2026-2", finding.SeverityLow, 0, baseLayer, debian("b", "1.0"), "1.1"))
	judge(r, "high", findings...)
	for name, limits := range map[string][2]int{"by their number": {5, sarifGzip}, "by their size": {sarifResults, 3_000}} {
		data := render(t, func(w io.Writer, r *Report) error { return writeSARIF(w, r, limits[0], limits[1]) }, r)
		run := parseSARIF(t, data).Runs[0]
		if n := len(run.Results); n < 2 || n > 20 {
			t.Fatalf("%s: %d results, want some of them", name, n)
		}
		for i, want := range []string{"CVE-2026-1", "CVE-2026-2", "CVE-2026-1"} {
			if i < len(run.Results) && run.Results[i]["ruleId"] != want {
				t.Errorf("%s: result %d is about %v, want %s", name, i, run.Results[i]["ruleId"], want)
			}
		}
	}
}

func TestSecuritySeverity(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		severity finding.Severity
		cvss     float64
		state    finding.State
		want     string
	}{
		{name: "critical without a score", severity: finding.SeverityCritical, want: "9.5"},
		{name: "high without a score", severity: finding.SeverityHigh, want: "8.0"},
		{name: "medium without a score", severity: finding.SeverityMedium, want: "5.5"},
		{name: "low without a score", severity: finding.SeverityLow, want: "2.0"},
		{name: "negligible without a score", severity: finding.SeverityNegligible, want: "0.1"},
		{name: "unknown", severity: finding.SeverityUnknown, want: ""},
		{name: "unknown with a score", severity: finding.SeverityUnknown, cvss: 6.1, want: "6.1"},
		{name: "the score wins", severity: finding.SeverityLow, cvss: 9.8, want: "9.8"},
		{name: "nine is critical where the advisory says so", severity: finding.SeverityCritical, cvss: 9, want: "9.1"},
		{name: "nine is high where the advisory says so", severity: finding.SeverityHigh, cvss: 9, want: "9.0"},
		{name: "out of range", severity: finding.SeverityHigh, cvss: 11, want: "8.0"},
		{name: "rounds to one digit", severity: finding.SeverityLow, cvss: 0.01, want: "2.0"},
		{name: "shadowed", severity: finding.SeverityCritical, cvss: 10, state: finding.Shadowed, want: ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := finding.Finding{Severity: tt.severity, State: tt.state, Vulnerability: &finding.Vulnerability{CVSS: tt.cvss}}
			a := alert{first: f, findings: []finding.Finding{f}}
			a.findWords()
			if got := securitySeverity([]alert{a}); got != tt.want {
				t.Errorf("securitySeverity(%v, %v) = %q, want %q", tt.severity, tt.cvss, got, tt.want)
			}
		})
	}
}

func FuzzSARIF(f *testing.F) {
	for _, s := range hostileStrings() {
		f.Add(s, s, s, s, 9.9, 3)
	}
	f.Add("", "", "", "", 0.0, 0)
	f.Add("CVE-1", "../../a:b", "", "a:1/b:2@sha256:0", -1.0, -5)
	f.Fuzz(func(t *testing.T, id, path, text, name string, cvss float64, line int) {
		if math.IsNaN(cvss) || cvss > 10 || cvss < 0 { // not of this world: CVSS is 0 to 10
			cvss = 0
		}
		r := base(finding.Layer{CreatedBy: text, DiffID: text})
		r.Image = &Image{Name: name, Source: text, Digest: text}
		r.Tool.Version = text
		r.Warnings = []string{text}
		v := vulnerable(id, finding.SeverityHigh, cvss, r.Platforms[0].Layers[0].Layer, heldPackage{finding.Package{Name: text, Version: text, Type: text}, path}, text)
		v.Summary, v.URLs, v.Vulnerability.Aliases = text, []string{text, "https://x.example/" + text}, []string{text}
		v.Location = &finding.Location{File: path, Line: line, EndLine: -line}
		shadowed := v
		shadowed.State, shadowed.Location = finding.Shadowed, nil
		other := *v.Vulnerability
		other.Package.Version += "1"
		shadowed.Vulnerability = &other
		check, gap := hostileCheck(text), hostileGap(text)
		check.ID, check.Path, check.Location = id, path, v.Location
		data := render(t, SARIF, judge(r, policy.Any, v, shadowed, check, gap))
		for _, problem := range codeScanningProblems(data) {
			t.Errorf("%s\n%s", problem, data)
		}
		for _, result := range parseSARIF(t, data).Runs[0].Results {
			if message := result["message"].(map[string]any)["text"].(string); strings.Contains(message, "](") {
				t.Errorf("a message holds a link: %s", message)
			}
		}
	})
}

// The level is the effect's, whatever the severity, and a rule has the highest of its results.
func TestSARIFLevels(t *testing.T) {
	t.Parallel()
	in := func(name, id string, s finding.Severity, fixed ...string) finding.Finding {
		return vulnerable(id, s, 0, baseLayer, npm(name, "1", "/"+name), fixed...)
	}
	hidden := in("hidden", "CVE-4", finding.SeverityCritical)
	hidden.State = finding.Shadowed
	r := judge(base(baseLayer), policy.Threshold("high"),
		in("unknown", "CVE-1", finding.SeverityUnknown), in("passes", "CVE-2", finding.SeverityMedium), in("blocks", "CVE-3", finding.SeverityHigh), hidden,
		in("passes", "CVE-5", finding.SeverityLow), in("blocks", "CVE-5", finding.SeverityHigh),
	)
	run := parseSARIF(t, render(t, SARIF, r)).Runs[0]
	got := map[string]any{}
	for _, result := range run.Results {
		got[fmt.Sprint(result["ruleId"], " ", result["properties"].(map[string]any)["package"].(map[string]any)["name"])] = result["level"]
	}
	for _, rule := range run.Tool.Driver.Rules {
		got[fmt.Sprint(rule["id"])] = rule["defaultConfiguration"].(map[string]any)["level"]
	}
	want := map[string]any{
		"CVE-1 unknown": "error", "CVE-2 passes": "warning", "CVE-3 blocks": "error", "CVE-4 hidden": "note", "CVE-5 passes": "warning", "CVE-5 blocks": "error",
		"CVE-1": "error", "CVE-2": "warning", "CVE-3": "error", "CVE-4": "note", "CVE-5": "error",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("levels (-want +got):\n%s", diff)
	}
}
