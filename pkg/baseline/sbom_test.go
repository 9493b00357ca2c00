package baseline_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/baseline"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/report"
)

func parse(t *testing.T, text string) *baseline.SBOM {
	t.Helper()
	s, err := baseline.ParseSBOM([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	foreign = `{"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"component": {"name": "app", "version": "sha256:a"}}, "components": [
  {"name": "system", "components": [{"name": "lodash", "version": "4.17.4", "purl": "pkg:npm/lodash@4.17.4"}]}]}`
	spdx2 = `{"spdxVersion": "SPDX-2.3", "name": "app", "packages": [{"name": "lodash", "externalRefs": [
  {"referenceType": "cpe23Type", "referenceLocator": "pkg:npm/other@1"}, {"referenceType": "purl", "referenceLocator": "pkg:npm/lodash@4.17.4"}]}]}`
)

func TestCompareSBOM(t *testing.T) {
	t.Parallel()
	component := func(platform, state string) string {
		return `{"purl": "pkg:npm/lodash@4.17.4", "properties": [{"name": "layergate:platform", "value": "` + platform + `"}, {"name": "layergate:state", "value": "` + state + `"}]}`
	}
	ours := func(components ...string) string {
		return `{"bomFormat": "CycloneDX", "components": [` + strings.Join(components, ", ") + `]}`
	}
	shadowed := func(f *finding.Finding) { f.State = finding.Shadowed }
	tests := []struct {
		name, sbom string
		now        finding.Finding
		platforms  []string // of now; empty means amd64
		want       finding.BaselineState
	}{
		{name: "CycloneDX", sbom: foreign, now: vulnerability("A", alone), want: finding.BaselineUnchanged},
		{name: "SPDX", sbom: spdx2, now: vulnerability("A", alone), want: finding.BaselineUnchanged},
		{name: "ours", sbom: ours(component(amd64, "visible")), now: vulnerability("A", alone), want: finding.BaselineUnchanged},
		{name: "another package", sbom: foreign, now: vulnerability("A", func(f *finding.Finding) { f.Vulnerability.Package.PURL += "1" }), want: finding.BaselineNew},
		{name: "no package URL", sbom: foreign, now: vulnerability("A", func(f *finding.Finding) { f.Vulnerability.Package.PURL = "" }), want: finding.BaselineNew},
		{name: "no package URL in both", sbom: ours(`{"name": "lodash"}`), now: vulnerability("A", func(f *finding.Finding) { f.Vulnerability.Package.PURL = "" }), want: finding.BaselineNew},
		{name: "of another kind of reference", sbom: spdx2, now: vulnerability("A", func(f *finding.Finding) { f.Vulnerability.Package.PURL = "pkg:npm/other@1" }), want: finding.BaselineNew},
		{name: "another platform", sbom: ours(component(arm64, "visible")), now: vulnerability("A", alone), want: finding.BaselineNew},
		{name: "no platform, of several", sbom: foreign, now: vulnerability("A", alone), platforms: []string{amd64, arm64}, want: finding.BaselineNew},
		{name: "shadowed then", sbom: ours(component(amd64, "shadowed")), now: vulnerability("A", alone), want: finding.BaselineNew},
		{name: "shadowed then and now", sbom: ours(component(amd64, "shadowed")), now: vulnerability("A", shadowed), want: finding.BaselineUnchanged},
		{name: "both", sbom: ours(component(amd64, "visible"), component(amd64, "shadowed")), now: vulnerability("A", alone), want: finding.BaselineUnchanged},
		{name: "both, the other way round", sbom: ours(component(amd64, "shadowed"), component(amd64, "visible")), now: vulnerability("A", alone), want: finding.BaselineUnchanged},
		{name: "shadowed now", sbom: ours(component(amd64, "visible")), now: vulnerability("A", shadowed), want: finding.BaselineUnchanged},
		{name: "another state", sbom: ours(component(amd64, "gone")), now: vulnerability("A", shadowed), want: finding.BaselineNew},
		{name: "a coverage gap", sbom: foreign, now: unread("/a", alone), want: finding.BaselineNew},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.platforms == nil {
				tt.platforms = []string{amd64}
			}
			now := &report.Report{Findings: []finding.Finding{tt.now}}
			for _, p := range tt.platforms {
				now.Platforms = append(now.Platforms, report.Platform{Platform: p})
			}
			sbom := parse(t, tt.sbom)
			baseline.CompareSBOM(now, sbom)
			if got := now.Findings[0].Baseline; got != tt.want {
				t.Errorf("CompareSBOM() = %s, want %s", got, tt.want)
			}
		})
	}
}

