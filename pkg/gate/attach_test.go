package gate_test

import (
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registrytest"
)

// A new verdict takes the place of the earlier one and of its SBOM where that is asked. What is attached without a verdict takes no place.
func TestAttachReplaces(t *testing.T) {
	t.Parallel()
	server := start(t, registrytest.Config{})
	ref := server.Host + "/team/app:1"
	key := newKey(t)
	signer, err := attest.ParseSigner(key.Private, nil)
	if err != nil {
		t.Fatal(err)
	}
	for n, step := range []struct {
		name    string
		kinds   []gate.AttachmentKind
		replace bool
		want    map[string]int // statements by their type
	}{
		{"the first", []gate.AttachmentKind{gate.AttachVerdict, gate.AttachSBOM}, true, map[string]int{attest.PredicateVerdict: 1, attest.PredicateSBOM: 1}},
		{"beside it", []gate.AttachmentKind{gate.AttachVerdict, gate.AttachSBOM}, false, map[string]int{attest.PredicateVerdict: 2, attest.PredicateSBOM: 2}},
		{"in their place", []gate.AttachmentKind{gate.AttachVerdict, gate.AttachSBOM}, true, map[string]int{attest.PredicateVerdict: 1, attest.PredicateSBOM: 1}},
		{"without a verdict", []gate.AttachmentKind{gate.AttachSBOM}, true, map[string]int{attest.PredicateVerdict: 1, attest.PredicateSBOM: 2}},
	} {
		cfg := config(t, write(t, "oci", lodash(repaired, imagetest.Gzip, "linux/amd64")), ref)
		cfg.Now = func() time.Time { return clock().Add(time.Duration(n) * time.Hour) }
		cfg.Policy = policy.Policy{Gaps: map[finding.Gap]policy.Action{finding.GapNoSystemPackages: policy.ActionWarn}}
		cfg.Attach = &gate.Attachments{Kinds: step.kinds, Signer: signer, Replace: step.replace}
		got := map[string]int{}
		for _, a := range attachedTo(t, ref, promote(t.Context(), t, cfg)) {
			s, err := attest.Read(a, attest.NewKeys(key.Public))
			if err != nil {
				t.Fatal(err)
			}
			got[s.PredicateType]++
		}
		if len(got) != len(step.want) || got[attest.PredicateVerdict] != step.want[attest.PredicateVerdict] || got[attest.PredicateSBOM] != step.want[attest.PredicateSBOM] {
			t.Errorf("%s: attached are %v, want %v", step.name, got, step.want)
		}
	}
}
