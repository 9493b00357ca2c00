package policy_test

import (
	"testing"

	"github.com/layergate/layergate/pkg/policy"
)

// An image without a digest is not cleared by a subject that had none either.
func TestClearanceWantsADigest(t *testing.T) {
	t.Parallel()
	_, c := policy.Judge(policy.Policy{}, policy.Input{Subject: policy.Subject{Digests: []string{"", "sha256:a"}}})
	if c.Allows("") {
		t.Error(`Allows("") = true for a subject with an empty digest, want false`)
	}
	if !c.Allows("sha256:a") {
		t.Error("Allows(sha256:a) = false, want true: the subject names it")
	}
}
