// Package policy decides. Judge is pure: the same policy, subject and findings give the same verdict, and only a clean
// verdict comes with a Clearance, without which nothing can be pushed.
//
// It must not import anything that reads images, databases or the environment.
package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// Threshold is the lowest severity that blocks.
type Threshold string

// The thresholds that are not a severity's name.
const (
	// Any lets every finding block, those of unknown severity included. It is the default.
	Any Threshold = "any"
	// Never lets nothing block.
	Never Threshold = "never"
)

// Thresholds lists the valid thresholds, the strictest first.
func Thresholds() []Threshold {
	return []Threshold{Any, "negligible", "low", "medium", "high", "critical", Never}
}

// ParseThreshold reads a threshold; the empty string is Any.
func ParseThreshold(s string) (Threshold, error) {
	if s == "" {
		return Any, nil
	}
	t := Threshold(strings.ToLower(s))
	if !slices.Contains(Thresholds(), t) {
		return "", fmt.Errorf("unknown severity %q: use one of %s", s, joinThresholds())
	}
	return t, nil
}

func joinThresholds() string {
	names := make([]string, 0, len(Thresholds()))
	for _, t := range Thresholds() {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}

// Blocks tells whether a finding of severity s reaches the threshold. A finding of unknown severity reaches only Any.
func (t Threshold) Blocks(s finding.Severity) bool {
	switch t {
	case Any, "":
		return true
	case Never:
		return false
	}
	limit, err := finding.ParseSeverity(string(t))
	return err != nil || s >= limit
}

// Policy is what a project decided to accept. Its zero value is the strictest.
type Policy struct {
	FailOn Threshold `json:"failOn"`
}

// Outcome is the word for a verdict.
type Outcome string

const (
	// Clean means that nothing blocks.
	Clean Outcome = "clean"
	// Blocked means that at least one finding blocks.
	Blocked Outcome = "blocked"
)

// Verdict is what Judge decided.
type Verdict struct {
	Outcome Outcome `json:"outcome"`
	// Blocking holds, in the order of the judged findings, each finding that blocks and why.
	Blocking []Block `json:"blocking"`
}

// Block is one finding that blocks.
type Block struct {
	Finding int    `json:"finding"` // index into the findings that were judged
	Reason  string `json:"reason"`  // one sentence without a full stop
}

// Subject is what a verdict is about: the digests whose content was scanned, whole.
type Subject struct {
	Digests []string // of manifests and indexes, such as sha256:…
}

// Judge decides whether an image with these findings may be promoted. The clearance is nil unless the verdict is clean
// and the subject names at least one digest.
//
// A shadowed package does not block: it cannot run. It is still reported.
func Judge(p Policy, subject Subject, findings []finding.Finding) (Verdict, *Clearance) {
	v := Verdict{Outcome: Clean, Blocking: []Block{}}
	for i, f := range findings {
		if f.State == finding.Shadowed || !p.FailOn.Blocks(f.Severity) {
			continue
		}
		v.Blocking = append(v.Blocking, Block{Finding: i, Reason: reason(p.FailOn, f)})
	}
	if len(v.Blocking) > 0 {
		v.Outcome = Blocked
		return v, nil
	}
	if len(subject.Digests) == 0 {
		return v, nil
	}
	return v, &Clearance{digests: slices.Clone(subject.Digests)}
}

func reason(t Threshold, f finding.Finding) string {
	if t == Any || t == "" {
		return fmt.Sprintf("severity %s; any vulnerability blocks", f.Severity)
	}
	return fmt.Sprintf("severity %s is at or above %s", f.Severity, t)
}
