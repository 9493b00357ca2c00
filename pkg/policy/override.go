package policy

// WithFailOn is the policy with t in place of all the thresholds of fail-on. What becomes of unknown severities stays as it
// is, and so do the thresholds that checks have of their own.
func (p Policy) WithFailOn(t Threshold) Policy {
	p.FailOn, p.Limits, p.Base, p.Own = t, p.Limits.untold(), Side{Limits: p.Base.Limits.untold()}, Side{Limits: p.Own.Limits.untold()}
	return p.overridden("fail-on: " + string(t))
}

func (l Limits) untold() Limits { return Limits{Unknown: l.Unknown} }

// WithCoverage is the policy with a in place of all that it says of coverage gaps.
func (p Policy) WithCoverage(a Action) Policy {
	p.Coverage, p.Gaps = a, nil
	return p.overridden("coverage: " + string(a))
}

// WithOnlyFixed is the policy that lets all vulnerabilities pass that no released version repairs.
func (p Policy) WithOnlyFixed() Policy {
	for _, l := range []*Limits{&p.Limits, &p.Base.Limits, &p.Own.Limits} {
		l.Unfixable, l.WontFix, l.EndOfLife = Never, "", ""
	}
	return p.overridden("only-fixed: true")
}

// WithGateOn is the policy with g in place of what it says.
func (p Policy) WithGateOn(g GateOn) Policy {
	p.GateOn = g
	return p.overridden("gate-on: " + string(g))
}

// WithImmutableTags is the policy that lets no push move a tag.
func (p Policy) WithImmutableTags() Policy {
	p.ImmutableTags = true
	return p.overridden("immutable-tags: true")
}

// overridden names an input that replaces a part of a file. Without a file it replaces nothing.
func (p Policy) overridden(by string) Policy {
	if p.File != "" {
		p.Overrides = append(p.Overrides[:len(p.Overrides):len(p.Overrides)], by)
	}
	return p
}
