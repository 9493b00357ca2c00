package policy

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imageref"
)

// The rules about bases, ages and labels, which decide what a policy asks for in its own words, whatever the severity.
const (
	// RuleAllowedBases asks for base images that the policy names.
	RuleAllowedBases Rule = "allowed-bases"
	// RuleMaxBaseAge limits how old the base image may be.
	RuleMaxBaseAge Rule = "max-base-age"
	// RuleMaxImageAge limits how old the image may be.
	RuleMaxImageAge Rule = "max-image-age"
	// RuleLabels asks for labels of the image.
	RuleLabels Rule = "labels"
)

// BasePattern is a pattern for references of base images: REPOSITORY[:TAG][@DIGEST]. In the repository * stands for any part
// between slashes, and /** at its end for all below; in the tag * stands for any text. A pattern without a tag is for all of
// them. Names of Docker Hub may leave out docker.io/ and library/, as in a Dockerfile.
type BasePattern string

// Valid says what is wrong with the pattern.
func (p BasePattern) Valid() error {
	r := imageref.Split(string(p))
	repository := r.FullRepository()
	switch {
	case strings.ContainsAny(string(p), " \t\n") || repository == "":
		return errors.New("it is no reference of an image")
	case strings.Contains(string(p), "://"):
		return errors.New("a reference has no scheme")
	case r.Digest != "" && !strings.HasPrefix(r.Digest, "sha256:"):
		return errors.New("a digest begins with sha256 and a colon")
	case strings.Contains(strings.TrimSuffix(repository, "/**"), "**"):
		return errors.New("** stands at the end of a repository, behind a slash")
	}
	for _, part := range []string{repository, r.Tag} {
		if _, err := path.Match(part, ""); err != nil {
			return errors.New("it is no pattern")
		}
	}
	return nil
}

// matches tells whether a reference is one that the pattern is for. digests are those of what it leads to.
func (p BasePattern) matches(name string, digests []string) bool {
	want, got := imageref.Split(string(p)), imageref.Split(name)
	wanted, repository := want.FullRepository(), got.FullRepository()
	if below, ok := strings.CutSuffix(wanted, "/**"); ok {
		parts := strings.Split(repository, "/")
		n := strings.Count(below, "/") + 1
		if n >= len(parts) || !glob(below, strings.Join(parts[:n], "/")) {
			return false
		}
	} else if !glob(wanted, repository) {
		return false
	}
	if got.Tag == "" && got.Digest == "" {
		got.Tag = "latest"
	}
	return (want.Tag == "" || glob(want.Tag, got.Tag)) && (want.Digest == "" || want.Digest == got.Digest || slices.Contains(digests, want.Digest))
}

func glob(pattern, text string) bool {
	ok, err := path.Match(pattern, text)
	return ok && err == nil
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
	case finding.RuleBaseNotAllowed, finding.RuleBaseNotConfirmed, finding.RuleBaseNotProven:
		return RuleAllowedBases, len(p.AllowedBases) > 0
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

// demands compares what the policies ask of bases, ages and labels.
func (c *comparison) demands(from, to Policy) {
	c.allowedBases(from.AllowedBases, to.AllowedBases)
	// No limit at all is the loosest one.
	const unlimited = 1 << 30
	c.say(RuleMaxBaseAge, cmp.Or(from.MaxBaseAge, unlimited), cmp.Or(to.MaxBaseAge, unlimited), "%s max-base-age", "")
	c.say(RuleMaxImageAge, cmp.Or(from.MaxImageAge, unlimited), cmp.Or(to.MaxImageAge, unlimited), "%s max-image-age", "")
	c.list(RuleLabels, "", labelWords(from.Labels), labelWords(to.Labels))
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
