package attest_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/attest/attesttest"
	"github.com/layergate/layergate/pkg/policy"
)

const byPolicy = "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

func noon() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

// passed is a verdict of noon, changed by a test.
func passed(t *testing.T, change func(*attest.Verdict)) string {
	t.Helper()
	v := attest.Verdict{
		Verifier: attest.Verifier{ID: attest.GateVerifier}, TimeVerified: noon(), ResourceURI: base,
		Policy: attest.Resource{URI: ".layergate.yaml", Digest: attest.DigestsOf(byPolicy)}, VerificationResult: attest.Passed,
	}
	change(&v)
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	mine, theirs := newKey(t), newKey(t)
	bundle := func(about string, change func(*attest.Verdict)) attest.Attachment {
		return must(t)(mine.Bundle(attesttest.Statement(about, attest.PredicateVerdict, passed(t, change))))
	}
	as := func(*attest.Verdict) {}
	earlier := func(v *attest.Verdict) { v.TimeVerified = noon().Add(-48 * time.Hour) }
	elsewhere := func(v *attest.Verdict) { v.Policy.Digest = attest.DigestsOf(digest) }
	right := bundle(digest, as)
	sbom := must(t)(mine.Bundle(attesttest.Statement(digest, "https://cyclonedx.org/bom", `{}`)))
	tests := []struct {
		name     string
		attached []attest.Attachment
		terms    attest.Terms
		at       time.Time // of the verdict that is returned
		why      []string  // it is not cleared; parts of the reasons
	}{
		{name: "a verdict", attached: []attest.Attachment{sbom, right}, at: noon()},
		{name: "the newest", attached: []attest.Attachment{bundle(digest, earlier), right}, at: noon()},
		{name: "as old as it may be", attached: []attest.Attachment{bundle(digest, earlier)}, terms: attest.Terms{MaxAge: 49 * time.Hour}, at: noon().Add(-48 * time.Hour)},
		{name: "by the policy", attached: []attest.Attachment{right}, terms: attest.Terms{Policy: byPolicy}, at: noon()},
		{name: "an earlier one by the policy", attached: []attest.Attachment{bundle(digest, elsewhere), bundle(digest, earlier)}, terms: attest.Terms{Policy: byPolicy}, at: noon().Add(-48 * time.Hour)},
		{name: "a clock that is a little ahead", attached: []attest.Attachment{bundle(digest, func(v *attest.Verdict) { v.TimeVerified = noon().Add(time.Hour + time.Minute) })}, at: noon().Add(time.Hour + time.Minute)},
		{name: "with a scheme", attached: []attest.Attachment{bundle(digest, func(v *attest.Verdict) { v.ResourceURI = "oci://" + base })}, at: noon()},

		{name: "nothing attached", why: []string{"no verdict is attached"}},
		{name: "an SBOM alone", attached: []attest.Attachment{sbom}, why: []string{"no verdict is attached"}},
		{name: "another key", attached: []attest.Attachment{must(t)(theirs.Bundle(attesttest.Statement(digest, attest.PredicateVerdict, passed(t, as))))}, why: []string{"signed with none of the keys"}},
		{name: "changed afterwards", attached: []attest.Attachment{edit(t, right, `"sig":"M`, `"sig":"N`)}, why: []string{"signed with none of the keys"}},
		{name: "another verifier", attached: []attest.Attachment{bundle(digest, func(v *attest.Verdict) { v.Verifier.ID = "https://mine.example" })}, why: []string{`of the verifier "https://mine.example"`}},
		{name: "another repository", attached: []attest.Attachment{bundle(digest, func(v *attest.Verdict) { v.ResourceURI = "registry.example/other:12" })}, why: []string{`about "registry.example/other:12"`}},
		{name: "another digest", attached: []attest.Attachment{bundle(other, as)}, why: []string{"about another digest"}},
		{name: "failed", attached: []attest.Attachment{bundle(digest, func(v *attest.Verdict) { v.VerificationResult = "FAILED" })}, why: []string{`"FAILED", and not PASSED`}},
		{name: "of no time", attached: []attest.Attachment{bundle(digest, func(v *attest.Verdict) { v.TimeVerified = time.Time{} })}, why: []string{"does not say when"}},
		{name: "of the future", attached: []attest.Attachment{bundle(digest, func(v *attest.Verdict) { v.TimeVerified = noon().Add(2 * time.Hour) })}, why: []string{"of the future"}},
		{name: "no verdict in it", attached: []attest.Attachment{must(t)(mine.Bundle(attesttest.Statement(digest, attest.PredicateVerdict, `[]`)))}, why: []string{"the verdict is not valid"}},
		{name: "too old and by another policy", attached: []attest.Attachment{bundle(digest, earlier)}, terms: attest.Terms{MaxAge: time.Hour, Policy: digest}, at: noon().Add(-48 * time.Hour),
			why: []string{"longer ago than the 1h0m0s", "by another policy"}},
		{name: "by no policy", attached: []attest.Attachment{bundle(digest, func(v *attest.Verdict) { v.Policy = attest.Resource{} })}, terms: attest.Terms{Policy: byPolicy}, at: noon(), why: []string{"of the digest unknown"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.terms.Keys, tt.terms.Verifier, tt.terms.Now = []policy.Key{mine.Public}, attest.GateVerifier, noon().Add(time.Hour)
			got := attest.Verify(tt.terms, attest.Image{Name: base, Digests: []string{digest}}, tt.attached)
			if got.Cleared != (tt.why == nil) || len(got.Reasons) != len(tt.why) {
				t.Errorf("Verify() = %+v, want the reasons %q", got, tt.why)
			}
			for i, why := range tt.why {
				if !slices.ContainsFunc(got.Reasons, func(r string) bool { return strings.Contains(r, why) }) {
					t.Errorf("Verify() has the reasons %q, want one with %q", got.Reasons, tt.why[i])
				}
			}
			if (got.Verdict == nil) != tt.at.IsZero() || got.Verdict != nil && !got.Verdict.TimeVerified.Equal(tt.at) {
				t.Errorf("Verify() returns the verdict %+v, want that of %s", got.Verdict, tt.at)
			}
		})
	}
}
