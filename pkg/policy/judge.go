package policy

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/purl"
)

// Outcome is the word for a verdict.
type Outcome string

const (
	// Clean means that nothing blocks.
	Clean Outcome = "clean"
	// Blocked means that at least one finding blocks.
	Blocked Outcome = "blocked"
)

// Effect says whether a finding blocks the image or passes, and how.
type Effect string

const (
	// Blocks keeps the subject from being promoted.
	Blocks Effect = "blocks"
	// Waived would block, were it not for an exception in writing or a VEX statement.
	Waived Effect = "waived"
	// Tolerated passes because the policy is no stricter, or not yet.
	Tolerated Effect = "tolerated"
	// Reported passes and asks nobody to do anything: it does not run, nobody can close the gap, or the policy ignores it.
	Reported Effect = "reported"
)

// Effects lists every effect, the strictest first.
func Effects() []Effect { return []Effect{Blocks, Waived, Tolerated, Reported} }

// Rule names the part of a policy that made a decision.
type Rule string

const (
	// RuleFailOn decides by severity.
	RuleFailOn Rule = "fail-on"
	// RuleAlways blocks whatever the severity is.
	RuleAlways Rule = "always-block"
	// RuleCoverage decides about gaps.
	RuleCoverage Rule = "coverage"
	// RuleChecks decides about failed checks by severity, where the policy has thresholds of their own for them.
	RuleChecks Rule = "checks"
	// RuleSecrets decides about secrets.
	RuleSecrets Rule = "secrets"
	// RuleRules decides about single checks and secrets.
	RuleRules Rule = "rules"
	// RuleLicenses decides about the licences that packages declare.
	RuleLicenses Rule = "licenses"
	// RuleShadowed passes packages that a later layer removed or replaced: they cannot run.
	RuleShadowed Rule = "shadowed"
	// RuleExceptions passes what was accepted in writing.
	RuleExceptions Rule = "exceptions"
	// RuleVEX passes what a trusted author says is not affected, or fixed.
	RuleVEX Rule = "vex"
	// RuleGrace passes what is new.
	RuleGrace Rule = "grace"
	// RuleBaseline passes what was there before the change.
	RuleBaseline Rule = "baseline"
	// RuleKind blocks what is of no kind that the policy knows.
	RuleKind Rule = "kind"
)

// Decision records the effect of a policy on one finding, and the reason for it.
type Decision struct {
	Finding int    `json:"finding"` // index into the findings that were judged
	Effect  Effect `json:"effect"`
	Rule    Rule   `json:"rule"`
	Reason  string `json:"reason"` // one sentence without a full stop
	// Exception is the index of the policy's exception that waives the finding; nil where none does.
	Exception *int `json:"exception,omitempty"`
	// Statement is the newest statement of a trusted author about the finding, whether or not it lets it pass; nil where there
	// is none.
	Statement *Statement `json:"statement,omitempty"`
	// DaysLeft is how many days of grace are left, today included; 0 where it is not grace that lets the finding pass.
	DaysLeft int `json:"daysLeft,omitempty"`
	// Where is the line of the policy file, or of a VEX document of the project, that decided; nil where it is in no file.
	Where *finding.Location `json:"where,omitempty"`
}

// Verdict is the result of Judge: the outcome and a decision for every finding.
type Verdict struct {
	Outcome   Outcome    `json:"outcome"`
	Decisions []Decision `json:"decisions"` // one for each finding, in the order of the findings
	Notes     []Note     `json:"notes"`     // about the policy's exceptions, in their order, then about VEX documents that do not count
}

// Blocking lists the decisions that block, in the order of the findings.
func (v Verdict) Blocking() []Decision {
	return slices.DeleteFunc(slices.Clone(v.Decisions), func(d Decision) bool { return d.Effect != Blocks })
}

// Subject names what a verdict is about: the digests of the content that was judged completely.
type Subject struct {
	Digests []string // of manifests and indexes, such as sha256:…
	Images  []string // what the image is called, for exceptions that are for some images only: the references that it goes to, where it goes to any
}

// Input holds what Judge decides about, and the circumstances that a clearance records.
type Input struct {
	Subject  Subject
	Findings []finding.Finding
	// Statements are what VEX documents say of each finding, by its index, in any order.
	Statements map[int][]Statement
	EndOfLife  []string  // the platforms whose distribution gets no more security updates
	Database   string    // which advisories were asked, such as xxh64:…, the checksum of the database; empty where none were
	Now        time.Time // when it is judged
	// InRange tells whether the version of a package is one of some, such as those < 1.2.3, by the rules of the package's
	// own sort. It has to be pure. An exception for some versions covers nothing where it is nil or fails.
	InRange func(p finding.Package, versions string) (bool, error)
}

// Judge decides about every finding and so about the whole. The clearance is nil unless the verdict is clean and the
// subject names at least one digest.
func Judge(p Policy, in Input) (Verdict, *Clearance) {
	j := newJudge(p, in)
	v := Verdict{Outcome: Clean, Decisions: make([]Decision, 0, len(in.Findings))}
	for i := range in.Findings {
		d := j.decide(i)
		if d.Effect == Blocks {
			v.Outcome = Blocked
		}
		v.Decisions = append(v.Decisions, d)
	}
	v.Notes = append(j.notes(true), j.distrustNotes()...)
	if v.Outcome != Clean || len(in.Subject.Digests) == 0 {
		return v, nil
	}
	return v, &Clearance{digests: slices.Clone(in.Subject.Digests), policy: p.Digest(), database: in.Database, time: in.Now}
}

