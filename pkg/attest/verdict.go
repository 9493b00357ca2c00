package attest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/imageref"
	"github.com/layergate/layergate/pkg/policy"
)

// PredicateVerdict is the type of a verdict's predicate (SLSA, "Verification Summary Attestation", version 1).
const PredicateVerdict = "https://slsa.dev/verification_summary/v1"

// PredicateSBOM is the type of the predicate of an SBOM that the gate attaches, which is CycloneDX.
const PredicateSBOM = "https://cyclonedx.org/bom"

// GateVerifier is the id of the verifier whose verdicts layergate gate signs. A new number means that what it promises has changed.
const GateVerifier = "https://github.com/layergate/layergate/gate/v1"

// Passed is the result of a verdict that cleared an image. The gate signs no other.
const Passed = "PASSED"

// Verdict is a verification summary (https://slsa.dev/spec/v1.1/verification_summary): somebody let an image pass. The fields whose
// names are addresses are ours, as the specification allows.
type Verdict struct {
	Verifier           Verifier   `json:"verifier"`
	TimeVerified       time.Time  `json:"timeVerified"` // in UTC, to the second
	ResourceURI        string     `json:"resourceUri"`  // the reference that the image was pushed to
	Policy             Resource   `json:"policy"`       // by its file, and by policy.Policy.Digest
	InputAttestations  []Resource `json:"inputAttestations"`
	VerificationResult string     `json:"verificationResult"`
	VerifiedLevels     []string   `json:"verifiedLevels"`

	Database   Database    `json:"https://github.com/layergate/layergate/verdict/database"`
	Exceptions []Exception `json:"https://github.com/layergate/layergate/verdict/exceptions"` // that let something pass
	Coverage   Coverage    `json:"https://github.com/layergate/layergate/verdict/coverage"`
}

// Verifier is who let the image pass.
type Verifier struct {
	ID      string            `json:"id"`
	Version map[string]string `json:"version,omitempty"` // of each of its parts
}

// Database is the advisory database that was asked.
type Database struct {
	Schema   string `json:"schema,omitempty"`   // of grype, such as 6.1.7
	Built    string `json:"built,omitempty"`    // RFC 3339, UTC
	Checksum string `json:"checksum,omitempty"` // of the database file
	// OwnAdvisories is the digest of what the advisories say that counted beside the database, sha256:…; empty for none.
	OwnAdvisories string `json:"ownAdvisories,omitempty"`
}

// Exception is one of the policy that let findings pass.
type Exception struct {
	ID       string `json:"id"` // of the advisory, the rule or the gap
	Package  string `json:"package,omitempty"`
	Owner    string `json:"owner"`
	Reason   string `json:"reason"`
	Expires  string `json:"expires,omitempty"` // the last day, as YYYY-MM-DD
	Until    string `json:"until,omitempty"`
	Findings int    `json:"findings"` // that it let pass
}

// Coverage is what was found, none of which blocked.
type Coverage struct {
	Packages  int      `json:"packages"`
	Findings  int      `json:"findings"`
	Waived    int      `json:"waived"`    // by exceptions and VEX statements
	Tolerated int      `json:"tolerated"` // because the policy is no stricter
	Reported  int      `json:"reported"`  // that ask nobody to do anything
	Gaps      []string `json:"gaps"`      // the kinds of what could not be judged, in order
}

// Level is the verified level of an image that a policy let pass, by the severity from which on nothing passed.
func Level(failOn policy.Threshold) string {
	return "LAYERGATE_CLEAN_" + strings.ToUpper(string(failOn))
}

// Ended says which exceptions that let something pass have ended.
func (v Verdict) Ended(now time.Time) []string {
	var out []string
	today := now.UTC().Format(time.DateOnly)
	for _, e := range v.Exceptions {
		if e.Expires != "" && e.Expires < today {
			out = append(out, fmt.Sprintf("the exception for %.100q, which let something pass, ended on %.100q", e.ID, e.Expires))
		}
	}
	return out
}

// clears says why a verdict is not one by which a verifier let an image of a repository pass.
func (v Verdict) clears(verifier, name string) error {
	resource := v.ResourceURI
	if _, rest, ok := strings.Cut(resource, "://"); ok {
		resource = rest
	}
	switch {
	case verifier == "" || v.Verifier.ID != verifier:
		return fmt.Errorf("the verdict is that of the verifier %.100q", v.Verifier.ID)
	case v.VerificationResult != Passed:
		return fmt.Errorf("the verdict is %.100q, and not PASSED", v.VerificationResult)
	case resource == "":
		return errors.New("the verdict names no resourceUri")
	case imageref.Split(resource).FullRepository() != imageref.Split(name).FullRepository():
		return fmt.Errorf("the verdict is about %.100q", v.ResourceURI)
	}
	return nil
}
