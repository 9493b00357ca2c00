package file

import (
	"maps"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/check/catalogue"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// document is a policy as its file states it. Names are those of JSON in kebab case.
type document struct {
	// The lowest severity that blocks: in one word for all, or apart for what has a fix or none, and for the base image.
	FailOn failOn `json:"failOn,omitempty"`
	// What blocks whatever its severity is.
	AlwaysBlock policy.AlwaysBlock `json:"alwaysBlock,omitempty"`
	// What becomes of what could not be judged: in one word for all gaps, or for single ones.
	Coverage coverage `json:"coverage,omitempty"`
	// The lowest severity of failed checks that blocks, where that is not what fail-on says.
	Checks checks `json:"checks,omitempty"`
	// What becomes of secrets in any layer of the image: block, which is the default, warn or ignore.
	Secrets action `json:"secrets,omitempty"`
	// What becomes of single checks and secrets, by the rule, such as LG-IMG-001, or by the beginning of several, such as LG-IMG-*.
	Rules rules `json:"rules,omitempty"`
	// Which licences packages may not declare. Nothing is asked by default.
	Licenses policy.Licenses `json:"licenses,omitempty"`
	// The images that may be the base, by patterns for references: REPOSITORY[:TAG][@DIGEST]. * stands for any part of a repository
	// between slashes and for any text of a tag, and /** for all repositories below. An empty base, scratch, is always allowed.
	// An entry with the keys image and proven allows only images that somebody whom the policy names has signed.
	AllowedBases []allowedBase `json:"allowedBases,omitempty"`
	// The images that manifests may deploy, by patterns of the same form. A variable that decides on the registry is not allowed.
	AllowedImages []policy.ImagePattern `json:"allowedImages,omitempty"`
	// How many days old the base image may be at most.
	MaxBaseAge int `json:"maxBaseAge,omitempty" jsonschema:"minimum=1"`
	// How many days old the image may be at most.
	MaxImageAge int `json:"maxImageAge,omitempty" jsonschema:"minimum=1"`
	// The labels that the image must have, each by its name, or with a pattern for its value in which * stands for any text.
	Labels []label `json:"labels,omitempty"`
	// The evidence that a push depends on: junit for results of tests, sarif, or result for that of another image scanner; with = and
	// the path of a file, such as junit=build/tests.xml, where it is to be that one.
	Require []policy.Requirement `json:"require,omitempty"`
	// Whether a push is refused that would move a tag from one image to another.
	ImmutableTags bool `json:"immutableTags,omitempty"`
	// Which findings can block: all, which is the default, or only what is new compared with the baseline.
	GateOn policy.GateOn `json:"gateOn,omitempty" jsonschema:"enum=all,enum=new"`
	// What becomes of packages that a later layer removed or replaced: report, which is the default, block or ignore.
	Shadowed policy.Action `json:"shadowed,omitempty" jsonschema:"enum=block,enum=report,enum=ignore"`
	// For how many days a vulnerability passes, by severity, from its fix on, or else from its advisory on.
	Grace grace `json:"grace,omitempty"`
	// Whose VEX statements count.
	VEX policy.VEX `json:"vex,omitempty"`
	// How many days from now an exception may last at most; 180 where it is not said.
	MaxException int `json:"maxException,omitempty" jsonschema:"minimum=1"`
	// The images that remedies may propose in the place of the base image, by their references, such as registry.example/base/debian:12.14.
	// They are read from their registries where something of the base image blocks.
	Bases []string `json:"bases,omitempty" jsonschema:"maxItems=20"`
	// What is accepted in writing, each for a time.
	Exceptions []policy.Exception `json:"exceptions,omitempty"`
	// Values of inputs, for runs on a terminal that do not give them. They decide nothing, and what this file extends gives none.
	Defaults defaults `json:"defaults,omitempty"`
	// Another policy, which this one changes and adds to: a file, relative to this one, or oci:// and the reference of a published one with its digest.
	Extends string `json:"extends,omitempty" jsonschema:"pattern=^(\\.\\.?/|oci://)"`
	// The rules that a file which extends this one, and inputs, may tighten and not loosen.
	Lock []lock `json:"lock,omitempty"`
}

// lock is a rule that a file which extends this one, and inputs, may tighten and not loosen.
type lock policy.Rule

func (lock) words() []string {
	var words []string
	for _, r := range policy.Lockable() {
		words = append(words, string(r))
	}
	return words
}

// side holds the limits of one part of an image, or of the whole.
type side struct {
	Severity policy.Threshold `json:"severity,omitempty"` // of whatever no other limit is about
	policy.Limits
}

// failOn is what blocks by its severity.
type failOn struct {
	side
	Base side `json:"base,omitempty"` // of what is in layers of the base image
	Own  side `json:"own,omitempty"`  // of all else
}

func (failOn) shorthand() string { return "severity" } // fail-on: high
func (side) shorthand() string   { return "severity" } // base: high

// coverageDefault is what becomes of gaps that are not named.
const coverageDefault = "default"

// coverage is what becomes of coverage gaps.
type coverage map[string]action

func (coverage) shorthand() string { return coverageDefault } // coverage: warn
func (coverage) keys() []string {
	keys := []string{coverageDefault}
	for _, g := range finding.Gaps() {
		keys = append(keys, string(g))
	}
	return keys
}

// action is what becomes of findings.
type action policy.Action

func (action) words() []string { return []string{"block", "warn", "ignore"} }

// checks are the thresholds of failed checks.
type checks policy.Checks

func (checks) shorthand() string { return "severity" } // checks: high

// rules are what becomes of single checks and secrets.
type rules map[string]action

func (rules) pattern() (keys, hint string) {
	return policy.RulePattern, "name a rule such as LG-IMG-001, or several such as LG-IMG-*; an advisory is accepted by an exception"
}

// allowedBase is an image that may be the base.
type allowedBase struct {
	// The pattern for the image's reference.
	Image policy.ImagePattern `json:"image"`
	// What has to be attached to the image in its registry, about its digest and signed. One entry of those that are for an image is enough.
	Proven policy.Proof `json:"proven,omitempty"`
}

func (allowedBase) shorthand() string { return "image" } // - debian:12*

// label is a label that the image must have.
type label struct {
	Name  string `json:"name"`            // such as org.opencontainers.image.source
	Value string `json:"value,omitempty"` // a pattern in which * stands for any text; any text but none where it is not said
}

func (label) shorthand() string { return "name" } // - org.opencontainers.image.source

// isListed tells whether there is such a rule or, for the beginning of several, one that begins so: a rule that is misspelt would
// do nothing, and nobody would know.
func (rules) isListed(key string) (hint string, ok bool) {
	prefix, several := strings.CutSuffix(key, "*")
	var near []string
	for _, r := range catalogue.Rules() {
		if r.ID == key || several && strings.HasPrefix(r.ID, prefix) {
			return "", true
		}
		id := r.ID
		if several {
			id = id[:strings.LastIndexByte(id, '-')+1] + "*"
		}
		near = append(near, strings.ToLower(id))
	}
	hint = "the rules are listed in " + check.Page + "README.md"
	if nearest := fault.Nearest(key, near); nearest != "" {
		hint = "did you mean " + strings.ToUpper(nearest) + "? " + hint
	}
	return hint, false
}

// grace is for how many days a vulnerability passes, by severity.
type grace map[string]days

type days int

func (days) bounds() (least, most float64) { return 1, 3650 }
func (grace) keys() []string {
	var keys []string
	for _, s := range finding.Severities() {
		keys = append(keys, s.String())
	}
	return keys
}

// policy is what the document says.
func (d document) policy() policy.Policy {
	p := policy.Policy{
		FailOn: d.FailOn.Severity, Limits: d.FailOn.Limits,
		Base: d.FailOn.Base.policy(), Own: d.FailOn.Own.policy(),
		AlwaysBlock: d.AlwaysBlock, Coverage: policy.Action(d.Coverage[coverageDefault]), Shadowed: d.Shadowed,
		Checks: policy.Checks(d.Checks), Secrets: policy.Action(d.Secrets), Licenses: d.Licenses, GateOn: d.GateOn,
		VEX: d.VEX, Exceptions: d.Exceptions, MaxException: d.MaxException, Bases: slices.Compact(slices.Sorted(slices.Values(d.Bases))),
	}
	p.AllowedImages, p.MaxBaseAge, p.MaxImageAge = d.AllowedImages, d.MaxBaseAge, d.MaxImageAge
	p.Require, p.ImmutableTags = d.Require, d.ImmutableTags
	for _, b := range d.AllowedBases {
		p.AllowedBases = append(p.AllowedBases, policy.AllowedBase(b))
	}
	for _, l := range d.Labels {
		p.Labels = append(p.Labels, policy.Label(l))
	}
	for _, l := range d.Lock {
		if r := policy.Rule(l); !slices.Contains(p.Locks, r) {
			p.Locks = append(p.Locks, r)
		}
	}
	for gap := range maps.Keys(d.Coverage) {
		if gap == coverageDefault {
			continue
		}
		if p.Gaps == nil {
			p.Gaps = map[finding.Gap]policy.Action{}
		}
		p.Gaps[finding.Gap(gap)] = policy.Action(d.Coverage[gap])
	}
	for rule, a := range d.Rules {
		if p.Rules == nil {
			p.Rules = policy.Rules{}
		}
		p.Rules[rule] = policy.Action(a)
	}
	for _, s := range finding.Severities() {
		if n := d.Grace[s.String()]; n > 0 {
			if p.Grace == nil {
				p.Grace = policy.Grace{}
			}
			p.Grace[s] = int(n)
		}
	}
	return p
}

func (s side) policy() policy.Side { return policy.Side{FailOn: s.Severity, Limits: s.Limits} }
