package finding_test

import (
	"encoding/json"
	"math/rand"
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

func TestSort(t *testing.T) {
	t.Parallel()
	fixed := finding.Fix{State: finding.FixFixed, Versions: []string{"2"}}
	sorted := []finding.Finding{
		{ID: "A", Severity: finding.SeverityCritical, Fix: fixed, State: finding.Visible},
		{ID: "B", Severity: finding.SeverityCritical, Fix: fixed, State: finding.Shadowed},
		{ID: "C", Severity: finding.SeverityCritical, State: finding.Visible},
		{ID: "D", Severity: finding.SeverityLow, Fix: fixed, State: finding.Visible, Package: finding.Package{Name: "a"}},
		{ID: "D", Severity: finding.SeverityLow, Fix: fixed, State: finding.Visible, Package: finding.Package{Name: "b", Version: "1"}},
		{ID: "D", Severity: finding.SeverityLow, Fix: fixed, State: finding.Visible, Package: finding.Package{Name: "b", Version: "2"}},
		{ID: "E", Severity: finding.SeverityUnknown, Platform: "linux/amd64"},
		{ID: "E", Severity: finding.SeverityUnknown, Platform: "linux/arm64"},
	}
	shuffled := append([]finding.Finding{}, sorted...)
	rand.New(rand.NewSource(1)).Shuffle(len(shuffled), func(i, k int) { shuffled[i], shuffled[k] = shuffled[k], shuffled[i] })
	finding.Sort(shuffled)
	if diff := cmp.Diff(sorted, shuffled); diff != "" {
		t.Errorf("Sort() (-want +got):\n%s", diff)
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	base := finding.Finding{Kind: finding.KindVulnerability, ID: "CVE-1", Package: finding.Package{Type: "npm", Name: "a", Version: "1", Path: "/a"}}
	same := base
	same.Package.Version, same.Layer.DiffID, same.Platform, same.Severity = "2", "sha256:x", "linux/arm64", finding.SeverityHigh
	if base.Fingerprint() != same.Fingerprint() {
		t.Error("version, layer, platform or severity change the fingerprint")
	}
	for name, change := range map[string]func(*finding.Finding){
		"id":   func(f *finding.Finding) { f.ID = "CVE-2" },
		"name": func(f *finding.Finding) { f.Package.Name = "b" },
		"path": func(f *finding.Finding) { f.Package.Path = "/b" },
		"type": func(f *finding.Finding) { f.Package.Type = "gem" },
	} {
		other := base
		change(&other)
		if base.Fingerprint() == other.Fingerprint() {
			t.Errorf("%s does not change the fingerprint", name)
		}
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
