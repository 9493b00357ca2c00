package attest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/attest/attesttest"
	"github.com/layergate/layergate/pkg/policy"
)

const (
	base     = "registry.example/base/debian:12"
	verifier = "https://gate.example/v1"
	builder  = "https://builder.example/v1"
)

// verdict is the predicate of a verification summary.
func verdict(verifier, resource, result string) string {
	return fmt.Sprintf(`{"verifier": {"id": %q}, "resourceUri": %q, "verificationResult": %q}`, verifier, resource, result)
}

func TestProve(t *testing.T) {
	t.Parallel()
	mine, theirs := newKey(t), newKey(t)
	signed := policy.Proof{By: policy.BySignature, Key: mine.Public}
	built := policy.Proof{By: policy.ByProvenance, Key: mine.Public, Builder: builder}
	cleared := policy.Proof{By: policy.ByVerdict, Key: mine.Public, Verifier: verifier}
	bundle := func(about, predicateType, predicate string) attest.Attachment {
		return must(t)(mine.Bundle(attesttest.Statement(about, predicateType, predicate)))
	}
	of := func(resource string) attest.Attachment {
		return bundle(digest, attesttest.Verdict, verdict(verifier, resource, "PASSED"))
	}
	until := func(expires string) attest.Attachment {
		return bundle(digest, attesttest.Verdict, passed(t, func(v *attest.Verdict) {
			v.Verifier.ID, v.Exceptions = verifier, []attest.Exception{{ID: "CVE-1", Expires: expires}}
		}))
	}
	tests := []struct {
		name     string
		proof    policy.Proof
		attached []attest.Attachment
		why      string // nothing proves it
	}{
		{"nothing is attached", signed, nil, "no signature is attached to it"},
		{"a signature", signed, []attest.Attachment{bundle(digest, attesttest.Signature, `{}`)}, ""},
		{"a signature of the older form", signed, []attest.Attachment{must(t)(mine.SimpleSigning(digest))}, ""},
		{"the second of two", signed, []attest.Attachment{must(t)(theirs.SimpleSigning(digest)), must(t)(mine.SimpleSigning(digest))}, ""},
		{"a signature by another key", signed, []attest.Attachment{must(t)(theirs.SimpleSigning(digest))}, "signed with none of the keys that the policy names"},
		{"a signature of another image", signed, []attest.Attachment{must(t)(mine.SimpleSigning(other))}, "it is about another digest"},
		{"a statement that is no signature", signed, []attest.Attachment{bundle(digest, "https://spdx.dev/Document", `{}`)}, `of the type "https://spdx.dev/Document" is none`},
		{"provenance is no signature", signed, []attest.Attachment{bundle(digest, attesttest.Provenance, `{}`)}, "is none"},
		{"a key that is not valid", policy.Proof{By: policy.BySignature, Key: "x"}, []attest.Attachment{must(t)(mine.SimpleSigning(digest))}, "signed with none of the keys"},
		{"a kind that is not known", policy.Proof{By: "", Key: mine.Public}, []attest.Attachment{bundle(digest, "https://spdx.dev/Document", `{}`)}, `nothing is known of proofs by ""`},

		{"provenance", built, []attest.Attachment{bundle(digest, attesttest.Provenance, `{"runDetails": {"builder": {"id": "`+builder+`"}}}`)}, ""},
		{"provenance 0.2", built, []attest.Attachment{bundle(digest, "https://slsa.dev/provenance/v0.2", `{"builder": {"id": "`+builder+`"}}`)}, ""},
		{"a builder where another version has it", built, []attest.Attachment{bundle(digest, attesttest.Provenance, `{"builder": {"id": "`+builder+`"}}`)}, `names the builder ""`},
		{"another builder", built, []attest.Attachment{bundle(digest, attesttest.Provenance, `{"runDetails": {"builder": {"id": "mine"}}}`)}, `names the builder "mine"`},
		{"provenance 0.1", built, []attest.Attachment{bundle(digest, "https://slsa.dev/provenance/v0.1", `{"builder": {"id": "`+builder+`"}}`)}, ""},
		{"some builder, whoever it is", policy.Proof{By: policy.ByProvenance, Key: mine.Public}, []attest.Attachment{bundle(digest, attesttest.Provenance, `{"runDetails": {"builder": {"id": "mine"}}}`)}, ""},
		{"any builder", policy.Proof{By: policy.ByProvenance, Key: mine.Public}, []attest.Attachment{bundle(digest, attesttest.Provenance, `{}`)}, ""},
		{"a signature is no provenance", built, []attest.Attachment{must(t)(mine.SimpleSigning(digest))}, "is none"},
		{"provenance that is none", built, []attest.Attachment{bundle(digest, attesttest.Provenance, `[]`)}, "the provenance is not valid"},

		{"a verdict", cleared, []attest.Attachment{of("registry.example/base/debian:11")}, ""},
		{"a verdict with a scheme", cleared, []attest.Attachment{of("oci://registry.example/base/debian")}, ""},
		{"about another repository", cleared, []attest.Attachment{of("registry.example/base/alpine:12")}, "the verdict is about"},
		{"about no repository", cleared, []attest.Attachment{of("")}, "names no resourceUri"},
		{"of another verifier", cleared, []attest.Attachment{bundle(digest, attesttest.Verdict, verdict("mine", base, "PASSED"))}, `of the verifier "mine"`},
		{"of nobody, where nobody is named", policy.Proof{By: policy.ByVerdict, Key: mine.Public}, []attest.Attachment{bundle(digest, attesttest.Verdict, verdict("", base, "PASSED"))}, `of the verifier ""`},
		{"that it failed", cleared, []attest.Attachment{bundle(digest, attesttest.Verdict, verdict(verifier, base, "FAILED"))}, `"FAILED", and not PASSED`},
		{"by an exception of its last day", cleared, []attest.Attachment{until("2026-11-20")}, ""},
		{"by an exception that has ended", cleared, []attest.Attachment{until("2026-11-19")}, `the exception for "CVE-1", which let something pass, ended on "2026-11-19"`},
		{"about another digest", cleared, []attest.Attachment{bundle(other, attesttest.Verdict, verdict(verifier, base, "PASSED"))}, "it is about another digest"},
		{"a verdict that is none", cleared, []attest.Attachment{bundle(digest, attesttest.Verdict, `[]`)}, "the verdict is not valid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := attest.Prove(tt.proof, attest.Image{Name: base, Digests: []string{digest}}, tt.attached, noon())
			if (got == "") != (tt.why == "") || !strings.Contains(got, tt.why) {
				t.Errorf("Prove() = %q, want %q", got, tt.why)
			}
		})
	}
}

