package osv

import (
	"strings"
	"time"

	"github.com/anchore/grype/grype/db/data"
	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/db/v6/build/transformers"

	"github.com/layergate/layergate/pkg/vulndb/exploit"
	"github.com/layergate/layergate/pkg/vulndb/lifecycle"
)

// lifecycleProvider is grype's name for where the ends of life come from.
const lifecycleProvider = "eol"

// productNames are what endoflife.date calls the distributions of which advisories can name a release, by the database's name.
func productNames() map[string]string {
	return map[string]string{
		"alpine": "alpine-linux", "debian": "debian", "opensuseleap": "opensuse", "redhat": "rhel", rockyLinux: "rocky-linux", "sles": "sles", "ubuntu": "ubuntu",
	}
}

// endsOfLife turns the ends of life that cfg names into rows, for the releases that the advisories name: others are not in the database.
func endsOfLife(cfg Config, advisories *Advisories, built time.Time, result *Result) ([]data.Entry, error) {
	if cfg.EndsOfLife == "" {
		return nil, nil
	}
	content, err := exploit.ReadFile(cfg.EndsOfLife)
	if err != nil {
		return nil, err
	}
	known, err := lifecycle.Parse(cfg.EndsOfLife, content)
	if err != nil {
		return nil, err
	}
	models := []any{newProvider(lifecycleProvider, "1", built, content)}
	for _, r := range advisories.releases() {
		for _, end := range known {
			if end.Product == productNames()[r.Name] && end.Release == strings.TrimSuffix(r.MajorVersion+"."+r.MinorVersion, ".") {
				models = append(models, v6.OperatingSystemEOLHandle{
					Name: r.Name, MajorVersion: r.MajorVersion, MinorVersion: r.MinorVersion, EOLDate: end.EndOfLife, EOASDate: end.EndOfSupport,
				})
				result.EndsOfLife++
			}
		}
	}
	return transformers.NewEntries(models...), nil
}

// releases are those that the advisories name by a version, each once.
func (a *Advisories) releases() []v6.OperatingSystem {
	var out []v6.OperatingSystem
	seen := map[string]bool{}
	for _, c := range a.list {
		for _, p := range c.packages {
			if os := p.OperatingSystem; os != nil && os.MajorVersion != "" && !seen[os.String()] {
				seen[os.String()] = true
				out = append(out, *os)
			}
		}
	}
	return out
}