// The SBOM that a run writes is a baseline for the next.
func TestCompareOwnSBOM(t *testing.T) {
	t.Parallel()
	now := image(amd64, []report.Package{held(lodash, asItIs)}, vulnerability("A", alone))
	var b bytes.Buffer
	if err := report.CycloneDX(&b, now); err != nil {
		t.Fatal(err)
	}
	baseline.CompareSBOM(now, parse(t, b.String()))
	if got := now.Findings[0].Baseline; got != finding.BaselineUnchanged {
		t.Errorf("CompareSBOM(its own) = %s, want %s", got, finding.BaselineUnchanged)
	}
}

func TestParseSBOM(t *testing.T) {
	t.Parallel()
	if s := parse(t, foreign); s.Name != "app" || s.Digest != "sha256:a" {
		t.Errorf("ParseSBOM(CycloneDX) = %q, %q, want the image's name and digest", s.Name, s.Digest)
	}
	if s := parse(t, spdx2); s.Name != "app" || s.Digest != "" {
		t.Errorf("ParseSBOM(SPDX) = %q, %q, want the image's name", s.Name, s.Digest)
	}
	if s := parse(t, strings.Replace(foreign, "sha256:a", "1.2", 1)); s.Digest != "" {
		t.Errorf("ParseSBOM(CycloneDX) = %q, want no digest", s.Digest)
	}
	for _, tt := range []struct {
		name, text string
		none       bool
	}{
		{name: "nothing", none: true},
		{name: "a report", text: `{"schema": "2.1"}`, none: true},
		{name: "no object", text: `[]`, none: true},
		{name: "SPDX 3", text: `{"spdxVersion": "SPDX-3.0"}`, none: true},
		{name: "invalid CycloneDX", text: `{"bomFormat": "CycloneDX", "components": {}}`},
		{name: "invalid SPDX", text: `{"spdxVersion": "SPDX-2.3", "packages": "x"}`},
	} {
		if s, err := baseline.ParseSBOM([]byte(tt.text)); err == nil || errors.Is(err, baseline.ErrNoSBOM) != tt.none {
			t.Errorf("ParseSBOM(%s) = %+v, %v, want an error", tt.name, s, err)
		}
	}
}

func TestWarningsSBOM(t *testing.T) {
	t.Parallel()
	now := &report.Report{Platforms: []report.Platform{{Platform: amd64}, {Platform: arm64}}}
	want := []string{
		amd64 + ": the baseline lists no packages of this platform, and so all that was found counts as new",
		arm64 + ": the baseline lists no packages of this platform, and so all that was found counts as new",
	}
	if diff := cmp.Diff(want, baseline.WarningsSBOM(now, parse(t, foreign))); diff != "" {
		t.Errorf("WarningsSBOM() (-want +got):\n%s", diff)
	}
	now.Platforms = now.Platforms[:1]
	if got := baseline.WarningsSBOM(now, parse(t, foreign)); len(got) != 0 {
		t.Errorf("WarningsSBOM(one platform) = %q, want none", got)
	}
}

// However hostile an SBOM is, it is read or refused.
func FuzzParseSBOM(f *testing.F) {
	f.Add([]byte(foreign))
	f.Add([]byte(spdx2))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := baseline.ParseSBOM(raw)
		if (s == nil) == (err == nil) {
			t.Errorf("ParseSBOM() = %v, %v", s, err)
		}
	})
}

func TestParseSBOMBehindByteOrderMark(t *testing.T) {
	t.Parallel()
	const sbom = `{"bomFormat": "CycloneDX", "specVersion": "1.6"}`
	if _, err := baseline.ParseSBOM([]byte("\xef\xbb\xbf" + sbom)); err != nil {
		t.Errorf("ParseSBOM() = %v", err)
	}
}