// A registry full of what counts for nothing fills no report.
func TestProveNamesFewReasons(t *testing.T) {
	t.Parallel()
	k := newKey(t)
	var attached []attest.Attachment
	for i := range 10 {
		attached = append(attached, must(t)(k.Envelope(attesttest.Statement(digest, fmt.Sprintf("https://x.example/%d%s", i, strings.Repeat("x", 500)), `{}`))))
	}
	got := attest.Prove(policy.Proof{By: policy.BySignature, Key: k.Public}, attest.Image{Name: base, Digests: []string{digest}}, attached, noon())
	if !strings.HasSuffix(got, "and 7 other reasons") || len(got) > 700 {
		t.Errorf("Prove() = %q", got)
	}
	got = attest.Prove(policy.Proof{By: policy.BySignature, Key: k.Public}, attest.Image{Name: base, Digests: []string{digest}}, attached[:3], noon())
	if strings.Contains(got, "other reasons") {
		t.Errorf("Prove() = %q, want no more reasons than it names", got)
	}
}

// A statement counts by its type, what it is about and who signed it.
func TestFind(t *testing.T) {
	t.Parallel()
	mine, theirs := newKey(t), newKey(t)
	const scan = "https://scanner.example/v1"
	statement := func(k attesttest.Key, about, predicateType string) []attest.Attachment {
		return []attest.Attachment{must(t)(k.Bundle(attesttest.Statement(about, predicateType, `{"a": 1}`)))}
	}
	tests := []struct {
		name     string
		attached []attest.Attachment
		why      string
	}{
		{name: "it is there", attached: statement(mine, digest, scan)},
		{name: "about a platform", attached: statement(mine, other, scan)},
		{name: "behind others", attached: slices.Concat(statement(theirs, digest, scan), statement(mine, digest, attest.PredicateSBOM), statement(mine, digest, scan))},
		{name: "nothing", why: "no statement of the type " + scan + " is attached"},
		{name: "of another type", attached: statement(mine, digest, attest.PredicateSBOM), why: "is none"},
		{name: "about another image", attached: statement(mine, byPolicy, scan), why: "about another digest"},
		{name: "by another key", attached: statement(theirs, digest, scan), why: "signed with none of the keys that the policy names"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, why := attest.Find(scan, []policy.Key{mine.Public}, []string{digest, other}, tt.attached)
			if (why == "") != (tt.why == "") || !strings.Contains(why, tt.why) || why == "" && string(got.Predicate) != `{"a": 1}` {
				t.Errorf("Find() = %s, %q, want %q", got.Predicate, why, tt.why)
			}
		})
	}
}
