//go:build anchore_public

package anchore

import (
	"context"
	"errors"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/vulnerability"
	"github.com/anchore/syft/syft"
	"gorm.io/gorm"
)

// WithoutLicenses prepares a context and a configuration for syft.CreateSBOM, so that a license text is reported by its
// digest and not by the license's name: no text is more than all of a license.
func WithoutLicenses(ctx context.Context, cfg *syft.CreateSBOMConfig) (context.Context, *syft.CreateSBOMConfig, error) {
	licenses := cfg.Licenses
	licenses.Coverage = 101 // percent
	return ctx, cfg.WithLicenseConfig(licenses), nil
}

// Reader is grype's reader of a database.
type Reader struct{ v6.Reader }

// NewReader makes a Reader of one that grype opened, which it closes with itself.
func NewReader(r v6.Reader) (*Reader, error) { return &Reader{r}, nil }

// Provider returns the provider in which grype's matchers look up advisories. Closing it closes the reader.
func (r *Reader) Provider() vulnerability.Provider { return v6.NewVulnerabilityProvider(r.Reader) }

// Expect has nothing to prepare.
func (*Reader) Expect([]string) error { return nil }

// InTransaction calls write, whose rows get a transaction each.
func InTransaction(_ v6.ReadWriter, write func() error) error { return write() }

// KnownExploited finds which of the CVEs are known to be exploited.
func (r *Reader) KnownExploited(cves []string) ([]v6.KnownExploitedVulnerabilityHandle, error) {
	return each(cves, r.GetKnownExploitedVulnerabilities)
}

// EPSS finds the scores of the CVEs. Grype's reader fails where the database has no scores at all.
func (r *Reader) EPSS(cves []string) ([]v6.EpssHandle, error) {
	found, err := each(cves, r.GetEpss)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	return found, err
}

// CWEs finds the weaknesses behind the CVEs.
func (r *Reader) CWEs(cves []string) ([]v6.CWEHandle, error) { return each(cves, r.GetCWEs) }

// each asks about one CVE after the other.
func each[Row any](cves []string, ask func(string) ([]Row, error)) ([]Row, error) {
	var out []Row
	for _, cve := range cves {
		found, err := ask(cve)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}
