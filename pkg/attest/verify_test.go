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
	excepted := func(expires string) func(*attest.Verdict) {
		return func(v *attest.Verdict) {
			v.Exceptions = []attest.Exception{{ID: "CVE-0", Until: "fixed"}, {ID: "CVE-1", Expires: expires}}
		}
	}
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
		{name: "another key", attached: []attest.Attachment{must(t)(theirs.Bundle(attesttest.Statement(digest, attest.PredicateVerdict, passed(t, as))))}, why: []string{"signed with none of the keys that --key names"}},
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
		{name: "an exception on its last day", attached: []attest.Attachment{bundle(digest, excepted("2026-11-20"))}, at: noon()},
		{name: "an exception until a fix", attached: []attest.Attachment{bundle(digest, excepted(""))}, at: noon()},
		{name: "an exception that has ended", attached: []attest.Attachment{bundle(digest, excepted("2026-11-19"))}, at: noon(), why: []string{`the exception for "CVE-1", which let something pass, ended on "2026-11-19"`}},
		{name: "an earlier one without the exception", attached: []attest.Attachment{bundle(digest, excepted("2026-11-19")), bundle(digest, earlier)}, at: noon().Add(-48 * time.Hour)},
		{name: "by no policy", attached: []attest.Attachment{bundle(digest, func(v *attest.Verdict) { v.Policy = attest.Resource{} })}, terms: attest.Terms{Policy: byPolicy}, at: noon(), why: []string{"of the digest unknown"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.terms.Keys, tt.terms.Named, tt.terms.Verifier, tt.terms.Now = []policy.Key{mine.Public}, "--key", attest.GateVerifier, noon().Add(time.Hour)
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

// Where nothing names the keys, the reason does not either.
func TestVerifyUnnamed(t *testing.T) {
	t.Parallel()
	mine, theirs := newKey(t), newKey(t)
	a := must(t)(theirs.Bundle(attesttest.Statement(digest, attest.PredicateVerdict, passed(t, func(*attest.Verdict) {}))))
	got := attest.Verify(attest.Terms{Keys: []policy.Key{mine.Public}}, attest.Image{Name: base, Digests: []string{digest}}, []attest.Attachment{a})
	if want := []string{"none of the verdicts that are attached to it counts: it is signed with none of the keys"}; !slices.Equal(got.Reasons, want) {
		t.Errorf("Verify() has the reasons %q, want %q", got.Reasons, want)
	}
}

// Of verdicts that do not clear an image, one that is only too old comes before a newer one by another policy.
func TestOnlyTooOld(t *testing.T) {
	t.Parallel()
	mine := newKey(t)
	bundle := func(change func(*attest.Verdict)) attest.Attachment {
		return must(t)(mine.Bundle(attesttest.Statement(digest, attest.PredicateVerdict, passed(t, change))))
	}
	elsewhere := bundle(func(v *attest.Verdict) { v.Policy.Digest = attest.DigestsOf(digest) })
	old := bundle(func(v *attest.Verdict) { v.TimeVerified = noon().Add(-48 * time.Hour) })
	tests := []struct {
		name     string
		attached []attest.Attachment
		maxAge   time.Duration
		want     bool
	}{
		{name: "too old", attached: []attest.Attachment{elsewhere, old}, maxAge: time.Minute, want: true},
		{name: "by another policy", attached: []attest.Attachment{elsewhere}, maxAge: time.Minute},
		{name: "it clears the image", attached: []attest.Attachment{old}, maxAge: 72 * time.Hour},
		{name: "none", maxAge: time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			terms := attest.Terms{Keys: []policy.Key{mine.Public}, Verifier: attest.GateVerifier, Policy: byPolicy, MaxAge: tt.maxAge, Now: noon().Add(time.Hour)}
			if got := attest.Verify(terms, attest.Image{Name: base, Digests: []string{digest}}, tt.attached); got.OnlyTooOld() != tt.want {
				t.Errorf("Verify() = %+v, only too old: %t, want %t", got, got.OnlyTooOld(), tt.want)
			}
		})
	}
}

// A statement is a verdict's input by the digest of its bytes, and has to be right besides.
func TestInput(t *testing.T) {
	t.Parallel()
	mine, theirs := newKey(t), newKey(t)
	sbom := func(k attesttest.Key, about, predicate string) attest.Attachment {
		return must(t)(k.Bundle(attesttest.Statement(about, attest.PredicateSBOM, predicate)))
	}
	right := sbom(mine, digest, `{"a": 1}`)
	review := must(t)(mine.Bundle(attesttest.Statement(digest, "https://example/review", `{"a": 1}`)))
	tests := []struct {
		name     string
		named    []attest.Attachment // by the verdict
		as       string              // of another type than an SBOM
		attached []attest.Attachment
		err      string
	}{
		{name: "the one that is named", named: []attest.Attachment{right}, attached: []attest.Attachment{sbom(mine, digest, `{"b": 1}`), right}},
		{name: "none is named", attached: []attest.Attachment{right}, err: "names no statement of the type https://cyclonedx.org/bom"},
		{name: "it is named as another type", named: []attest.Attachment{right}, as: "https://example/review", err: "names no statement of the type https://cyclonedx.org/bom"},
		{name: "another is attached", named: []attest.Attachment{right}, attached: []attest.Attachment{sbom(mine, digest, `{"b": 1}`)}, err: "is not attached to the image"},
		{name: "named, of another type", named: []attest.Attachment{review}, err: `"https://example/review" is none`},
		{name: "about another image", named: []attest.Attachment{sbom(mine, other, `{}`)}, err: "about another digest"},
		{name: "signed by somebody else", named: []attest.Attachment{sbom(theirs, digest, `{}`)}, err: "signed with none of the keys that --key names"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var v attest.Verdict
			for _, a := range tt.named {
				v.InputAttestations = append(v.InputAttestations, attest.Resource{Name: attest.PredicateSBOM, Digest: attest.DigestOf(a.Body)})
			}
			if tt.as != "" {
				v.InputAttestations[0].Name = tt.as
			}
			if tt.attached == nil {
				tt.attached = tt.named
			}
			got, err := attest.Input(attest.Terms{Keys: []policy.Key{mine.Public}, Named: "--key"}, v, attest.PredicateSBOM, attest.Image{Name: base, Digests: []string{digest}}, tt.attached)
			switch {
			case tt.err == "" && (err != nil || string(got.Predicate) != `{"a": 1}`):
				t.Errorf("Input() = %s, %v", got.Predicate, err)
			case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("Input() = %s, %v, want an error with %q", got.Predicate, err, tt.err)
			}
		})
	}
}
