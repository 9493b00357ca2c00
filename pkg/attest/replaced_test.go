package attest_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/attest/attesttest"
)

// Only what the gate itself attached earlier, with its key and about the image in this repository, is replaced.
func TestReplaced(t *testing.T) {
	t.Parallel()
	mine, theirs := newKey(t), newKey(t)
	signed := func(k attesttest.Key, about, predicateType, predicate string) attest.Attachment {
		return must(t)(k.Bundle(attesttest.Statement(about, predicateType, predicate)))
	}
	verdict := func(change func(*attest.Verdict), inputs ...attest.Attachment) attest.Attachment {
		return signed(mine, digest, attest.PredicateVerdict, passed(t, func(v *attest.Verdict) {
			for _, a := range inputs {
				v.InputAttestations = append(v.InputAttestations, attest.Resource{Name: attest.PredicateSBOM, Digest: attest.DigestOf(a.Body)})
			}
			change(v)
		}))
	}
	as := func(*attest.Verdict) {}
	sbom := signed(mine, digest, attest.PredicateSBOM, `{}`)
	theirSBOM := signed(theirs, digest, attest.PredicateSBOM, `{}`)
	shared := both(t, mine, theirs, attesttest.Statement(digest, attest.PredicateSBOM, `{}`))
	otherSBOM := signed(mine, other, attest.PredicateSBOM, `{}`)
	ofAnother := func(v *attest.Verdict) { v.Verifier.ID = "https://mine.example" }
	tests := []struct {
		name     string
		attached []attest.Attachment
		want     []int
	}{
		{name: "nothing"},
		{name: "a verdict", attached: []attest.Attachment{verdict(as)}, want: []int{0}},
		{name: "an envelope", attached: []attest.Attachment{must(t)(mine.Envelope(attesttest.Statement(digest, attest.PredicateVerdict, passed(t, as))))}, want: []int{0}},
		{name: "a verdict and its SBOM", attached: []attest.Attachment{sbom, verdict(as, sbom)}, want: []int{0, 1}},
		{name: "an SBOM that no verdict names", attached: []attest.Attachment{sbom, verdict(as)}, want: []int{1}},
		{name: "an SBOM alone", attached: []attest.Attachment{sbom}},
		{name: "an SBOM of somebody else", attached: []attest.Attachment{theirSBOM, verdict(as, theirSBOM)}, want: []int{1}},
		{name: "an SBOM that somebody else has signed as well", attached: []attest.Attachment{shared, verdict(as, shared)}, want: []int{1}},
		{name: "a verdict with a field of another type", attached: []attest.Attachment{signed(mine, digest, attest.PredicateVerdict, strings.Replace(passed(t, as), `"verifiedLevels":null`, `"verifiedLevels":1`, 1))}},
		{name: "an SBOM of another image", attached: []attest.Attachment{otherSBOM, verdict(as, otherSBOM)}, want: []int{1}},
		{name: "an SBOM that a verdict names which stays", attached: []attest.Attachment{sbom, verdict(as, sbom), verdict(ofAnother, sbom)}, want: []int{1}},
		{name: "an SBOM that somebody else names", attached: []attest.Attachment{sbom, verdict(as, sbom), signed(theirs, digest, "https://example/review", `{"of": "`+attest.DigestOf(sbom.Body).String()+`"}`)}, want: []int{1}},
		{name: "a verdict by another key", attached: []attest.Attachment{signed(theirs, digest, attest.PredicateVerdict, passed(t, as))}},
		{name: "a verdict that somebody else has signed as well", attached: []attest.Attachment{both(t, mine, theirs, attesttest.Statement(digest, attest.PredicateVerdict, passed(t, as)))}},
		{name: "a verdict of another verifier", attached: []attest.Attachment{verdict(ofAnother)}},
		{name: "a verdict about another repository", attached: []attest.Attachment{verdict(func(v *attest.Verdict) { v.ResourceURI = "registry.example/staging:12" })}},
		{name: "a verdict about another digest", attached: []attest.Attachment{signed(mine, other, attest.PredicateVerdict, passed(t, as))}},
		{name: "a verdict of the same time", attached: []attest.Attachment{verdict(func(v *attest.Verdict) { v.TimeVerified = noon().Add(time.Hour) })}},
		{name: "a newer verdict", attached: []attest.Attachment{verdict(func(v *attest.Verdict) { v.TimeVerified = noon().Add(2 * time.Hour) })}},
		{name: "no statements", attached: []attest.Attachment{{MediaType: attest.Bundle, Body: []byte("nothing")}, must(t)(mine.SimpleSigning(digest)), verdict(as)}, want: []int{2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := attest.Replaced(mine.Public, attest.Image{Name: base, Digests: []string{digest}}, noon().Add(time.Hour), tt.attached)
			if !slices.Equal(got, tt.want) {
				t.Errorf("Replaced() = %v, want %v", got, tt.want)
			}
		})
	}
}

// both is an envelope with a signature of each of two keys.
func both(t *testing.T, first, second attesttest.Key, statement string) attest.Attachment {
	t.Helper()
	var envelopes [2]struct {
		PayloadType string `json:"payloadType"`
		Payload     string `json:"payload"`
		Signatures  []any  `json:"signatures"`
	}
	for i, k := range []attesttest.Key{first, second} {
		if err := json.Unmarshal(must(t)(k.Envelope(statement)).Body, &envelopes[i]); err != nil {
			t.Fatal(err)
		}
	}
	envelopes[0].Signatures = append(envelopes[0].Signatures, envelopes[1].Signatures...)
	raw, err := json.Marshal(envelopes[0])
	if err != nil {
		t.Fatal(err)
	}
	return attest.Attachment{MediaType: attest.EnvelopeType, Body: raw}
}
