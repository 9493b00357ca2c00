package anchore

import (
	"slices"
	"time"

	v6 "github.com/anchore/grype/grype/db/v6"
	"github.com/anchore/grype/grype/vulnerability"
)

// Published returns when an advisory was published, or the zero time where that is not known. Grype keeps it in the
// record that it made the vulnerability of, which it promises nobody.
func Published(v vulnerability.Vulnerability) time.Time {
	record, ok := v.Internal.(*v6.VulnerabilityHandle)
	if !ok || record.PublishedDate == nil {
		return time.Time{}
	}
	return *record.PublishedDate
}

// Aliases lists the other identifiers that an advisory has in its record, in the record's order. Of these grype's own list of
// related vulnerabilities has only those that begin with CVE- or GHSA-, and so none of a malicious package (MAL-).
func Aliases(v vulnerability.Vulnerability) []string {
	record, ok := v.Internal.(*v6.VulnerabilityHandle)
	if !ok || record.BlobValue == nil {
		return nil
	}
	return slices.Clone(record.BlobValue.Aliases)
}
