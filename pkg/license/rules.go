package license

import (
	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
)

// Rules lists what is known of the rules about licences, in the order of their identifiers.
func Rules() []check.Rule { return []check.Rule{deniedLicense(), unknownLicense()} }

// licenseList is the list of licences whose identifiers policies and packages name.
func licenseList() []check.Reference {
	return []check.Reference{{Name: "SPDX license list", URL: "https://spdx.org/licenses/"}}
}

func deniedLicense() check.Rule {
	return check.Rule{
		ID: finding.RuleLicenseDenied, Name: "denied-licence", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:      "a package declares a denied licence",
		Why:        "The policy denies a licence that the package declares. Other files of the package may have other licences: only what is declared is known.",
		Remedy:     "replace the package, or accept its licence in writing",
		References: licenseList(),
	}
}

func unknownLicense() check.Rule {
	return check.Rule{
		ID: finding.RuleLicenseUnknown, Name: "unknown-licence", Kind: finding.KindCheck, Severity: finding.SeverityLow,
		Title:      "a package declares no licence that is known",
		Why:        "The package declares no licence, or one in words that are no SPDX expression: whether the policy denies it is not known.",
		Remedy:     "look the licence up, and replace the package or accept it in writing",
		References: licenseList(),
	}
}
