package report

import (
	"crypto/sha256"
	"fmt"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/layergate/layergate/pkg/finding"
)

// suppression says that an exception of the policy accepts a result, and why. It has all parts that SARIF knows: go-sarif
// writes null for one that is missing, which SARIF does not allow.
func suppression(a alert) *sarif.Suppression {
	s := sarif.NewSuppression("external").WithStatus("accepted").
		WithJustifcation(sarifText(a.waived.Reason, 1000)).
		WithGuid(guid(a.fingerprint)).
		WithLocation(sarif.NewLocation())
	if l := a.waived.Where; l != nil && l.InProject() {
		s.Location = sarifLine(*l)
	}
	return s
}

// guid is a UUID of version 5 in its form (SARIF 2.1.0, section 3.5.3, RFC 9562, section 5.5), the same for the same text.
func guid(text string) string {
	sum := sha256.Sum256([]byte(text))
	u := sum[:16]
	u[6], u[8] = u[6]&0x0f|0x50, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// sarifLine is a line of the project.
func sarifLine(l finding.Location) *sarif.Location {
	return sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewSimpleArtifactLocation(relativeURI(l.File))).
		WithRegion(sarif.NewSimpleRegion(max(l.Line, 1), max(l.EndLine, l.Line, 1))))
}
