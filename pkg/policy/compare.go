package policy

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// RuleMaxException limits how long exceptions may last. It decides about no finding.
const RuleMaxException Rule = "max-exception"

// RuleImmutableTags keeps a push from moving tags. It decides about no finding.
const RuleImmutableTags Rule = "immutable-tags"

// RuleGateOn says whether what was there before a change can block it.
const RuleGateOn Rule = "gate-on"

// Difference is a rule of one policy that another has otherwise.
type Difference struct {
	Rule    Rule              `json:"rule,omitempty"`    // empty for the file as a whole
	Loosens bool              `json:"loosens,omitempty"` // something may pass, or passes more quietly, than before
	Message string            `json:"message"`           // continues "this change", without a full stop
	Where   *finding.Location `json:"where,omitempty"`   // the line of the other policy that says so, as far as it has one

	Instead []Rule `json:"-"` // those that would block what RuleRules loosens, if it said nothing
}

// Compare lists what the policy to says otherwise than from does, by rule, exceptions first. What both decide alike is
// no difference, however it is written. A rule that is looser for some findings and stricter for others is listed
// twice.
func Compare(from, to Policy) []Difference {
	c := &comparison{from: newJudge(from, Input{EndOfLife: []string{sampleEndOfLife}}), to: newJudge(to, Input{EndOfLife: []string{sampleEndOfLife}})}
	c.exceptions(from.Exceptions, to.Exceptions)
	c.thresholds()
	c.say(RuleSecrets, rank(from.Secrets, ActionBlock), rank(to.Secrets, ActionBlock), "%s secrets", "")
	c.rules(from.Rules, to.Rules)
	c.licenses(from.Licenses, to.Licenses)
	c.demands(from, to)
	c.alwaysBlock(from.AlwaysBlock, to.AlwaysBlock)
	c.coverage()
	c.say(RuleShadowed, rank(from.Shadowed, ActionReport), rank(to.Shadowed, ActionReport), "%s shadowed", "")
	c.grace(from.Grace, to.Grace)
	c.trust(from.VEX.Trust, to.VEX.Trust)
	c.say(RuleMaxException, cmp.Or(from.MaxException, DefaultMaxException), cmp.Or(to.MaxException, DefaultMaxException), "%s max-exception", "")
	c.say(RuleImmutableTags, strict(from.ImmutableTags), strict(to.ImmutableTags), "%s immutable-tags", "")
	c.say(RuleGateOn, looseness(from.GateOn), looseness(to.GateOn), "%s gate-on", "")
	c.list(RuleLock, "", texts(from.Locks), texts(to.Locks))
	return c.out
}

// looseness is higher where only what is new blocks.
func looseness(g GateOn) int {
	if g == GateOnNew {
		return 1
	}
	return 0
}

// rank says how loose an action is, the strictest first. One that is left open is the usual one.
func rank(a, usual Action) int {
	return slices.Index([]Action{ActionBlock, ActionWarn, ActionReport, ActionIgnore}, cmp.Or(a, usual))
}

// comparison compares two policies.
type comparison struct {
	from, to *judge
	out      []Difference
}

// say notes a rule with a value that is looser the higher it is. The format gets the word for it: loosens or tightens.
func (c *comparison) say(rule Rule, from, to int, format, of string) {
	if from == to {
		return
	}
	word := "tightens"
	if to > from {
		word = "loosens"
	}
	c.note(rule, to > from, of, format, word)
}

// note notes a difference; of is the part of the rule that makes it, and may be empty.
func (c *comparison) note(rule Rule, loosens bool, of, format string, args ...any) {
	where := c.to.policy.Line(strings.TrimSuffix(string(rule)+"."+of, "."))
	c.out = append(c.out, Difference{Rule: rule, Loosens: loosens, Message: fmt.Sprintf(format, args...), Where: where})
}

// flag notes a rule that blocks more when it is on.
func (c *comparison) flag(part string, from, to bool) {
	c.say(RuleAlways, strict(from), strict(to), "%s always-block: "+part, part)
}

func strict(on bool) int {
	if on {
		return 0
	}
	return 1
}

// sampleEndOfLife is the platform of samples whose distribution gets no more security updates.
const sampleEndOfLife = "ended"

// sample is a finding of a sort that limits tell apart, and the words for the sort.
type sample struct {
	finding.Finding
	sort string
}

