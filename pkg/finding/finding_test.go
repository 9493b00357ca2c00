package finding_test

import (
	"encoding/json"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
)

func TestSeverityText(t *testing.T) {
	t.Parallel()
	for _, s := range finding.Severities() {
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back finding.Severity
		if err := json.Unmarshal(raw, &back); err != nil || back != s {
			t.Errorf("Unmarshal(%s) = %v, %v, want %v", raw, back, err, s)
		}
	}
	if _, err := finding.ParseSeverity("High"); err == nil {
		t.Error("ParseSeverity(High) gives no error")
	}
	if got := finding.Severity(99).String(); got != "unknown" {
		t.Errorf("Severity(99) = %q, want unknown", got)
	}
}

// vulnerable is a visible vulnerability of an npm package.
func vulnerable(id string, s finding.Severity, p finding.Package, fixed ...string) finding.Finding {
	v := finding.Vulnerability{Package: p, Aliases: []string{}, Fix: finding.Fix{State: finding.FixNone}}
	for _, version := range fixed {
		v.Fix.State = finding.FixFixed
		v.Fix.Versions = append(v.Fix.Versions, finding.FixVersion{Version: version})
	}
	return finding.Finding{
		Kind: finding.KindVulnerability, ID: id, Severity: s, Title: id + " in " + p.Name, URLs: []string{},
		Platform: "linux/amd64", Layer: &finding.Layer{}, Path: "/app/package.json", State: finding.Visible, Vulnerability: &v,
	}
}

func rule(id string, s finding.Severity, c finding.Check) finding.Finding {
	return finding.Finding{Kind: finding.KindCheck, ID: id, Severity: s, Title: "the user is root", URLs: []string{}, Path: "deploy/web.yaml", Check: &c}
}

// with changes a copy.
func with(f finding.Finding, change func(*finding.Finding)) finding.Finding {
	f.Layer, f.Vulnerability, f.Check, f.Coverage = copyOf(f.Layer), copyOf(f.Vulnerability), copyOf(f.Check), copyOf(f.Coverage)
	if f.Coverage != nil {
		f.Coverage.Package = copyOf(f.Coverage.Package)
	}
	change(&f)
	return f
}

func copyOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

var (
	lodash = finding.Package{Type: "npm", Name: "lodash", Version: "4.17.4", PURL: "pkg:npm/lodash@4.17.4"}
	npm    = finding.NewCoverage(finding.Coverage{Gap: finding.GapEcosystem, Ecosystem: "npm", Count: 3}, "")
	jar    = finding.NewCoverage(finding.Coverage{Gap: finding.GapUnreadableFile, Count: 1}, "/app/a.jar")
)

func TestSort(t *testing.T) {
	t.Parallel()
	const critical, low = finding.SeverityCritical, finding.SeverityLow
	a, b1, b2 := finding.Package{Name: "a"}, finding.Package{Name: "b", Version: "1"}, finding.Package{Name: "b", Version: "2"}
	sorted := []finding.Finding{
		vulnerable("A", critical, a, "2"),
		rule("A", critical, finding.Check{Resource: "Deployment/a"}),
		rule("A", critical, finding.Check{Resource: "Deployment/b"}),
		with(vulnerable("B", critical, a, "2"), func(f *finding.Finding) { f.State = finding.Shadowed }),
		vulnerable("C", critical, a),
		vulnerable("D", low, a, "2"),
		vulnerable("D", low, b1, "2"),
		vulnerable("D", low, b2, "2"),
		vulnerable("E", finding.SeverityUnknown, a),
		with(vulnerable("E", finding.SeverityUnknown, a), func(f *finding.Finding) { f.Layer.Index = 1 }),
		with(vulnerable("E", finding.SeverityUnknown, a), func(f *finding.Finding) { f.Layer.Index, f.Platform = 1, "linux/arm64" }),
		npm,
		jar,
	}
	shuffled := slices.Clone(sorted)
	rand.New(rand.NewSource(1)).Shuffle(len(shuffled), func(i, k int) { shuffled[i], shuffled[k] = shuffled[k], shuffled[i] })
	finding.Sort(shuffled)
	if diff := cmp.Diff(sorted, shuffled); diff != "" {
		t.Errorf("Sort() (-want +got):\n%s", diff)
	}
}

