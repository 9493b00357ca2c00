package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// policyLine says in one sentence what blocks, what of it passes for some other reason, and who says so.
func (r *Report) policyLine() string {
	p := r.Policy
	parts := []string{"blocks " + r.blockWords()}
	for _, more := range []string{
		alwaysWords(p.AlwaysBlock), unknownWords(p), actionWords("secrets", p.Secrets), gapWords(p), ruleWords(p.Rules), licenseWords(p.Licenses), demandWords(p), shadowedWords(p.Shadowed),
		graceWords(p.Grace),
	} {
		if more != "" {
			parts = append(parts, more)
		}
	}
	if words := r.evidenceWords(); words != "" {
		parts = append(parts, words)
	}
	if p.GateOn == policy.GateOnNew {
		parts = append(parts, "only what is new with the change blocks")
	}
	if n := len(p.VEX.Trust); n > 0 {
		parts = append(parts, "VEX of "+plural(n, "author")+" counts")
	}
	if n := len(p.Exceptions); n > 0 {
		parts = append(parts, plural(n, "exception"))
	}
	line := strings.Join(parts, "; ") + sourceWords(p.Source)
	if len(p.Overrides) > 0 {
		line += ", but for inputs: " + strings.Join(p.Overrides, ", ")
	}
	return line
}

// blockWords says what blocks of each kind: what has the same threshold is told together. Secrets and coverage gaps have none.
func (r *Report) blockWords() string {
	p := r.Policy
	var clauses []string
	kinds := map[policy.Threshold][]finding.Kind{}
	if base, own := p.ChecksOn(true), p.ChecksOn(false); r.onlyManifests() || base == own {
		kinds[own] = append(kinds[own], finding.KindCheck)
	} else {
		clauses = append(clauses, "failed checks in the base image: "+thresholdWords(base)+"; elsewhere: "+thresholdWords(own))
	}
	if r.onlyManifests() {
		kinds[policy.Any] = append(kinds[policy.Any], blocking(finding.KindSecret, p.Secrets)...)
	} else {
		if t, words := vulnerabilityWords(p); words != "" {
			clauses = append([]string{words}, clauses...)
		} else {
			kinds[t] = append([]finding.Kind{finding.KindVulnerability}, kinds[t]...)
		}
		kinds[policy.Any] = append(kinds[policy.Any], blocking(finding.KindSecret, p.Secrets)...)
		if len(p.Gaps) == 0 {
			kinds[policy.Any] = append(kinds[policy.Any], blocking(finding.KindCoverage, p.Coverage)...)
		}
	}
	for _, t := range slices.Sorted(maps.Keys(kinds)) {
		if t != policy.Any {
			clauses = append(clauses, oneThreshold(t, kinds[t]))
		}
	}
	if of := kinds[policy.Any]; len(of) > 0 {
		clauses = append(clauses, oneThreshold(policy.Any, of))
	}
	return strings.Join(clauses, "; ")
}

// blocking is a kind if all of it blocks.
func blocking(k finding.Kind, a policy.Action) []finding.Kind {
	if a == "" || a == policy.ActionBlock {
		return []finding.Kind{k}
	}
	return nil
}

// vulnerabilityWords returns the threshold of vulnerabilities or, where they have several, words for these.
func vulnerabilityWords(p policy.Policy) (t policy.Threshold, words string) {
	base, own := p.LimitsOn(true), p.LimitsOn(false)
	base.Unknown, own.Unknown = "", ""
	switch {
	case own != base:
		return "", "vulnerabilities in the base image: " + limitWords(base) + "; elsewhere: " + limitWords(own)
	case own.Fixable == own.Unfixable && own.WontFix == own.Unfixable && own.EndOfLife == own.Unfixable:
		return own.Fixable, ""
	}
	return "", "vulnerabilities: " + limitWords(own)
}