// samples lists a finding of each sort and severity, on each side of an image.
func samples() []sample {
	sorts := []struct {
		name, platform string
		state          finding.FixState
	}{
		{"fixable", "", finding.FixFixed}, {"unfixable", "", finding.FixNone}, {"won't fix", "", finding.FixWontFix},
		{"end of life", sampleEndOfLife, finding.FixNone}, {"end of life and won't fix", sampleEndOfLife, finding.FixWontFix},
	}
	var out []sample
	for _, base := range []bool{true, false} {
		for _, severity := range finding.Severities() {
			f := finding.Finding{Severity: severity, State: finding.Visible, Layer: &finding.Layer{Base: base}}
			side := sideOf(&f)
			f.Kind = finding.KindCheck
			out = append(out, sample{f, side + ", checks"})
			f.Kind = finding.KindVulnerability
			for _, s := range sorts {
				f.Platform = s.platform
				f.Vulnerability = &finding.Vulnerability{Package: finding.Package{Type: "deb"}, Fix: finding.Fix{State: s.state}}
				out = append(out, sample{f, side + ", " + s.name})
			}
		}
	}
	return out
}

// thresholds tries all limits on samples: what counts is what they come to. Checks that no policy has thresholds of their
// own for belong to fail-on.
func (c *comparison) thresholds() {
	own := c.from.policy.Checks != (Checks{}) || c.to.policy.Checks != (Checks{})
	of := map[Rule][]sample{}
	for _, s := range samples() {
		rule := RuleFailOn
		if own && s.Kind == finding.KindCheck {
			rule = RuleChecks
		}
		of[rule] = append(of[rule], s)
	}
	c.try(RuleFailOn, of[RuleFailOn])
	c.try(RuleChecks, of[RuleChecks])
}

// try compares what limits make of samples.
func (c *comparison) try(rule Rule, samples []sample) {
	severities := map[bool][]string{}
	sorts := map[bool][]string{}
	var all []string
	for _, s := range samples {
		all = append(all, s.sort)
		was, is := c.from.bySeverity(&s.Finding).Effect, c.to.bySeverity(&s.Finding).Effect
		if was == is {
			continue
		}
		loosens := was == Blocks
		severities[loosens] = append(severities[loosens], s.Severity.String())
		sorts[loosens] = append(sorts[loosens], s.sort)
	}
	for _, loosens := range []bool{true, false} {
		if len(sorts[loosens]) == 0 {
			continue
		}
		word, effect := "tightens", "block"
		if loosens {
			word, effect = "loosens", "pass"
		}
		of := ""
		if some := unique(sorts[loosens]); len(some) < len(unique(all)) {
			of = " (" + strings.Join(some, "; ") + ")"
		}
		c.note(rule, loosens, "", "%s %s: more of the severities %s would %s%s", word, rule, strings.Join(unique(severities[loosens]), ", "), effect, of)
	}
}

// rules compares what single rules come to in the place of others: those of from and to under the policy from. It tries
// the identifiers that they name, of which each stands for all that no other one names more closely.
func (c *comparison) rules(from, to Rules) {
	was, is, without := *c.from, *c.from, *c.from // the limits are the same
	is.policy.Rules, without.policy.Rules = to, nil
	keys := slices.Concat(slices.Sorted(maps.Keys(from)), slices.Sorted(maps.Keys(to)), ownRules())
	differ := map[bool][]string{}
	var instead []Rule
	for _, key := range unique(keys) {
		for _, f := range ruleSamples(key) {
			before, after := slices.Index(Effects(), was.byRule(&f).Effect), slices.Index(Effects(), is.byRule(&f).Effect)
			if before != after {
				differ[after > before] = append(differ[after > before], key)
			}
			if d := without.byRule(&f); after > before && d.Effect == Blocks {
				instead = append(instead, d.Rule)
			}
		}
	}
	c.sayParts(RuleRules, unique(differ[true]), unique(differ[false]))
	for i, d := range c.out {
		if d.Rule == RuleRules && d.Loosens {
			c.out[i].Instead = unique(instead)
		}
	}
}

// ruleSamples lists what a rule may find: a secret, or a failed check of each severity, on each side of an image.
func ruleSamples(id string) []finding.Finding {
	prefix, several := strings.CutSuffix(id, "*")
	secrets := strings.HasPrefix(id, secretRules) || several && strings.HasPrefix(secretRules, prefix)
	var out []finding.Finding
	for _, base := range []bool{true, false} {
		f := finding.Finding{Kind: finding.KindSecret, ID: id, Layer: &finding.Layer{Base: base}}
		if secrets {
			out = append(out, f)
		}
		if strings.HasPrefix(id, secretRules) {
			continue
		}
		f.Kind = finding.KindCheck
		for _, f.Severity = range finding.Severities() {
			out = append(out, f)
		}
	}
	return out
}

// licenses compares what is denied on each side of an image.
func (c *comparison) licenses(from, to Licenses) {
	for _, base := range []bool{true, false} {
		side := sideOwn
		if base {
			side = sideBase
		}
		c.list(RuleLicenses, side, from.deny(base), to.deny(base))
		was, _ := from.OfUnknown(base)
		is, _ := to.OfUnknown(base)
		c.say(RuleLicenses, rank(was, ActionIgnore), rank(is, ActionIgnore), "%s licenses: unknown ones, "+side, side)
	}
}

