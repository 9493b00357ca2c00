package anchore

import (
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