// oneThreshold says what of some kinds blocks.
func oneThreshold(t policy.Threshold, kinds []finding.Kind) string {
	var one, many []string
	for _, k := range kinds {
		one, many = append(one, k.Noun()), append(many, several(k.Noun()))
	}
	switch t {
	case policy.Any:
		return "any " + joinLast(one, "or")
	case policy.Never:
		return "no " + joinLast(one, "or")
	}
	return joinAnd(many) + " of severity " + thresholdWords(t)
}

// limitWords says what blocks of vulnerabilities with a fix, and of the others, apart where that differs.
func limitWords(l policy.Limits) string {
	if l.Fixable == l.Unfixable && l.WontFix == l.Unfixable && l.EndOfLife == l.Unfixable {
		return thresholdWords(l.Fixable)
	}
	out := []string{thresholdWords(l.Fixable) + " with a fix", thresholdWords(l.Unfixable) + " without a fix"}
	if l.WontFix != l.Unfixable {
		out = append(out, thresholdWords(l.WontFix)+" that will not be fixed")
	}
	if l.EndOfLife != l.Unfixable {
		out = append(out, thresholdWords(l.EndOfLife)+" of a distribution after its end of life")
	}
	return strings.Join(out, ", ")
}

func thresholdWords(t policy.Threshold) string {
	switch t {
	case policy.Any, "critical":
		return string(t)
	case policy.Never:
		return "none"
	}
	return string(t) + " and above"
}

// unknownWords says where severities that nobody knows pass.
func unknownWords(p policy.Policy) string {
	base, own := p.LimitsOn(true).Unknown == policy.ActionPass, p.LimitsOn(false).Unknown == policy.ActionPass
	switch {
	case base && own:
		return "unknown severities pass"
	case base:
		return "unknown severities pass in the base image"
	case own:
		return "unknown severities pass but in the base image"
	}
	return ""
}

// alwaysWords says what blocks whatever its severity is, beside malware.
func alwaysWords(a policy.AlwaysBlock) string {
	var out []string
	if a.KnownExploited {
		out = append(out, "what attackers are known to use")
	}
	if a.EPSS > 0 {
		out = append(out, fmt.Sprintf("EPSS from %.3g on", a.EPSS))
	}
	if n := len(a.IDs); n > 0 {
		out = append(out, plural(n, "identifier"))
	}
	if n := len(a.Packages); n > 0 {
		out = append(out, plural(n, "package"))
	}
	var parts []string
	if len(out) > 0 {
		parts = append(parts, "always "+joinAnd(out))
	}
	if a.Malicious == policy.ActionPass {
		parts = append(parts, "malware is judged by its severity")
	}
	return strings.Join(parts, "; ")
}

// actionWords says what becomes of findings that do not block; it is empty where they do.
func actionWords(of string, a policy.Action) string {
	switch a {
	case policy.ActionWarn:
		return of + " only warn"
	case policy.ActionIgnore:
		return of + " are ignored"
	}
	return ""
}

// gapWords says what becomes of coverage gaps.
func gapWords(p policy.Policy) string {
	if len(p.Gaps) > 0 {
		return "coverage gaps by kind"
	}
	return actionWords("coverage gaps", p.Coverage)
}

// maxNamed is how many rules or licences a line names.
const maxNamed = 4

// named lists the first of some names.
func named(names []string) string {
	if more := len(names) - maxNamed; more > 0 {
		names = append(names[:maxNamed:maxNamed], fmt.Sprintf("%d more", more))
	}
	return joinAnd(names)
}

// ruleWords says what becomes of single checks and secrets.
func ruleWords(rules policy.Rules) string {
	keys := map[policy.Action][]string{}
	for _, key := range slices.Sorted(maps.Keys(rules)) {
		keys[rules[key]] = append(keys[rules[key]], key)
	}
	var out []string
	for _, a := range []struct {
		action       policy.Action
		one, several string
	}{{policy.ActionBlock, "blocks", "block"}, {policy.ActionWarn, "only warns", "only warn"}, {policy.ActionIgnore, "is ignored", "are ignored"}} {
		if of := keys[a.action]; len(of) > 0 {
			out = append(out, named(of)+" "+verb(len(of), a.one, a.several))
		}
	}
	return strings.Join(out, "; ")
}

