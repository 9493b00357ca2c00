package ignore

import (
	"cmp"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

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

// inUTC takes a time without a zone for one in UTC, wherever the program runs. The library gives those a zone of its own.
func inUTC(t time.Time) time.Time {
	if !strings.HasSuffix(t.Location().String(), "-local") {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}
