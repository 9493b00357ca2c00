package report

import (
	"slices"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp"
	spdx "github.com/spdx/tools-golang/spdx/v2/v2_3"
)

// maxExpression is up to how many characters a license may be an expression. Longer ones are texts.
const maxExpression = 500

// declared joins the licenses that a package names to one expression (SPDX 2.3, annex D), or nothing where it names none.
func (d *spdxWriter) declared(names []string) string {
	var parts []string
	for _, name := range names {
		if strings.TrimSpace(name) != "" {
			parts = append(parts, d.expression(name))
		}
	}
	parts = sortedOnce(parts)
	if len(parts) > 1 {
		for i, part := range parts {
			if strings.Contains(part, " OR ") {
				parts[i] = "(" + part + ")"
			}
		}
	}
	return strings.Join(parts, " AND ")
}

// expression is a license's expression. What is none gets an identifier of this document, under which the document keeps
// what the package says.
func (d *spdxWriter) expression(name string) string {
	if e, ok := d.licenses[name]; ok {
		return e
	}
	e, ok := spdxExpression(name)
	if !ok {
		e = "LicenseRef-" + digestOf(name)
		d.OtherLicenses = append(d.OtherLicenses, &spdx.OtherLicense{LicenseIdentifier: e, LicenseName: shorten(printable(name), 200), ExtractedText: name})
	}
	d.licenses[name] = e
	return e
}

// spdxExpression is a license as an expression of identifiers of the SPDX license list, in their own spelling; false means
// that it is none. A reference to a text that the package keeps elsewhere is none, either: the document does not have it.
func spdxExpression(name string) (string, bool) {
	if len(name) > maxExpression || strings.Contains(name, "LicenseRef-") || strings.Contains(name, "DocumentRef-") {
		return "", false
	}
	normalized, invalid := spdxexp.ValidateAndNormalizeLicensesWithOptions([]string{name}, spdxexp.ValidateLicensesOptions{})
	if len(invalid) > 0 || len(normalized) != 1 || slices.Contains(normalized, "") {
		return "", false
	}
	return normalized[0], true
}
