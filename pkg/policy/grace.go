package policy

import (
	"fmt"
	"time"

	"github.com/layergate/layergate/pkg/finding"
)

// Grace says for how many days a vulnerability of a severity passes: since the first version that repairs it could be had, else
// since its advisory appeared. One of which neither day is known, or whose day is still to come, has none.
type Grace map[finding.Severity]int

// day reads a day of the form YYYY-MM-DD.
func day(s string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, s)
	return t, err == nil
}

// daysFrom counts the days from one day to another.
func daysFrom(from, to time.Time) int { return int(to.Sub(from).Hours() / 24) }

// grace says how many days a vulnerability still passes, and why. None are left where it never had any.
func (j *judge) grace(f *finding.Finding) (daysLeft int, reason string) {
	granted := j.policy.Grace[f.Severity]
	if granted <= 0 || f.Vulnerability == nil {
		return 0, "there is no grace for it"
	}
	since, what, ok := graceStart(f.Vulnerability)
	if !ok {
		return 0, "nobody knows since when it can be repaired or is known"
	}
	if since.After(j.today) {
		return 0, fmt.Sprintf("%s is of the future, %s, and gives no grace", what, since.Format(time.DateOnly))
	}
	left := granted - daysFrom(since, j.today)
	if left <= 0 {
		return 0, fmt.Sprintf("the %d days of grace since %s on %s are over", granted, what, since.Format(time.DateOnly))
	}
	return left, fmt.Sprintf("%d of %d days of grace are left since %s on %s", left, granted, what, since.Format(time.DateOnly))
}

// graceStart is the day from which grace counts, and what happened then.
func graceStart(v *finding.Vulnerability) (since time.Time, what string, ok bool) {
	for _, fixed := range v.Fix.Versions {
		if t, known := day(fixed.Date); known && (!ok || t.Before(since)) {
			since, what, ok = t, "its fix", true
		}
	}
	if ok {
		return since, what, true
	}
	since, ok = day(v.Published)
	return since, "its advisory", ok
}
