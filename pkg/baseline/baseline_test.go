package baseline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/baseline"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/report"
)

const amd64, arm64 = "linux/amd64", "linux/arm64"

var lodash = finding.Package{Name: "lodash", Version: "4.17.4", Type: "npm", PURL: "pkg:npm/lodash@4.17.4"}

// held is a package as it stands in a report.
func held(p finding.Package, change func(*report.Package)) report.Package {
	k := report.Package{Package: p, Path: "/app/package.json", State: finding.Visible}
	change(&k)
	return k
}

func asItIs(*report.Package) {}

// vulnerability is one of lodash's, with a change.
func vulnerability(id string, change func(*finding.Finding)) finding.Finding {
	f := finding.Finding{
		Kind: finding.KindVulnerability, ID: id, Platform: amd64, Path: "/app/package.json", State: finding.Visible, Layer: &finding.Layer{},
		Vulnerability: &finding.Vulnerability{Package: lodash},
	}
	change(&f)
	return f
}

func unread(path string, change func(*finding.Finding)) finding.Finding {
	f := finding.NewCoverage(finding.Coverage{Gap: finding.GapUnreadableFile, Count: 1}, path)
	f.Platform, f.State = amd64, finding.Visible
	change(&f)
	return f
}

func alone(*finding.Finding) {}

