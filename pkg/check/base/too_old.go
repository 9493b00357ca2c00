package base

import (
	"fmt"
	"time"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// baseTooOld is the rule that the base is not older than the policy says.
func baseTooOld() rule {
	return rule{check.Rule{
		ID: finding.RuleBaseTooOld, Name: "base-too-old", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:  "the base image is older than the policy allows",
		Why:    "A base image that nobody builds again collects vulnerabilities, those that no advisory names as well.",
		Remedy: "Build on a newer release of the base image.",
		References: []check.Reference{
			{Name: "CIS Docker 4.4"},
		},
	}, func(s *Subject) []seen {
		if s.Policy.MaxBaseAge == 0 || s.onScratch() || !s.known(s.baseCreated()) {
			return nil
		}
		return s.older(s.baseCreated(), s.Policy.MaxBaseAge, "base", "the base image", s.from(), true)
	}}
}

// imageTooOld is the rule that the image is not older than the policy says.
func imageTooOld() rule {
	return rule{check.Rule{
		ID: finding.RuleImageTooOld, Name: "image-too-old", Kind: finding.KindCheck, Severity: finding.SeverityMedium,
		Title:  "the image is older than the policy allows",
		Why:    "What was installed when it was built has not been replaced since.",
		Remedy: "Build the image again.",
		References: []check.Reference{
			{Name: "CIS Docker 4.4"},
		},
	}, func(s *Subject) []seen {
		if s.Policy.MaxImageAge == 0 || !s.known(s.Created) {
			return nil
		}
		return s.older(s.Created, s.Policy.MaxImageAge, "created", "the image", nil, false)
	}}
}

// ageUnknown says that an age the policy limits is not known.
func ageUnknown() rule {
	return rule{check.Rule{
		ID: "LG-BASE-008", Name: "age-unknown", Kind: finding.KindCheck, Severity: finding.SeverityLow, Information: true,
		Title:  "an age that the policy limits is not known",
		Why:    "Builds that give the same bytes every time write a fixed time into the image, such as 1970: it does not say how old the content is.",
		Remedy: "Build with SOURCE_DATE_EPOCH set to the time of the commit, or let the policy name this rule if such images may not pass.",
		References: []check.Reference{
			{Name: "SOURCE_DATE_EPOCH", URL: "https://reproducible-builds.org/docs/source-date-epoch/"},
		},
	}, func(s *Subject) []seen {
		var out []seen
		if s.Policy.MaxBaseAge > 0 && !s.onScratch() && !s.known(s.baseCreated()) {
			out = append(out, seen{field: "base", saw: "nothing says when the base image was built", at: s.from(), ofBase: true})
		}
		if s.Policy.MaxImageAge > 0 && !s.known(s.Created) {
			out = append(out, seen{field: "created", saw: "nothing says when the image was built"})
		}
		return out
	}}
}

// baseCreated is when the base image was built: by its own configuration in the registry, else by the image's history.
func (s *Subject) baseCreated() time.Time {
	if s.Confirmed != nil && s.known(s.Confirmed.Created) {
		return s.Confirmed.Created
	}
	return s.BaseCreated
}

// known tells whether a time says when something was built. Reproducible builds write the beginning of time, or of that of
// ZIP archives, and a time that is still to come says nothing either.
func (s *Subject) known(t time.Time) bool {
	return t.After(time.Date(1980, time.January, 2, 0, 0, 0, 0, time.UTC)) && t.Before(s.Now.Add(24*time.Hour))
}

// older is a finding where something was built more days ago than it may.
func (s *Subject) older(built time.Time, most int, field, what string, at *finding.Location, ofBase bool) []seen {
	days := int(s.Now.Sub(built) / (24 * time.Hour))
	if days <= most {
		return nil
	}
	saw := fmt.Sprintf("%s was built on %s, %d days ago, and at most %d are allowed", what, built.UTC().Format(time.DateOnly), days, most)
	return []seen{{field: field, saw: saw, at: at, ofBase: ofBase}}
}
