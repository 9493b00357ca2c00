package vex_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/match/version"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
)

// A product may be named by the digest of the image alone, by SHA-256 and no other algorithm.
func TestCSAFHashes(t *testing.T) {
	t.Parallel()
	for algorithm, want := range map[string]int{"sha256": 1, "SHA256": 1, "sha3-256": 0} {
		hashes := `{"hashes": [{"filename": "app", "file_hashes": [{"algorithm": "` + algorithm + `", "value": "` + strings.ToUpper(strings.TrimPrefix(rootDigest, "sha256:")) + `"}]}]}`
		raw := strings.Replace(document(t, "csaf.json"), `{"purl": "pkg:oci/app"}`, hashes, 1)
		if got := vex.Match([]vex.Document{parse(t, raw, nil)}, app(), findings(), version.InRange)[0]; len(got) != want {
			t.Errorf("Match(%s) = %+v, want %d statements", algorithm, got, want)
		}
	}
}

// Why a product is not affected a threat may say, if it is about the impact.
func TestCSAFImpact(t *testing.T) {
	t.Parallel()
	const flags = `"flags": [{"label": "component_not_present", "group_ids": ["all"]}]`
	const exploit = `{"category": "exploit_status", "details": "None is known.", "product_ids": ["app:left-pad"]}`
	all := []finding.Finding{found("CVE-2026-10001", "linux/amd64", "pkg:npm/left-pad@1.0.0")}
	raw := strings.Replace(document(t, "csaf.json"), flags, `"threats": [`+exploit+`, {"category": "impact", "details": "Never called.", "group_ids": ["all"]}]`, 1)
	got := vex.Match([]vex.Document{parse(t, raw, nil)}, app(), all, version.InRange)[0]
	if len(got) != 1 || got[0].Status != policy.StatusNotAffected || got[0].Detail != "Never called." {
		t.Errorf("Match() = %+v, want that it is not affected, and the impact", got)
	}
	raw = strings.Replace(document(t, "csaf.json"), flags, `"threats": [`+exploit+`]`, 1)
	if _, err := vex.Parse("a.json", []byte(raw), nil); err == nil || !strings.Contains(err.Error(), "nothing says why") {
		t.Errorf("Parse(no impact) = %v, want that nothing says why", err)
	}
}

// What is recommended says nothing of the vulnerability.
func TestCSAFRecommended(t *testing.T) {
	t.Parallel()
	raw := strings.Replace(document(t, "csaf.json"), `"known_affected": ["right-pad"]`, `"recommended": ["right-pad"]`, 1)
	all := []finding.Finding{found("CVE-2026-10001", "linux/amd64", "pkg:npm/right-pad@1")}
	if got := vex.Match([]vex.Document{parse(t, raw, nil)}, app(), all, version.InRange); len(got) != 0 {
		t.Errorf("Match() = %+v, want nothing", got)
	}
}
