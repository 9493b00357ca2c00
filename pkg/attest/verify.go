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
	Named    string        // what names the keys, such as --key; reasons say so where it is not empty
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
	Verdict  *Verdict `json:"verdict,omitempty"`  // that clears the image, or the best that is not enough; nil where there is none

	asked bool // the verdict is by the policy that was asked for, or any will do
}

// OnlyTooOld tells whether nothing but its age, and that of its exceptions, keeps the verdict from clearing the image.
func (v Verification) OnlyTooOld() bool { return !v.Cleared && v.asked }

// Verify looks through what is attached to an image for a verdict that clears it. Of several it takes the newest, and of those that do
// not clear it the newest by the policy that was asked for, or else of all.
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
			reasons[whose(t.Named, err).Error()] = true
		default:
			found = append(found, t.verify(s, v))
		}
	}
	slices.SortStableFunc(found, func(a, b Verification) int {
		first := map[bool]int{true: -1}
		return cmp.Or(first[a.Cleared]-first[b.Cleared], first[a.asked]-first[b.asked], b.Verdict.TimeVerified.Compare(a.Verdict.TimeVerified), slices.Compare(a.SignedBy, b.SignedBy))
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
	s, err := readAbout(of(policy.ByVerdict), img, a, keys)
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
	by := v.Policy.Digest.String()
	if out.asked = t.Policy == "" || by == t.Policy; !out.asked {
		out.Reasons = append(out.Reasons, fmt.Sprintf("the verdict is by another policy, %.100q of the digest %s, than that of the digest %s", v.Policy.URI, cmp.Or(by, "unknown"), t.Policy))
	}
	out.Reasons = append(out.Reasons, v.Ended(t.Now)...)
	out.Cleared = len(out.Reasons) == 0
	return out
}

// Input finds, among what is attached to an image, the statement of a type that a verdict names as one of its inputs by the digest of
// its bytes. It has to be about the image, and signed with one of the keys of the terms. The error says why there is none.
func Input(t Terms, v Verdict, predicateType string, img Image, attached []Attachment) (Statement, error) {
	var named []string
	for _, r := range v.InputAttestations {
		if r.Name == predicateType {
			named = append(named, r.Digest.String())
		}
	}
	if len(named) == 0 {
		return Statement{}, fmt.Errorf("the verdict names no statement of the type %s as its input", predicateType)
	}
	is := func(t string) bool { return t == predicateType }
	for _, a := range attached {
		if slices.Contains(named, DigestOf(a.Body).String()) {
			s, err := readAbout(is, img, a, NewKeys(t.Keys...))
			return s, whose(t.Named, err)
		}
	}
	return Statement{}, fmt.Errorf("the statement of the type %s that the verdict names, %s, is not attached to the image", predicateType, list(named))
}

// otherTypeError says that a statement is of another type than was looked for.
type otherTypeError struct{ predicate string }

// Error names the type.
func (e *otherTypeError) Error() string {
	return fmt.Sprintf("a statement of the type %.100q is none", e.predicate)
}

// readAbout reads a statement about an image, of a type that is looked for.
func readAbout(is func(predicateType string) bool, img Image, a Attachment, keys Keys) (Statement, error) {
	s, err := Read(a, keys)
	if err != nil {
		return s, err
	}
	if !is(s.PredicateType) {
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
