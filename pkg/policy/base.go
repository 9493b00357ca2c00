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

// AllowsBase tells whether the policy allows an image as a base: by its reference, and by the digests of what that leads to,
// as far as they are known. An image without a file is allowed as well, and every one where the policy names none.
func (p Policy) AllowsBase(name string, digests ...string) bool {
	return len(p.AllowedBases) == 0 || strings.EqualFold(name, "scratch") ||
		slices.ContainsFunc(p.AllowedBases, func(b ImagePattern) bool { return b.matches(name, digests) })
}

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
	case finding.RuleBaseNotAllowed, finding.RuleBaseNotConfirmed:
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
	c.permits(RuleAllowedBases, texts(from.AllowedBases), texts(to.AllowedBases))
	c.permits(RuleAllowedImages, texts(from.AllowedImages), texts(to.AllowedImages))
	// No limit at all is the loosest one.
	const unlimited = 1 << 30
	c.say(RuleMaxBaseAge, cmp.Or(from.MaxBaseAge, unlimited), cmp.Or(to.MaxBaseAge, unlimited), "%s max-base-age", "")
	c.say(RuleMaxImageAge, cmp.Or(from.MaxImageAge, unlimited), cmp.Or(to.MaxImageAge, unlimited), "%s max-image-age", "")
	c.list(RuleLabels, "", labelWords(from.Labels), labelWords(to.Labels))
}

// permits notes what a list of what is permitted has besides, which is looser, and what it has no longer. An empty one permits
// everything.
func (c *comparison) permits(rule Rule, from, to []string) {
	switch {
	case len(from) == 0 && len(to) > 0:
		c.note(rule, false, "", "tightens %s, which names some", rule)
		return
	case len(from) > 0 && len(to) == 0:
		c.note(rule, true, "", "loosens %s, which names none any more", rule)
		return
	}
	missing := func(of, in []string) []string {
		return slices.DeleteFunc(sorted(of), func(s string) bool { return slices.Contains(in, s) })
	}
	if added := missing(to, from); len(added) > 0 {
		c.note(rule, true, "", "loosens %s, which also lists %s", rule, strings.Join(added, ", "))
	}
	if gone := missing(from, to); len(gone) > 0 {
		c.note(rule, false, "", "tightens %s, which no longer lists %s", rule, strings.Join(gone, ", "))
	}
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