// Findings that differ in anything at all have an order, so that a report gives the same bytes whatever found them
// first.
func TestCompareIsTotal(t *testing.T) {
	t.Parallel()
	base := with(vulnerable("CVE-1", finding.SeverityHigh, lodash, "5"), func(f *finding.Finding) {
		f.Location = &finding.Location{File: "Dockerfile", Line: 1, EndLine: 1}
	})
	check := rule("R", finding.SeverityHigh, finding.Check{Saw: "root", Wants: "another user"})
	all := []finding.Finding{
		base, check, npm, jar,
		with(base, func(f *finding.Finding) { f.Title = "other" }),
		with(base, func(f *finding.Finding) { f.Location = nil }),
		with(base, func(f *finding.Finding) { f.Vulnerability.Source = "nvd:cpe" }),
		with(base, func(f *finding.Finding) { f.Vulnerability.Published = "2026-01-02" }),
		with(base, func(f *finding.Finding) { f.Vulnerability.Copy = 1 }),
		with(base, func(f *finding.Finding) { f.Layer.DiffID = "sha256:x" }),
		with(check, func(f *finding.Finding) { f.Check.Saw = "uid 0" }),
		with(check, func(f *finding.Finding) { f.Check.Container = "web" }),
		with(npm, func(f *finding.Finding) { f.Coverage.Count = 4 }),
	}
	for i, a := range all {
		for k, b := range all {
			forth, back := finding.Compare(a, b), finding.Compare(b, a)
			if (forth == 0) != (i == k) || forth != -back {
				t.Errorf("Compare(%d, %d) = %d, the other way round %d", i, k, forth, back)
			}
		}
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	vulnerability := vulnerable("CVE-1", finding.SeverityHigh, lodash)
	check := rule("R", finding.SeverityHigh, finding.Check{Saw: "root", Wants: "another user", Resource: "Deployment/web", Container: "web", Field: "securityContext"})
	version := finding.NewCoverage(finding.Coverage{Gap: finding.GapVersion, Package: &lodash, Count: 1}, "/app/package.json")
	release := finding.NewCoverage(finding.Coverage{Gap: finding.GapRelease, Distribution: "debian 12", Count: 90}, "")
	tests := []struct {
		name   string
		of     finding.Finding
		change func(*finding.Finding)
		same   bool // a reader sees one problem
	}{
		{"version", vulnerability, func(f *finding.Finding) {
			f.Vulnerability.Package.Version, f.Vulnerability.Package.PURL = "5", "pkg:npm/lodash@5?x=y"
		}, true},
		{"layer", vulnerability, func(f *finding.Finding) { f.Layer.Index, f.Layer.DiffID = 3, "sha256:x" }, true},
		{"platform", vulnerability, func(f *finding.Finding) { f.Platform = "linux/arm64" }, true},
		{"severity, fix and words", vulnerability, func(f *finding.Finding) {
			f.Severity, f.Title, f.Summary, f.Vulnerability.Fix = finding.SeverityLow, "t", "s", finding.Fix{State: finding.FixWontFix}
		}, true},
		{"shadowed", vulnerability, func(f *finding.Finding) { f.State = finding.Shadowed }, true},
		{"line", vulnerability, func(f *finding.Finding) { f.Location = &finding.Location{File: "Dockerfile", Line: 2, EndLine: 2} }, true},
		{"identifier", vulnerability, func(f *finding.Finding) { f.ID = "CVE-2" }, false},
		{"package", vulnerability, func(f *finding.Finding) { f.Vulnerability.Package.Name = "b" }, false},
		{"type of package", vulnerability, func(f *finding.Finding) { f.Vulnerability.Package.Type = "gem" }, false},
		{"namespace of package", vulnerability, func(f *finding.Finding) { f.Vulnerability.Package.PURL = "pkg:npm/%40team/lodash@4.17.4" }, false},
		{"path", vulnerability, func(f *finding.Finding) { f.Path = "/b" }, false},
		{"another version in the same file", vulnerability, func(f *finding.Finding) { f.Vulnerability.Copy = 1 }, false},

		{"what a check saw", check, func(f *finding.Finding) { f.Check.Saw, f.Check.Wants = "uid 0", "uid 1000" }, true},
		{"line of a check", check, func(f *finding.Finding) { f.Location = &finding.Location{File: "deploy/web.yaml", Line: 8, EndLine: 8} }, true},
		{"rule", check, func(f *finding.Finding) { f.ID = "S" }, false},
		{"manifest", check, func(f *finding.Finding) { f.Path = "deploy/api.yaml" }, false},
		{"resource", check, func(f *finding.Finding) { f.Check.Resource = "Deployment/api" }, false},
		{"container", check, func(f *finding.Finding) { f.Check.Container = "sidecar" }, false},
		{"field", check, func(f *finding.Finding) { f.Check.Field = "runAsUser" }, false},

		{"count of a gap", release, func(f *finding.Finding) { f.Coverage.Count = 91 }, true},
		{"release", release, func(f *finding.Finding) { f.Coverage.Distribution = "debian 13" }, false},
		{"gap", release, func(f *finding.Finding) {
			f.ID, f.Coverage.Gap = string(finding.GapDistribution), finding.GapDistribution
		}, false},
		{"ecosystem", npm, func(f *finding.Finding) { f.Coverage.Ecosystem = "gem" }, false},
		{"unreadable file", jar, func(f *finding.Finding) { f.Path = "/app/b.jar" }, false},
		{"version that cannot be compared", version, func(f *finding.Finding) { f.Coverage.Package.Version = "x" }, true},
		{"package whose version cannot be compared", version, func(f *finding.Finding) { f.Coverage.Package.Name = "b" }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if same := with(tt.of, tt.change).Fingerprint() == tt.of.Fingerprint(); same != tt.same {
				t.Errorf("the fingerprints are the same: %t, want %t", same, tt.same)
			}
		})
	}
}

