package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// The rules about images, ages and labels, which decide what a policy asks for in its own words, whatever the severity.
const (
	// RuleAllowedBases asks for base images that the policy names.
	RuleAllowedBases Rule = "allowed-bases"
	// RuleAllowedImages asks of manifests that they deploy images that the policy names.
	RuleAllowedImages Rule = "allowed-images"
	// RuleMaxBaseAge limits how old the base image may be.
	RuleMaxBaseAge Rule = "max-base-age"
	// RuleMaxImageAge limits how old the image may be.
	RuleMaxImageAge Rule = "max-image-age"
	// RuleLabels asks for labels of the image.
	RuleLabels Rule = "labels"
)

// Label is a label that the policy asks for (OCI image specification, "Annotations").
type Label struct {
	Name  string `json:"name"`            // such as org.opencontainers.image.source
	Value string `json:"value,omitempty"` // a pattern, in which * stands for any text; any text but none where it is empty
}

// Matches tells whether a value is one that the policy asks for.
func (l Label) Matches(value string) bool {
	if l.Value == "" {
		return strings.TrimSpace(value) != ""
	}
	return wildcard(l.Value, value)
}

// wildcard tells whether a text is what a pattern with * stands for.
func wildcard(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, parts[len(parts)-1])
}

// asked is the rule by which a policy asks for what a check is about, and whether this policy does.
func (p Policy) asked(id string) (rule Rule, does bool) {
	switch id {
	case finding.RuleBaseNotAllowed, finding.RuleBaseNotConfirmed, finding.RuleBaseNotProven:
		return RuleAllowedBases, len(p.AllowedBases) > 0
	case finding.RuleImageNotAllowed:
		return RuleAllowedImages, len(p.AllowedImages) > 0
	case finding.RuleBaseTooOld:
		return RuleMaxBaseAge, p.MaxBaseAge > 0
	case finding.RuleImageTooOld:
		return RuleMaxImageAge, p.MaxImageAge > 0
	case finding.RuleLabelMissing:
		return RuleLabels, len(p.Labels) > 0
	}
	return "", false
}

// byDemand decides about what the policy asks for in its own words.
func (j *judge) byDemand(rule Rule, asks bool) Decision {
	if !asks {
		return Decision{Effect: Tolerated, Rule: rule, Reason: "the policy does not ask for that", Where: j.policy.Line(string(rule))}
	}
	return j.take(ActionBlock, rule, "", "what the policy asks for")
}

// demands compares what the policies ask of images, ages and labels.
func (c *comparison) demands(from, to Policy) {
	c.permits(RuleAllowedBases, len(from.AllowedBases), len(to.AllowedBases), notCovered(to.AllowedBases, from.AllowedBases), notCovered(from.AllowedBases, to.AllowedBases))
	c.permits(RuleAllowedImages, len(from.AllowedImages), len(to.AllowedImages), missing(to.AllowedImages, from.AllowedImages), missing(from.AllowedImages, to.AllowedImages))
	// No limit at all is the loosest one.
	const unlimited = 1 << 30
	c.say(RuleMaxBaseAge, cmp.Or(from.MaxBaseAge, unlimited), cmp.Or(to.MaxBaseAge, unlimited), "%s max-base-age", "")
	c.say(RuleMaxImageAge, cmp.Or(from.MaxImageAge, unlimited), cmp.Or(to.MaxImageAge, unlimited), "%s max-image-age", "")
	c.list(RuleLabels, "", labelWords(from.Labels), labelWords(to.Labels))
	c.list(RuleRequire, "", texts(from.Require), texts(to.Require))
	c.attesters(from.Attesters, to.Attesters)
}

// permits notes what a list of what is permitted has besides, which is looser, and what it has no longer. An empty one permits
// everything. from and to are how many entries it has.
func (c *comparison) permits(rule Rule, from, to int, added, gone string) {
	switch {
	case from == 0 && to > 0:
		c.note(rule, false, "", "tightens %s, which names some", rule)
		return
	case from > 0 && to == 0:
		c.note(rule, true, "", "loosens %s, which names none any more", rule)
		return
	}
	if added != "" {
		c.note(rule, true, "", "loosens %s, which also lists %s", rule, added)
	}
	if gone != "" {
		c.note(rule, false, "", "tightens %s, which no longer lists %s", rule, gone)
	}
}

// missing names the patterns that are for images which none of some others is for; empty for none.
func missing(list, in []ImagePattern) string {
	return strings.Join(texts(slices.DeleteFunc(sorted(list), func(p ImagePattern) bool {
		return slices.ContainsFunc(in, func(o ImagePattern) bool { return o.covers(p) })
	})), ", ")
}

func texts[T ~string](list []T) []string {
	var out []string
	for _, s := range list {
		out = append(out, string(s))
	}
	return out
}

func labelWords(labels []Label) []string {
	var out []string
	for _, l := range labels {
		word := l.Name
		if l.Value != "" {
			word = fmt.Sprintf("%s=%s", l.Name, l.Value)
		}
		out = append(out, word)
	}
	return out
}