// judge is a policy that is ready to decide.
type judge struct {
	policy         Policy
	in             Input
	today          time.Time // the day in UTC
	exceptions     []*exception
	byID           map[string][]*exception // in lower case
	alwaysIDs      map[string]bool         // in lower case
	alwaysPackages []packagePattern
	urls           map[string]*purl.URL // of packages so far, as they are written
	decided        map[sort]Decision    // by the limits, of findings so far
	distrusted     map[distrusted]int   // how many findings each kind of statements that do not count is about
}

func newJudge(p Policy, in Input) *judge {
	j := &judge{
		policy: p, in: in, today: in.Now.UTC().Truncate(24 * time.Hour),
		byID: map[string][]*exception{}, alwaysIDs: map[string]bool{}, distrusted: map[distrusted]int{}, decided: map[sort]Decision{},
		urls: map[string]*purl.URL{},
	}
	if in.InRange == nil {
		j.in.InRange = func(finding.Package, string) (bool, error) { return false, errors.New("nobody knows their order") }
	}
	for i, e := range p.Exceptions {
		x := j.newException(i, e)
		j.exceptions = append(j.exceptions, x)
		id := strings.ToLower(e.ID)
		j.byID[id] = append(j.byID[id], x)
	}
	for _, id := range p.AlwaysBlock.IDs {
		j.alwaysIDs[strings.ToLower(id)] = true
	}
	for _, text := range p.AlwaysBlock.Packages {
		p, _ := newPackagePattern(text) // what is wrong with it, AlwaysBlock.Problem says
		j.alwaysPackages = append(j.alwaysPackages, p)
	}
	return j
}

// decide judges one finding by itself.
func (j *judge) decide(i int) Decision {
	said := j.statement(i)
	d := j.weigh(&j.in.Findings[i], said)
	d.Finding, d.Statement = i, said
	if d.Effect == Blocks && said != nil {
		d.Reason += "; " + said.String()
	}
	return d
}

// weigh lets what would block pass by an exception, by what a trusted author says, because it was there before, or else by
// grace.
func (j *judge) weigh(f *finding.Finding, said *Statement) Decision {
	ids := f.Identifiers()
	d := j.onItsOwn(f, ids)
	waiver := j.waiver(f, ids, d.Rule) // also of what does not block, so that its exception is known to be of use
	switch {
	case d.Effect != Blocks || d.Rule == RuleKind:
		return d
	case waiver != nil:
		return waiver.decision()
	case said != nil && said.Status.waives() && (d.Rule != RuleAlways || !j.policy.locks(RuleAlways)):
		return Decision{Effect: Waived, Rule: RuleVEX, Reason: said.String(), Where: said.where()}
	}
	if passes, ok := j.inBaseline(f, d); ok {
		return passes
	}
	if d.Rule == RuleFailOn {
		if left, reason := j.grace(f); left > 0 {
			return Decision{
				Effect: Tolerated, Rule: RuleGrace, Reason: reason, DaysLeft: left,
				Where: j.policy.Line(string(RuleGrace) + "." + f.Severity.String()),
			}
		}
	}
	return d
}

// onItsOwn judges a finding without exceptions and grace.
func (j *judge) onItsOwn(f *finding.Finding, ids []string) Decision {
	switch f.Kind {
	case finding.KindVulnerability:
		if d, ok := j.shadowed(f); ok {
			return d
		}
	case finding.KindCoverage:
		if d, ok := j.shadowed(f); ok {
			return d
		}
		if d, ok := j.always(f, ids); ok {
			return d
		}
		return j.byCoverage(f)
	case finding.KindCheck, finding.KindSecret:
		if f.ID == finding.RulePackageBlocked {
			if d, ok := j.shadowed(f); ok {
				return d
			}
		}
		// Other shadowed content too: it can be read out of the layer that a later one hides.
		if d, ok := j.always(f, ids); ok {
			return d
		}
		return j.byRule(f)
	default:
		return Decision{Effect: Blocks, Rule: RuleKind, Reason: fmt.Sprintf("findings of the kind %q are not known", f.Kind)}
	}
	if d, ok := j.always(f, ids); ok {
		return d
	}
	return j.bySeverity(f)
}

// shadowed decides about what a later layer hides, unless the policy judges that like anything else.
func (j *judge) shadowed(f *finding.Finding) (Decision, bool) {
	if f.State != finding.Shadowed || j.policy.Shadowed == ActionBlock {
		return Decision{}, false
	}
	return Decision{
		Effect: Reported, Rule: RuleShadowed, Reason: "a later layer removed or replaced it, so that it does not run",
		Where: j.policy.Line(string(RuleShadowed)),
	}, true
}

func (j *judge) byCoverage(f *finding.Finding) Decision {
	gap := finding.Gap(f.ID)
	action, named := j.policy.Gaps[gap]
	d := Decision{Rule: RuleCoverage, Where: j.policy.Line(string(RuleCoverage) + "." + string(gap))}
	switch action = cmp.Or(action, j.policy.Coverage); {
	case gap == finding.GapUnpublished && !named:
		d.Effect, d.Reason = Reported, "nobody publishes advisories for it, so that no database would help"
	case gap.Quiet() && !named && action != ActionIgnore:
		d.Effect, d.Reason = Tolerated, "it could not be judged; this gap blocks only where the policy names it"
	case action == ActionWarn:
		d.Effect, d.Reason = Tolerated, "it could not be judged; coverage gaps only warn"
	case action == ActionIgnore:
		d.Effect, d.Reason = Reported, "it could not be judged; the policy ignores that"
	default:
		d.Effect, d.Reason = Blocks, "it could not be judged; any coverage gap blocks"
	}
	return d
}
