package build

import (
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/regex"
)

// signatureOff is the rule that package managers verify what they install.
func signatureOff() rule {
	return rule{check.Rule{
		ID: "LG-DF-006", Name: "package-signatures-not-verified", Kind: finding.KindCheck, Severity: finding.SeverityHigh,
		Title:  "packages are installed without their signatures being verified",
		Why:    "A mirror, or anybody on the way to it, can put other packages in the place of the distribution's.",
		Remedy: "Remove the option, and add the key that signs the repository (signed-by= of apt, gpgkey= of yum, /etc/apk/keys of apk).",
		References: []check.Reference{
			{Name: "CIS Docker 4.11"},
			{Name: "CWE-347", URL: "https://cwe.mitre.org/data/definitions/347.html"},
		},
	}, findSignatureOff}
}

func findSignatureOff(_ *Subject, steps []*step) []seen {
	const saw = "signatures are not verified"
	out := ofCommands(steps, func(c command) string {
		if c.signatureOff() || slices.ContainsFunc(c.variables, variableSignatureOff) {
			return saw
		}
		return ""
	})
	out = append(out, ofVariables(steps, variableSignatureOff, saw, saw)...)
	return ofFiles(steps, out, func(_, text string) bool { return signaturesOff.MatchString(text) }, saw)
}

// signaturesOff matches configurations of apt (sources.list(5), also of the form deb822), yum and pacman that turn the verification of signatures off.
var signaturesOff = regex.New(`(?i)\[[^\]]*\b(?:trusted|allow-insecure)=(?:yes|true|1)\b[^\]]*\]|(?:^|\\n|[\s"'/])(?:trusted|allow-insecure):\s*(?:yes|true|1)\b|\ballow-?unauthenticated[\s="']+(?:true|1|yes)|acquire::allow(?:insecure|weak)repositories[\s="']+(?:true|1|yes)|(?:^|\\n|[^_a-z])gpgcheck\s*=\s*(?:0|false|no)\b|\bsiglevel\s*=\s*never`)

// signatureOff tells whether the command's arguments turn the verification of signatures off.
func (c command) signatureOff() bool {
	switch {
	case c.is("apt-get", "apt", "aptitude"):
		if c.has("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories") {
			return true
		}
	case c.is("apk"):
		return c.has("--allow-untrusted")
	case c.is("rpm"):
		return c.has("--nosignature", "--nodigest", "--nogpg")
	case c.is("yum", "dnf", "dnf5", "microdnf", "tdnf", "zypper"):
		if c.has("--nogpgcheck", "--no-gpgcheck", "--no-gpg-check", "--no-gpg-checks") {
			return true
		}
	}
	return signaturesOff.MatchString(strings.Join(c.args, " "))
}

// variableSignatureOff tells whether a variable turns the verification of Go modules against the checksum database off.
func variableSignatureOff(assignment string) bool {
	name, value, _ := strings.Cut(assignment, "=")
	switch name {
	case "GOSUMDB":
		return value == "off"
	case "GONOSUMDB", "GONOSUMCHECK", "GOINSECURE":
		return value == "*" || value == "1" && name == "GONOSUMCHECK"
	}
	return false
}