// licenseWords says which licences are denied.
func licenseWords(l policy.Licenses) string {
	var out []string
	for _, side := range []struct {
		of    policy.LicenseSide
		where string
	}{{l.LicenseSide, ""}, {l.Base, " in the base image"}, {l.Own, " outside of the base image"}} {
		if deny := side.of.Deny; len(deny) > 0 {
			out = append(out, "denies "+verb(len(deny), "the licence ", "the licences ")+named(deny)+side.where)
		}
		switch side.of.Unknown {
		case policy.ActionBlock:
			out = append(out, "denies unknown licences"+side.where)
		case policy.ActionWarn:
			out = append(out, "unknown licences"+side.where+" only warn")
		}
	}
	return strings.Join(out, "; ")
}

// demandWords says what the policy asks of the base image, of manifests, of ages and of labels.
func demandWords(p policy.Policy) string {
	var out []string
	if n := len(p.AllowedBases); n > 0 {
		allows := fmt.Sprintf("allows %d %s of base images", n, verb(n, "pattern", "patterns"))
		if signed := p.ProvenBases(); signed > 0 {
			allows += fmt.Sprintf(", %d of which %s to be proven", signed, verb(signed, "has", "have"))
		}
		out = append(out, allows)
	}
	if n := len(p.AllowedImages); n > 0 {
		out = append(out, fmt.Sprintf("allows %d %s of images in manifests", n, verb(n, "pattern", "patterns")))
	}
	if p.MaxBaseAge > 0 {
		out = append(out, fmt.Sprintf("allows base images of at most %d %s", p.MaxBaseAge, verb(p.MaxBaseAge, "day", "days")))
	}
	if p.MaxImageAge > 0 {
		out = append(out, fmt.Sprintf("allows images of at most %d %s", p.MaxImageAge, verb(p.MaxImageAge, "day", "days")))
	}
	var names []string
	for _, l := range p.Labels {
		names = append(names, l.Name)
	}
	if len(names) > 0 {
		out = append(out, "asks for "+verb(len(names), "the label ", "the labels ")+named(names))
	}
	if n := len(p.Require); n > 0 {
		var forms []string
		for _, r := range p.Require {
			forms = append(forms, string(r))
		}
		out = append(out, "requires "+strings.Join(forms, ", "))
	}
	if p.ImmutableTags {
		out = append(out, "moves no tag from one image to another")
	}
	return strings.Join(out, "; ")
}

// shadowedWords says what becomes of what a later layer hides, where that is not the usual.
func shadowedWords(a policy.Action) string {
	if a == policy.ActionBlock {
		return "what a later layer hides counts as well"
	}
	return ""
}

// graceWords says for how long vulnerabilities pass.
func graceWords(g policy.Grace) string {
	var out []string
	for _, s := range finding.Severities() {
		if g[s] > 0 {
			out = append(out, s.String()+" "+plural(g[s], "day"))
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "grace: " + strings.Join(out, ", ")
}

// sourceWords says which file a policy comes from, on top of which others, and of which branch.
func sourceWords(s policy.Source) string {
	switch {
	case s.Branch != "" && s.File == "":
		return "; " + s.Branch + " has no policy file"
	case s.File == "":
		return ""
	}
	line := "; by " + s.File
	for i, f := range s.Files {
		if i > 0 {
			line += " on " + f.Name
		}
	}
	if s.Branch != "" {
		line += " of " + s.Branch
	}
	return line
}

// allWarnings are the warnings of the run, and the notes about the policy with their lines.
func (r *Report) allWarnings() []string {
	out := append([]string{}, r.Warnings...)
	for _, n := range append(r.Policy.Pending(), r.Verdict.Notes...) {
		out = append(out, lineBefore(n.Where)+n.Message)
	}
	return out
}

// lineBefore names a line at the start of a sentence.
func lineBefore(l *finding.Location) string {
	if l == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", l.File, l.Line)
}
