package evidence

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// Rules lists what is known of the rules about preconditions, in the order of their identifiers.
func Rules() []check.Rule {
	return []check.Rule{testFailed(), provesNothing(), otherImage(), notComplete(), toolBlocks(), missing(), notAttested()}
}

// rule is a rule about preconditions. All of them block, whatever the severity.
func rule(id, name, title, why, remedy string) check.Rule {
	return check.Rule{
		ID: id, Name: name, Kind: finding.KindCheck, Severity: finding.SeverityHigh, Title: title, Why: why, Remedy: remedy,
		References: []check.Reference{
			{Name: "NIST SSDF PW.8", URL: "https://csrc.nist.gov/pubs/sp/800/218/final"},
			{Name: "SLSA: verification of artifacts", URL: "https://slsa.dev/spec/v1.0/verifying-artifacts"},
		},
	}
}

func testFailed() check.Rule {
	return rule("LG-REQ-001", "test-failed", "a required test failed",
		"The image does not do what its own tests ask of it.", "repair what the test found, and run the tests again")
}

func provesNothing() check.Rule {
	return rule("LG-REQ-002", "evidence-proves-nothing", "required evidence proves nothing",
		"No test ran, or nothing was scanned: that nothing was found there says nothing about the image.", "let the tool run on what it is to look at, and give its result")
}

func otherImage() check.Rule {
	return rule("LG-REQ-003", "evidence-of-another-image", "required evidence is about another image",
		"The result names the digest of an image that is not the one to be pushed, so that it says nothing about this one.", "run the tool on the image that is to be pushed, and give that result")
}

func notComplete() check.Rule {
	return rule("LG-REQ-004", "evidence-not-complete", "required evidence is not complete",
		"The tool did not finish, or the result says otherwise than what it lists: what is missing may be what matters.", "see why the tool did not finish, and run it again")
}

func toolBlocks() check.Rule {
	return rule("LG-REQ-005", "blocked-by-the-other-tool", "the tool that was asked blocks the image",
		"Somebody has set rules for images in that tool, and this one does not keep them.", "change the image, or have the rules of that tool changed")
}

func missing() check.Rule {
	return rule("LG-REQ-006", "evidence-missing", "required evidence is missing",
		"The policy lets an image pass only with evidence that this run was not given.", "give the result to the run as a precondition")
}

func notAttested() check.Rule {
	return rule("LG-REQ-007", "attestation-missing", "a required attestation is missing",
		"Nobody whom the policy names has signed what it requires to be said of this image.", "let the step that makes the attestation sign it, and attach it to the image in the registry that it is promoted from")
}

// NotAttested is the finding of an attestation that is required and that nothing is.
func NotAttested(r policy.Requirement, platform, why string) finding.Finding {
	var of Document
	of.fails(notAttested(), r.PredicateType(), why)
	of.Findings[0].Platform = platform
	return of.Findings[0]
}

// fails adds what does not keep a rule. The field tells it from others of the same document.
func (d *Document) fails(r check.Rule, field, saw string) {
	f := r.Finding()
	f.Check.Resource, f.Check.Field, f.Check.Saw = d.Name, shorten(field, 300), shorten(saw, 500)
	d.Findings = append(d.Findings, f)
}

// OtherImage is the finding of a result that is about another image than the one with the digests, which stands in place of all
// that the result found.
func (d *Document) OtherImage(digests []string) finding.Finding {
	of := Document{Name: d.Name}
	of.fails(otherImage(), "", fmt.Sprintf("%s is about %s, and this image is %s", d.Name, strings.Join(d.Subjects, ", "), strings.Join(digests, ", ")))
	return of.Findings[0]
}

// Missing lists the requirements of a policy that no document meets, as findings.
func Missing(required []policy.Requirement, given []*Document) []finding.Finding {
	have := map[policy.Form]bool{}
	for _, d := range given {
		have[d.Form] = true
	}
	var of Document
	for _, r := range required {
		if r.Path() == "" && r.Form() != policy.FormAttestation && !have[r.Form()] {
			have[r.Form()] = true // said once
			of.fails(missing(), string(r.Form()), "no "+string(r.Form())+" was given to the run")
		}
	}
	return of.Findings
}
