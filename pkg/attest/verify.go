package attest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/layergate/layergate/pkg/policy"
)

// maxSkew is how far the clock of a gate may be ahead of that of whoever verifies.
const maxSkew = 5 * time.Minute

// Terms say which verdict clears an image.
type Terms struct {
	Keys     []policy.Key  // of which one has to have signed it
	Verifier string        // whose verdict it has to be; see GateVerifier
	Policy   string        // the digest of the policy that it has to be by; empty for any
	MaxAge   time.Duration // how old it may be; 0 for no limit
	Now      time.Time
}

// Verification says whether a verdict clears an image.
type Verification struct {
	Cleared  bool     `json:"cleared"`
	Reasons  []string `json:"reasons"`            // why it does not; none where it does
	SignedBy []string `json:"signedBy,omitempty"` // the keys that signed the verdict; see policy.Key.ID
	Verdict  *Verdict `json:"verdict,omitempty"`  // that clears the image, or the newest that is not enough; nil where there is none
}

// Verify looks through what is attached to an image for a verdict that clears it. Of several it takes the newest.
func Verify(t Terms, img Image, attached []Attachment) Verification {
	keys := NewKeys(t.Keys...)
	var found []Verification
	reasons := map[string]bool{}
	for _, a := range attached {
		s, v, err := readVerdict(t, img, a, keys)
		var other *otherTypeError
		switch {
		case errors.As(err, &other): // an SBOM beside the verdict is no reason
		case err != nil:
			reasons[err.Error()] = true
		default:
			found = append(found, t.verify(s, v))
		}
	}
	slices.SortStableFunc(found, func(a, b Verification) int {
		if a.Cleared != b.Cleared {
			return map[bool]int{true: -1, false: 1}[a.Cleared]
		}
		return cmp.Or(b.Verdict.TimeVerified.Compare(a.Verdict.TimeVerified), slices.Compare(a.SignedBy, b.SignedBy))
	})
	switch {
	case len(found) > 0:
		return found[0]
	case len(reasons) == 0:
		return Verification{Reasons: []string{"no verdict is attached to it in the registry"}}
	}
	return Verification{Reasons: []string{"none of the verdicts that are attached to it counts: " + list(slices.Sorted(maps.Keys(reasons)))}}
}

// readVerdict reads a verdict about an image that the verifier signed.
func readVerdict(t Terms, img Image, a Attachment, keys Keys) (Statement, Verdict, error) {
	s, err := readAbout(policy.ByVerdict, img, a, keys)
	if err != nil {
		return s, Verdict{}, err
	}
	v, err := s.verdict()
	if err != nil {
		return s, v, err
	}
	if err := v.clears(t.Verifier, img.Name); err != nil {
		return s, v, err
	}
	switch {
	case v.TimeVerified.IsZero():
		return s, v, errors.New("the verdict does not say when it was made")
	case v.TimeVerified.After(t.Now.Add(maxSkew)):
		return s, v, fmt.Errorf("the verdict is of the future, %s", v.TimeVerified.UTC().Format(time.RFC3339))
	}
	return s, v, nil
}

// verify holds a verdict that is right against what else is asked of it.
func (t Terms) verify(s Statement, v Verdict) Verification {
	out := Verification{Reasons: []string{}, SignedBy: s.SignedBy, Verdict: &v}
	if age := t.Now.Sub(v.TimeVerified); t.MaxAge > 0 && age > t.MaxAge {
		out.Reasons = append(out.Reasons, fmt.Sprintf("the verdict is of %s, which is longer ago than the %s that it may be", v.TimeVerified.UTC().Format(time.RFC3339), t.MaxAge))
	}
	if by := v.Policy.Digest.String(); t.Policy != "" && by != t.Policy {
		out.Reasons = append(out.Reasons, fmt.Sprintf("the verdict is by another policy, %.100q of the digest %s, than that of the digest %s", v.Policy.URI, cmp.Or(by, "unknown"), t.Policy))
	}
	out.Cleared = len(out.Reasons) == 0
	return out
}

// otherTypeError says that a statement is of another type than was looked for.
type otherTypeError struct{ predicate string }

// Error names the type.
func (e *otherTypeError) Error() string {
	return fmt.Sprintf("a statement of the type %.100q is none", e.predicate)
}

// readAbout reads a statement of a kind about an image.
func readAbout(kind policy.ProofKind, img Image, a Attachment, keys Keys) (Statement, error) {
	s, err := Read(a, keys)
	if err != nil {
		return s, err
	}
	if kindOf(s.PredicateType) != kind {
		return s, &otherTypeError{s.PredicateType}
	}
	if !slices.ContainsFunc(s.Subjects, func(d string) bool { return slices.Contains(img.Digests, d) }) {
		return s, fmt.Errorf("it is about another digest, %.100q", s.Subjects)
	}
	return s, nil
}

// verdict reads the verification summary of a statement.
func (s Statement) verdict() (Verdict, error) {
	var v Verdict
	if err := json.Unmarshal(s.Predicate, &v); err != nil {
		return v, fmt.Errorf("the verdict is not valid: %w", err)
	}
	return v, nil
}
