package finding

// Check describes a violation of a rule: what the rule saw and what it allows.
type Check struct {
	Saw   string `json:"saw"`   // such as: the user is root
	Wants string `json:"wants"` // what to do about it, such as: set USER to another one
	// Add are the lines to add to the manifest, indented as the file is; empty where there are none to show.
	Add string `json:"add,omitempty"`
	// Information says that the rule is worth knowing and blocks nothing, unless the policy names the rule.
	Information bool `json:"information,omitempty"`
	// Resource is the object of a manifest, such as Deployment/web; empty in an image.
	Resource string `json:"resource,omitempty"`
	// Container is the name of the container in Resource; empty where the rule is about the whole of it.
	Container string `json:"container,omitempty"`
	// Image is the image that Container runs, as the manifest names it; empty in an image.
	Image string `json:"image,omitempty"`
	// Field names what the rule judged in the container, else the resource, else the file or image configuration, so
	// that it stays the same when others are added: a field's path, a variable's name, a digest of a secret.
	Field string `json:"field,omitempty"`
	// Package is what the rule judged, where it judges packages; nil elsewhere.
	Package *Package `json:"-"` // beside the finding's identifier in JSON; see Finding.MarshalJSON
	// Licenses are those that the package declares: SPDX expressions, or else its own words. Only RuleLicenseDenied and
	// RuleLicenseUnknown have them.
	Licenses []string `json:"licenses,omitempty"`
}

// The rules about the licences that packages declare. Nothing else is known of a package's licence.
const (
	// RuleLicenseDenied is kept by packages whose licences the policy does not deny.
	RuleLicenseDenied = "LG-LIC-001"
	// RuleLicenseUnknown is kept by packages that declare an SPDX expression.
	RuleLicenseUnknown = "LG-LIC-002"
)

// RulePackageBlocked is kept by packages that the policy does not always block.
const RulePackageBlocked = "LG-PKG-001"

// The rules by which a policy asks for images, ages and labels. They find nothing where it does not.
const (
	// RuleBaseNotAllowed is kept by images on a base that the policy allows.
	RuleBaseNotAllowed = "LG-BASE-003"
	// RuleBaseNotConfirmed is kept by images whose layers begin with those of the base that they name.
	RuleBaseNotConfirmed = "LG-BASE-005"
	// RuleBaseNotProven is kept by images on a base that is proven as the policy asks for.
	RuleBaseNotProven = "LG-BASE-011"
	// RuleImageNotAllowed is kept by manifests that deploy images which the policy allows.
	RuleImageNotAllowed = "LG-RUN-020"
	// RuleNotCleared is kept by images that a gate has let pass.
	RuleNotCleared = "LG-RUN-101"
	// RuleBaseTooOld is kept by images on a base that is not too old.
	RuleBaseTooOld = "LG-BASE-006"
	// RuleImageTooOld is kept by images that are not too old.
	RuleImageTooOld = "LG-BASE-007"
	// RuleLabelMissing is kept by images that have the labels which the policy asks for.
	RuleLabelMissing = "LG-BASE-010"
)
