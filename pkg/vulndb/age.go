package vulndb

import (
	"fmt"
	"time"

	"github.com/layergate/layergate/pkg/fault"
)

// clockSkew is how far in the future a build date may lie before it is taken for a mistake.
const clockSkew = 24 * time.Hour

// StaleError says that a database is older than the limit allows.
type StaleError struct {
	Built time.Time
	Age   time.Duration
	Max   time.Duration
}

// Error names the age, the build date and the limit.
func (e *StaleError) Error() string {
	return fmt.Sprintf("the advisory database is %s old (built %s), the limit is %s",
		ageString(e.Age), e.Built.UTC().Format(time.RFC3339), ageString(e.Max))
}

// TooOld tells whether an age is past a limit; 0 is no limit.
func TooOld(age, limit time.Duration) bool { return limit > 0 && age > limit }

// inFuture tells whether a build date is a mistake, or another clock is.
func inFuture(built, now time.Time) bool { return built.Sub(now) > clockSkew }

// hintFuture is what to do about a build date in the future.
func hintFuture() fault.Hint {
	return fault.Hintf("check this machine's clock; where it is right, name another source with %s", fault.Input("db"))
}

// checkAge enforces cfg.MaxAge.
func (s *candidate) checkAge(cfg Config) error {
	age := cfg.now().Sub(s.built)
	if inFuture(s.built, cfg.now()) {
		return fault.WithHint(fmt.Errorf("the advisory database %s was built in the future, at %s", s.from, s.built.UTC().Format(time.RFC3339)), hintFuture())
	}
	if TooOld(age, cfg.MaxAge) {
		hint := fault.Hintf("fetch a newer one with \"layergate db update\", or raise the limit with %s", fault.Input("db-max-age"))
		switch {
		case cfg.Pin != nil:
			hint = cfg.Pin.hint()
		case cfg.AutoUpdate && !s.given: // there was none to fetch
			hint = fault.Hintf("no source gave a newer one: name another with %s, or raise the limit with %s", fault.Input("db"), fault.Input("db-max-age"))
		}
		return fault.WithHint(&StaleError{Built: s.built, Age: age, Max: cfg.MaxAge}, hint)
	}
	return nil
}

// ageString writes a duration in days where it is long enough for them: "3 days 4h0m0s".
func ageString(d time.Duration) string {
	const day = 24 * time.Hour
	if d.Abs() >= time.Second {
		d = d.Round(time.Second)
	}
	days, rest := d/day, d%day
	switch {
	case days == 0:
		return rest.String()
	case days == 1 && rest == 0:
		return "1 day"
	case rest == 0:
		return fmt.Sprintf("%d days", days)
	case days == 1:
		return "1 day " + rest.String()
	default:
		return fmt.Sprintf("%d days %s", days, rest)
	}
}