func TestFingerprintTellsPartsApart(t *testing.T) {
	t.Parallel()
	a := rule("R", finding.SeverityHigh, finding.Check{Resource: "a", Container: "b"})
	for name, b := range map[string]finding.Check{"moved on": {Container: "a", Field: "b"}, "joined": {Resource: "ab"}, "swapped": {Resource: "b", Container: "a"}} {
		if other := rule("R", finding.SeverityHigh, b); other.Fingerprint() == a.Fingerprint() {
			t.Errorf("%s: the fingerprint is the same", name)
		}
	}
}

func TestNewCoverage(t *testing.T) {
	t.Parallel()
	for _, gap := range finding.Gaps() {
		c := finding.Coverage{Gap: gap, Package: &lodash, Ecosystem: "npm", Distribution: "debian 12", Count: 1}
		f := finding.NewCoverage(c, "/app/a.jar")
		if err := f.Valid(); err != nil {
			t.Errorf("%s: Valid() = %v", gap, err)
		}
		if f.Summary == "" || c.Remedy() == "" {
			t.Errorf("%s has no words", gap)
		}
		if action := c.Action(f.Path); action == "" || strings.Contains(action, "%") || gap != finding.GapNoPackages && gap != finding.GapNoSystemPackages && !strings.Contains(action, c.Subject(f.Path)) {
			t.Errorf("%s: the action %q does not name %q", gap, action, c.Subject(f.Path))
		}
		if subject := c.Subject(f.Path); !strings.HasSuffix(f.Title, subject) || (subject == "") != (gap == finding.GapNoPackages) {
			t.Errorf("%s: the title is %q and the subject %q", gap, f.Title, subject)
		}
	}
}

// A program of Go without its modules is built again, where other forms are to be installed in another.
func TestRemedyOfGoProgram(t *testing.T) {
	t.Parallel()
	c := finding.Coverage{Gap: finding.GapUnreadFormat, Reason: finding.GoWithoutModules, Count: 1}
	if got := c.Remedy(); !strings.HasPrefix(got, "build the program again") {
		t.Errorf("Remedy() = %q", got)
	}
	if got := c.Action("/app/server"); !strings.HasPrefix(got, "build /app/server again") {
		t.Errorf("Action() = %q", got)
	}
	if c.Reason = "an archive of PHP programs"; strings.Contains(c.Remedy()+c.Action("/app/a"), "build") {
		t.Errorf("Remedy() of another form = %q", c.Remedy())
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	var all []finding.Finding
	for i, s := range finding.Severities() {
		for range i + 1 {
			all = append(all, finding.Finding{Severity: s})
		}
	}
	c := finding.Count(all)
	for i, s := range finding.Severities() {
		if got := c.Of(s); got != i+1 {
			t.Errorf("Of(%s) = %d, want %d", s, got, i+1)
		}
	}
	if c.Total() != len(all) {
		t.Errorf("Total() = %d, want %d", c.Total(), len(all))
	}
}

func TestMalicious(t *testing.T) {
	t.Parallel()
	of := func(id string, aliases ...string) finding.Finding {
		return finding.Finding{ID: id, Vulnerability: &finding.Vulnerability{Aliases: aliases}}
	}
	tests := []struct {
		name string
		f    finding.Finding
		want bool
	}{
		{"its identifier", of("MAL-2026-1"), true},
		{"in lower case", of("mal-2026-1"), true},
		{"an alias", of("GHSA-1", "CVE-1", "MAL-2026-1"), true},
		{"neither", of("GHSA-MAL-1", "CVE-1"), false},
		{"no vulnerability", finding.Finding{ID: "MAL-2026-1", Check: &finding.Check{}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.f.Malicious(); got != tt.want {
				t.Errorf("Malicious() = %t, want %t", got, tt.want)
			}
		})
	}
}
