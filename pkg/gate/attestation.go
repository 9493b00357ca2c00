package gate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/evidence"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/report"
)

// addAttestations looks for the attestations that the push depends on, in the registry that the image was read from. One that is missing
// is a finding. The error is that the registry does not say what is attached to the image.
func (r *Result) addAttestations(ctx context.Context) error {
	required := slices.DeleteFunc(slices.Concat(r.request.Policy.Require, r.request.Attestations), func(q policy.Requirement) bool { return q.Form() != policy.FormAttestation })
	if len(required) == 0 {
		return nil
	}
	var attached []attest.Attachment
	if r.repository != nil {
		var err error
		if attached, err = r.repository.Attached(ctx, r.image.Digests()...); err != nil {
			return fmt.Errorf("looking for the attestations of the image: %w", err)
		}
	}
	seen := map[string]bool{}
	for _, q := range required {
		if !seen[q.PredicateType()] {
			seen[q.PredicateType()] = true
			r.addAttestation(q, attached)
		}
	}
	return nil
}

// addAttestation looks for an attestation about the image as a whole or about each of its platforms.
func (r *Result) addAttestation(q policy.Requirement, attached []attest.Attachment) {
	found := report.Evidence{Form: policy.FormAttestation, File: q.PredicateType()}
	var signers []string
	for _, p := range r.image.Platforms {
		why := "the image was read from no registry, where it could be attached to it"
		if r.repository != nil {
			var s attest.Statement
			s, why = attest.Find(q.PredicateType(), r.request.Policy.AttesterKeys(q.PredicateType()), []string{r.image.Root.Digest.String(), p.Manifest.Digest.String()}, attached)
			signers = append(signers, s.SignedBy...)
			found.Subjects = append(found.Subjects, s.Subjects...)
		}
		if why != "" {
			r.Report.Findings = append(r.Report.Findings, evidence.NotAttested(q, p.Name, why))
			return // said once
		}
	}
	found.Subjects = slices.Compact(slices.Sorted(slices.Values(found.Subjects)))
	found.Tool = "signed with the key " + strings.Join(slices.Compact(slices.Sorted(slices.Values(signers))), ", ")
	r.Report.Evidence = append(r.Report.Evidence, found)
}