// image is a report about an image of one platform.
func image(platform string, packages []report.Package, findings ...finding.Finding) *report.Report {
	return &report.Report{Platforms: []report.Platform{{Platform: platform, Packages: packages}}, Findings: findings}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	there := []report.Package{held(lodash, asItIs)}
	shadowed := []report.Package{held(lodash, func(k *report.Package) { k.State = finding.Shadowed })}
	upgraded := lodash
	upgraded.Version, upgraded.PURL = "4.17.20", "pkg:npm/lodash@4.17.20"
	inChroot := func(k *report.Package) { k.Distribution = "debian 11" }
	swift := func(n int) finding.Finding {
		f := finding.NewCoverage(finding.Coverage{Gap: finding.GapEcosystem, Ecosystem: "swift", Count: n}, "")
		f.Platform = amd64
		return f
	}
	tests := []struct {
		name     string
		now      finding.Finding
		packages []report.Package // of now
		before   *report.Report
		want     finding.BaselineState
	}{
		{name: "known and there", now: vulnerability("GHSA-1", alone), before: image(amd64, there, vulnerability("GHSA-1", alone)), want: finding.BaselineUnchanged},
		{
			name: "known by an alias", before: image(amd64, there, vulnerability("CVE-1", alone)), want: finding.BaselineUnchanged,
			now: vulnerability("GHSA-1", func(f *finding.Finding) { f.Vulnerability.Aliases = []string{"cve-1"} }),
		},
		{name: "there, and nobody knew", now: vulnerability("GHSA-1", alone), before: image(amd64, there, vulnerability("GHSA-2", alone)), want: finding.BaselineNewlyKnown},
		{name: "one of two that were known", now: vulnerability("GHSA-1", alone), before: image(amd64, there, vulnerability("GHSA-1", alone), vulnerability("GHSA-2", alone)), want: finding.BaselineUnchanged},
		{name: "of no layer", now: vulnerability("GHSA-1", func(f *finding.Finding) { f.Layer = nil }), before: image(amd64, there, vulnerability("GHSA-1", alone)), want: finding.BaselineUnchanged},
		{name: "shadowed now, and not there", now: vulnerability("GHSA-1", func(f *finding.Finding) { f.State = finding.Shadowed }), before: image(amd64, nil, vulnerability("GHSA-1", alone)), want: finding.BaselineNew},
		{name: "there at another path", now: vulnerability("GHSA-1", func(f *finding.Finding) { f.Path = "/other" }), before: image(amd64, there, vulnerability("GHSA-1", alone)), want: finding.BaselineUnchanged},
		{name: "not there", now: vulnerability("GHSA-1", alone), before: image(amd64, nil), want: finding.BaselineNew},
		{
			name: "another version", now: vulnerability("GHSA-1", func(f *finding.Finding) { f.Vulnerability.Package = upgraded }),
			before: image(amd64, there, vulnerability("GHSA-1", alone)), want: finding.BaselineNew,
		},
		{
			name: "the same name and version of another source", want: finding.BaselineNew,
			now:    vulnerability("GHSA-1", func(f *finding.Finding) { f.Vulnerability.Package.PURL += "?distro=debian-12" }),
			before: image(amd64, there, vulnerability("GHSA-1", alone)),
		},
		{name: "another platform", now: vulnerability("GHSA-1", alone), before: image(arm64, there, vulnerability("GHSA-1", alone)), want: finding.BaselineNew},
		{name: "shadowed before, visible now", now: vulnerability("GHSA-1", alone), before: image(amd64, shadowed, vulnerability("GHSA-1", alone)), want: finding.BaselineNew},
		{
			name: "shadowed before and now", now: vulnerability("GHSA-1", func(f *finding.Finding) { f.State = finding.Shadowed }),
			before: image(amd64, shadowed, vulnerability("GHSA-1", alone)), want: finding.BaselineUnchanged,
		},
		{
			name: "of another system in the image", now: vulnerability("GHSA-1", alone), packages: []report.Package{held(lodash, inChroot)},
			before: image(amd64, there, vulnerability("GHSA-1", alone)), want: finding.BaselineNew,
		},
		{
			name: "of the same other system", now: vulnerability("GHSA-1", alone), packages: []report.Package{held(lodash, inChroot)},
			before: image(amd64, []report.Package{held(lodash, inChroot)}, vulnerability("GHSA-1", alone)), want: finding.BaselineUnchanged,
		},
		{name: "a gap that was there", now: unread("/a.jar", alone), before: image(amd64, nil, unread("/a.jar", alone)), want: finding.BaselineUnchanged},
		{name: "another gap", now: unread("/a.jar", alone), before: image(amd64, nil, unread("/b.jar", alone)), want: finding.BaselineNew},
		{name: "a gap that was shadowed", now: unread("/a.jar", alone), before: image(amd64, nil, unread("/a.jar", func(f *finding.Finding) { f.State = finding.Shadowed })), want: finding.BaselineNew},
		{
			name: "a gap that is shadowed as it was", want: finding.BaselineUnchanged, now: unread("/a.jar", func(f *finding.Finding) { f.State = finding.Shadowed }),
			before: image(amd64, nil, unread("/a.jar", func(f *finding.Finding) { f.State = finding.Shadowed })),
		},
		{name: "a gap that has grown", now: swift(3), before: image(amd64, nil, swift(2)), want: finding.BaselineNew},
		{name: "a gap that has shrunk", now: swift(1), before: image(amd64, nil, swift(2)), want: finding.BaselineUnchanged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			now := image(amd64, tt.packages, tt.now)
			baseline.Compare(now, tt.before)
			if got := now.Findings[0].Baseline; got != tt.want {
				t.Errorf("Compare() makes it %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	got := baseline.Warnings(&report.Report{Platforms: []report.Platform{{Platform: amd64}, {Platform: arm64}}}, image(amd64, nil))
	want := []string{"linux/arm64: the baseline has no such platform, and so all that was found counts as new"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Warnings() (-want +got):\n%s", diff)
	}
}

// Findings of manifests are of no platform, and compared with those of a report that is about manifests, too.
func TestCompareManifests(t *testing.T) {
	t.Parallel()
	failed := func(field string) finding.Finding {
		return finding.Finding{Kind: finding.KindCheck, ID: "LG-RUN-001", Path: "web.yaml", Check: &finding.Check{Resource: "Deployment/web", Field: field}}
	}
	now := func() *report.Report {
		return &report.Report{Subject: report.Subject{Manifests: &report.Manifests{}}, Findings: []finding.Finding{failed("a"), failed("b")}}
	}
	about := now()
	about.Findings = about.Findings[:1]
	none := &report.Report{Findings: []finding.Finding{failed("a")}}
	tests := []struct {
		name     string
		before   *report.Report
		want     finding.BaselineState // of a
		warnings int
	}{
		{"there before", about, finding.BaselineUnchanged, 0},
		{"nothing is known of manifests", none, finding.BaselineNew, 1},
	}
	for _, tt := range tests {
		r := now()
		baseline.Compare(r, tt.before)
		if got := []finding.BaselineState{r.Findings[0].Baseline, r.Findings[1].Baseline}; got[0] != tt.want || got[1] != finding.BaselineNew {
			t.Errorf("%s: Compare() gave %q, want %s and new", tt.name, got, tt.want)
		}
		if got := baseline.Warnings(r, tt.before); len(got) != tt.warnings {
			t.Errorf("%s: Warnings() = %q, want %d", tt.name, got, tt.warnings)
		}
	}
}
