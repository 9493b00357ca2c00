package audit

// Verdict is what the signed verdicts say that gates attached to an image.
type Verdict struct {
	State VerdictState `json:"state"`
	At    string       `json:"at,omitempty"`  // RFC 3339, UTC: when the image was cleared, where a verdict that counts says so
	Why   string       `json:"why,omitempty"` // it does not clear the image, or that is not known
}

// VerdictState says whether a verdict clears an image.
type VerdictState string

// The states.
const (
	VerdictClears  VerdictState = "clears"
	VerdictTooOld  VerdictState = "too old"
	VerdictNone    VerdictState = "none"    // that was signed with one of the keys, by the verifier and about this image
	VerdictUnknown VerdictState = "unknown" // the registry does not say
)

// fact says it in one line.
func (v Verdict) fact() string {
	fact := "verdict: " + string(v.State)
	if v.At != "" {
		fact += ", of " + v.At
	}
	if v.Why != "" {
		fact += ": " + v.Why
	}
	return fact
}

// is tells whether the verdicts about an image were looked for, and are in one of these states.
func (v *Verdict) is(states ...VerdictState) bool {
	for _, s := range states {
		if v != nil && v.State == s {
			return true
		}
	}
	return false
}