// unique is a list without repetitions, in the order in which its members come first.
func unique[T comparable](list []T) []T {
	var out []T
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (c *comparison) alwaysBlock(from, to AlwaysBlock) {
	c.flag("known-exploited", from.KnownExploited, to.KnownExploited)
	// The lower the probability, the more blocks; none at all blocks nothing.
	lowest := func(p float64) float64 {
		if p == 0 {
			return 2
		}
		return p
	}
	c.say(RuleAlways, 0, cmp.Compare(lowest(to.EPSS), lowest(from.EPSS)), "%s always-block: epss", "epss")
	c.flag("malicious", from.Malicious != ActionPass, to.Malicious != ActionPass)
	c.list(RuleAlways, "ids", from.IDs, to.IDs)
	c.list(RuleAlways, "packages", from.Packages, to.Packages)
}

// list notes what a list has no longer, and what it has besides, of which more is stricter.
func (c *comparison) list(rule Rule, part string, from, to []string) {
	name := strings.TrimSuffix(string(rule)+": "+part, ": ")
	missing := func(of, in []string) []string {
		return slices.DeleteFunc(sorted(of), func(s string) bool { return slices.Contains(in, s) })
	}
	if gone := missing(from, to); len(gone) > 0 {
		c.note(rule, true, part, "loosens %s, which no longer lists %s", name, strings.Join(gone, ", "))
	}
	if added := missing(to, from); len(added) > 0 {
		c.note(rule, false, part, "tightens %s, which lists %s", name, strings.Join(added, ", "))
	}
}

func (c *comparison) coverage() {
	effect := func(j *judge) func(finding.Gap) int {
		return func(g finding.Gap) int {
			return slices.Index(Effects(), j.byCoverage(&finding.Finding{Kind: finding.KindCoverage, ID: string(g)}).Effect)
		}
	}
	sayOfEach(c, RuleCoverage, finding.Gaps(), effect(c.from), effect(c.to))
}

func (c *comparison) grace(from, to Grace) {
	days := func(g Grace) func(finding.Severity) int {
		return func(s finding.Severity) int { return max(g[s], 0) }
	}
	sayOfEach(c, RuleGrace, finding.Severities(), days(from), days(to))
}

// sayOfEach notes a rule with a value for each of several parts, which is looser the higher it is.
func sayOfEach[T any](c *comparison, rule Rule, parts []T, from, to func(T) int) {
	differ := map[bool][]string{}
	for _, part := range parts {
		if was, is := from(part), to(part); was != is {
			differ[is > was] = append(differ[is > was], fmt.Sprint(part))
		}
	}
	c.sayParts(rule, differ[true], differ[false])
}

// sayParts notes the parts of a rule that are looser, and those that are stricter.
func (c *comparison) sayParts(rule Rule, looser, stricter []string) {
	if len(looser) > 0 {
		c.note(rule, true, "", "loosens %s: %s", rule, strings.Join(looser, ", "))
	}
	if len(stricter) > 0 {
		c.note(rule, false, "", "tightens %s: %s", rule, strings.Join(stricter, ", "))
	}
}

// exceptions notes those that only one of the policies has. One that says anything else than before is a new one.
func (c *comparison) exceptions(from, to []Exception) {
	was, is := byContent(from), byContent(to)
	for _, e := range to {
		if key := content(e); was[key] == 0 {
			c.note(RuleExceptions, true, "", "adds an exception for %s, accepted by %s %s", e.ID, e.Owner, e.End())
			c.out[len(c.out)-1].Where = e.Where
		}
	}
	for _, e := range from {
		if is[content(e)] == 0 {
			c.note(RuleExceptions, false, "", "removes an exception for %s", e.ID)
		}
	}
}

// content is all that an exception says, wherever it stands.
func content(e Exception) string {
	e.Where, e.Paths = nil, sorted(e.Paths)
	return string(encode(e))
}

// trust compares whose VEX statements count.
func (c *comparison) trust(from, to []Trusted) {
	missing := func(of, in []Trusted) []Trusted {
		return slices.DeleteFunc(slices.Clone(of), func(t Trusted) bool {
			return slices.ContainsFunc(in, func(other Trusted) bool { return bytes.Equal(encode(t), encode(other)) })
		})
	}
	for _, t := range missing(to, from) {
		c.note(RuleVEX, true, "", "loosens vex, which trusts %s", t.Author)
	}
	for _, t := range missing(from, to) {
		c.note(RuleVEX, false, "", "tightens vex, which no longer trusts %s", t.Author)
	}
}

func byContent(list []Exception) map[string]int {
	out := map[string]int{}
	for _, e := range list {
		out[content(e)]++
	}
	return out
}
