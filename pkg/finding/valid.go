package finding

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Valid tells what is wrong with a finding that was read from somewhere: it has exactly the part that its kind names,
// and every value is one that this package defines.
func (f Finding) Valid() error {
	if n := count(f.Vulnerability != nil, f.Check != nil, f.Coverage != nil); n != 1 {
		return fmt.Errorf("it has %d of vulnerability, check and coverage, not exactly one", n)
	}
	switch {
	case f.ID == "":
		return errors.New("it has no id")
	case f.Title == "":
		return errors.New("it has no title")
	case f.Severity < SeverityUnknown || f.Severity > SeverityCritical:
		return fmt.Errorf("severity %d is unknown", f.Severity)
	case f.Layer != nil && f.Layer.Index < 0:
		return fmt.Errorf("layer %d is below the lowest", f.Layer.Index)
	case !slices.Contains([]State{Visible, Shadowed, ""}, f.State):
		return fmt.Errorf("unknown state %q", f.State)
	case f.Baseline != "" && !slices.Contains(BaselineStates(), f.Baseline):
		return fmt.Errorf("unknown state %q compared with the baseline", f.Baseline)
	}
	for _, l := range f.lines() {
		if err := l.valid(); err != nil {
			return err
		}
	}
	switch {
	case f.Kind == KindVulnerability && f.Vulnerability != nil:
		if f.State == "" {
			return errors.New("a vulnerability is either visible or shadowed")
		}
		return f.Vulnerability.valid()
	case (f.Kind == KindCheck || f.Kind == KindSecret) && f.Check != nil:
		if f.Check.Saw == "" || f.Check.Wants == "" {
			return errors.New("a check says what it saw and what it wants")
		}
		return nil
	case f.Kind == KindCoverage && f.Coverage != nil:
		return f.validCoverage()
	}
	return fmt.Errorf("kind %q does not name the part that it has", f.Kind)
}

func count(conditions ...bool) int {
	n := 0
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}

// lines lists every location of the finding.
func (f Finding) lines() []Location {
	var out []Location
	if f.Location != nil {
		out = append(out, *f.Location)
	}
	for _, r := range f.Related {
		out = append(out, r.Location)
	}
	return out
}

func (l Location) valid() error {
	if l.File == "" || l.Line < 1 || l.EndLine < l.Line {
		return fmt.Errorf("lines %d to %d of the file %q are not a valid location", l.Line, l.EndLine, l.File)
	}
	if l.Column < 0 {
		return fmt.Errorf("column %d of the file %q is before the first", l.Column, l.File)
	}
	return nil
}

func (v Vulnerability) valid() error {
	if !(v.CVSS >= 0 && v.CVSS <= 10) {
		return fmt.Errorf("CVSS score %v is not between 0 and 10", v.CVSS)
	}
	if v.Copy < 0 {
		return fmt.Errorf("copy %d is below the first", v.Copy)
	}
	if !slices.Contains([]FixState{FixUnknown, FixFixed, FixNone, FixWontFix}, v.Fix.State) {
		return fmt.Errorf("unknown fix state %q", v.Fix.State)
	}
	if v.Fix.State != FixFixed && len(v.Fix.Versions) > 0 {
		return fmt.Errorf("it names fixed versions and says that it is %s", v.Fix.State)
	}
	dates := []string{v.Published}
	for _, fixed := range v.Fix.Versions {
		dates = append(dates, fixed.Date)
	}
	for _, k := range v.KnownExploited {
		dates = append(dates, k.Added, k.Due)
	}
	if e := v.EPSS; e != nil {
		if !(e.Probability >= 0 && e.Probability <= 1 && e.Percentile >= 0 && e.Percentile <= 1) {
			return fmt.Errorf("EPSS %v at the percentile %v is not between 0 and 1", e.Probability, e.Percentile)
		}
		dates = append(dates, e.Date)
	}
	for _, d := range dates {
		if _, err := time.Parse(time.DateOnly, d); d != "" && err != nil {
			return fmt.Errorf("%q is not a date of the form YYYY-MM-DD", d)
		}
	}
	return nil
}

func (f Finding) validCoverage() error {
	c := f.Coverage
	switch {
	case !slices.Contains(Gaps(), c.Gap):
		return fmt.Errorf("unknown gap %q", c.Gap)
	case f.ID != string(c.Gap):
		return fmt.Errorf("id %q is not that of the gap %s", f.ID, c.Gap)
	case c.Gap != GapNoPackages && c.Subject(f.Path) == "":
		return fmt.Errorf("the gap %s does not say what it is about", c.Gap)
	case c.Count < 0:
		return fmt.Errorf("%d packages or files are not judged", c.Count)
	}
	return nil
}
