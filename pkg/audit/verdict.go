package audit

import (
	"context"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imageref"
)

// Verdict is what the signed verdicts say that gates attached to an image.
type Verdict struct {
	State VerdictState `json:"state"`
	At    string       `json:"at,omitempty"`  // RFC 3339, UTC: when the image was cleared, where a verdict that counts says so
	Why   string       `json:"why,omitempty"` // it does not clear the image, or that is not known
}

// VerdictState says whether a verdict clears an image.
type VerdictState string

// The states.
const (
	VerdictClears  VerdictState = "clears"
	VerdictTooOld  VerdictState = "too old"
	VerdictNone    VerdictState = "none"    // that was signed with one of the keys, by the verifier and about this image
	VerdictUnknown VerdictState = "unknown" // the registry does not say
)

// verdictOf is the worst of what the verdicts say in the repositories that have an image: one clears it in its own alone.
func verdictOf(ctx context.Context, cfg Config, img Image) Verdict {
	worst := Verdict{State: VerdictClears}
	repositories := img.repositories()
	for i, repository := range repositories {
		v := cfg.Verdict(ctx, repository+"@"+img.Digest)
		if len(repositories) > 1 && v.Why != "" {
			v.Why = repository + ": " + v.Why
		}
		if i == 0 || v.State.rank() > worst.State.rank() {
			worst = v
		}
	}
	return worst
}

// require blocks an image that no verdict clears. Where the registry does not say whether one does, the image is undecided.
func (e *Entry) require(v Verdict) {
	switch v.State {
	case VerdictClears:
	case VerdictUnknown:
		e.Outcome, e.Problem = Undecided, "whether a verdict clears it is not known: "+v.Why
	default:
		e.Outcome = Blocked
		e.Counts.Add(finding.SeverityHigh)
		e.Blocking = append(e.Blocking, Blocker{ID: finding.RuleNotCleared, Kind: finding.KindCheck, Severity: finding.SeverityHigh, Subject: "no signed verdict clears it: " + v.Why})
	}
}

// rank is the higher the less is known in an image's favour.
func (s VerdictState) rank() int {
	return slices.Index([]VerdictState{VerdictClears, VerdictTooOld, VerdictNone, VerdictUnknown}, s)
}

// repositories are those that have the image under one of its names.
func (i Image) repositories() []string {
	out := []string{i.Repository}
	for _, name := range i.Names {
		if r := imageref.Split(name).Repository; !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// fact says it in one line.
func (v Verdict) fact() string {
	fact := "verdict: " + string(v.State)
	if v.At != "" {
		fact += ", of " + v.At
	}
	if v.Why != "" {
		fact += ": " + v.Why
	}
	return fact
}

// is tells whether the verdicts about an image were looked for, and are in one of these states.
func (v *Verdict) is(states ...VerdictState) bool {
	for _, s := range states {
		if v != nil && v.State == s {
			return true
		}
	}
	return false
}
