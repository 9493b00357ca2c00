package gate

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// The policies of projects that have no policy file, as verdicts name them: the strictest one, and what inputs made of it.
const (
	strictestPolicy = "https://github.com/layergate/layergate/policy/strictest"
	inputsPolicy    = "https://github.com/layergate/layergate/policy/inputs"
)

// verdict is what the gate says of a clean image that is pushed to a reference. attached are the statements that are attached with it.
func (r *Result) verdict(to string, attached []attest.Resource) attest.Verdict {
	rep := r.Report
	p := rep.Policy.WithDefaults()
	return attest.Verdict{
		Verifier:           attest.Verifier{ID: attest.GateVerifier, Version: map[string]string{"layergate": rep.Tool.Version, "grype-db": rep.Database.Schema}},
		TimeVerified:       r.verdictTime(),
		ResourceURI:        to,
		Policy:             attest.Resource{URI: cmp.Or(p.File, unnamedPolicy(r.clearance.Policy())), Digest: attest.DigestsOf(r.clearance.Policy())},
		InputAttestations:  append(slices.Clone(attached), r.inputs()...),
		VerificationResult: attest.Passed,
		VerifiedLevels:     []string{r.level(p.FailOn)},
		Database:           attest.Database{Schema: rep.Database.Schema, Built: rep.Database.Built, Checksum: rep.Database.Checksum, OwnAdvisories: rep.Database.Own.Digest},
		Exceptions:         r.exceptions(),
		Coverage:           r.coverage(),
	}
}

// unnamedPolicy names a policy with a digest that comes from no file.
func unnamedPolicy(digest string) string {
	if digest == (policy.Policy{}).Digest() {
		return strictestPolicy
	}
	return inputsPolicy
}

// level is by the severity from which on nothing passed: that of the policy, or a higher one where something else of the policy let more
// pass, such as limits of one side of the image, a baseline, grace or a rule. What an exception accepts is in the verdict itself, and so are
// the kinds of gaps.
func (r *Result) level(failOn policy.Threshold) string {
	all := policy.Thresholds()
	at := slices.Index(all, failOn)
	for _, d := range r.Report.Verdict.Decisions {
		f := r.Report.Findings[d.Finding]
		ignored := d.Effect == policy.Reported && (d.Rule == policy.RuleRules || d.Rule == policy.RuleSecrets)
		if f.Kind == finding.KindCoverage || f.Check != nil && f.Check.Information || d.Effect != policy.Tolerated && !ignored {
			continue
		}
		for all[at].Blocks(f.Severity) { // the last one, never, does not
			at++
		}
	}
	return attest.Level(all[at])
}

// verdictTime is when the image was judged, as its verdict has it.
func (r *Result) verdictTime() time.Time { return r.clearance.Time().UTC().Truncate(time.Second) }

// inputs are the documents of others that the verdict rests on: results of other tools, and VEX documents that let something pass.
func (r *Result) inputs() []attest.Resource {
	out := []attest.Resource{}
	for _, e := range r.Report.Evidence {
		out = append(out, attest.Resource{URI: e.File, Digest: attest.DigestsOf(e.Digest)})
	}
	used := map[string]bool{}
	for _, d := range r.Report.Verdict.Decisions {
		if d.Effect == policy.Waived && d.Exception == nil && d.Statement != nil {
			used[d.Statement.Document] = true
		}
	}
	for _, d := range r.documents {
		if used[d.Name] {
			out = append(out, attest.Resource{URI: d.Name, Digest: attest.DigestsOf(d.Digest)})
		}
	}
	return out
}

// exceptions are those of the policy that let findings pass, in its order.
func (r *Result) exceptions() []attest.Exception {
	passed := map[int]int{}
	for _, d := range r.Report.Verdict.Decisions {
		if d.Effect == policy.Waived && d.Exception != nil {
			passed[*d.Exception]++
		}
	}
	out := []attest.Exception{}
	for i, e := range r.Report.Policy.Exceptions {
		if passed[i] > 0 {
			out = append(out, attest.Exception{ID: e.ID, Package: e.Package, Owner: e.Owner, Reason: e.Reason, Expires: e.Expires, Until: e.Until, Findings: passed[i]})
		}
	}
	return out
}

// coverage counts what was found and passed.
func (r *Result) coverage() attest.Coverage {
	effects, gaps := map[policy.Effect]int{}, map[string]bool{}
	for _, d := range r.Report.Verdict.Decisions {
		effects[d.Effect]++
		if f := r.Report.Findings[d.Finding]; f.Kind == finding.KindCoverage {
			gaps[string(f.Coverage.Gap)] = true
		}
	}
	out := attest.Coverage{
		Findings: len(r.Report.Findings), Waived: effects[policy.Waived], Tolerated: effects[policy.Tolerated], Reported: effects[policy.Reported],
		Gaps: slices.AppendSeq([]string{}, maps.Keys(gaps)),
	}
	slices.Sort(out.Gaps)
	for _, p := range r.Report.Platforms {
		out.Packages += len(p.Packages)
	}
	return out
}
