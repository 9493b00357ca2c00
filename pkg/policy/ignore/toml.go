package ignore

import (
	"cmp"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/layergate/layergate/pkg/policy"
)

// osvScanner reads the ignored vulnerabilities of osv-scanner. It passes over packages as a whole, too, for which there is no
// exception.
func osvScanner(raw []byte, l *List) error {
	var file struct {
		IgnoredVulns []struct {
			ID          string    `toml:"id"`
			IgnoreUntil time.Time `toml:"ignoreUntil"`
			Reason      string    `toml:"reason"`
		}
		PackageOverrides []struct {
			Name          string `toml:"name"`
			Ignore        bool   `toml:"ignore"`
			Vulnerability struct {
				Ignore bool `toml:"ignore"`
			} `toml:"vulnerability"`
		}
	}
	if err := toml.Unmarshal(raw, &file); err != nil {
		return err
	}
	for _, i := range file.IgnoredVulns {
		e := policy.Exception{ID: i.ID, Reason: i.Reason}
		if !i.IgnoreUntil.IsZero() {
			e.Expires = dayBefore(inUTC(i.IgnoreUntil))
		}
		l.add(e)
	}
	for _, o := range file.PackageOverrides {
		name := cmp.Or(o.Name, "whatever the override's other fields choose")
		if o.Ignore || o.Vulnerability.Ignore {
			l.leaveOut("all vulnerabilities of %s: an exception is for one of them", name)
		}
	}
	return nil
}

// inUTC takes a time without a zone for one in UTC, wherever the program runs. The library takes it for one in the program's own.
func inUTC(t time.Time) time.Time {
	if t.Location() != time.Local {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}
