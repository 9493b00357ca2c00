package attest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/policy"
)

// The types of predicates that are proofs.
const (
	predicateSignature  = "https://sigstore.dev/cosign/sign/v1"
	predicateProvenance = "https://slsa.dev/provenance/v" // with its version: https://slsa.dev/spec/v1.1/provenance
)

// Image is the image that a proof is asked of.
type Image struct {
	Name    string   // its reference; a verdict has to be about the repository
	Digests []string // of its index and of a platform's manifest: a statement about one of them is about the image
}

// Prove looks through what is attached to an image for what proves it. It returns why nothing does, in a few words; nothing where
// something does. A verdict proves nothing any more once an exception has ended that let something pass.
func Prove(proof policy.Proof, img Image, attached []Attachment, now time.Time) (why string) {
	keys := NewKeys(proof.Key)
	return search(string(proof.By), attached, func(a Attachment) error { return prove(proof, img, a, keys, now) })
}

// Find looks through what is attached to an image for a statement with a type of predicate, about one of some digests and signed with one
// of the keys. It returns why there is none, in a few words; nothing where there is one.
func Find(predicateType string, signers []policy.Key, digests []string, attached []Attachment) (found Statement, why string) {
	keys := NewKeys(signers...)
	why = search("statement of the type "+predicateType, attached, func(a Attachment) (err error) {
		is := func(other string) bool { return other == predicateType }
		found, err = readAbout(is, Image{Digests: digests}, a, keys)
		return err
	})
	return found, why
}

// search tries what is attached to an image, one after the other. It returns why nothing is what was looked for.
func search(what string, attached []Attachment, try func(Attachment) error) (why string) {
	reasons := map[string]bool{}
	for _, a := range attached {
		err := try(a)
		if err == nil {
			return ""
		}
		reasons[whose(thePolicy, err).Error()] = true
	}
	if len(attached) == 0 {
		return fmt.Sprintf("no %s is attached to it in the registry", what)
	}
	return fmt.Sprintf("of what is attached to it in the registry, nothing is a %s that counts: %s", what, list(slices.Sorted(maps.Keys(reasons))))
}

// maxReasons is how many reasons are named: anybody who may push to the repository can give more.
const maxReasons = 3

func list(reasons []string) string {
	more := ""
	if n := len(reasons) - maxReasons; n > 0 {
		reasons, more = reasons[:maxReasons], fmt.Sprintf("; and %d other reasons", n)
	}
	return strings.Join(reasons, "; ") + more
}

// prove says why an attachment is no proof.
func prove(proof policy.Proof, img Image, a Attachment, keys Keys, now time.Time) error {
	s, err := readAbout(of(proof.By), img, a, keys)
	if err != nil {
		return err
	}
	switch proof.By {
	case policy.BySignature:
		return nil
	case policy.ByProvenance:
		return s.provenance(proof.Builder)
	case policy.ByVerdict:
		v, err := s.verdict()
		if err != nil {
			return err
		}
		if ended := v.Ended(now); len(ended) > 0 {
			return errors.New(list(ended))
		}
		return v.clears(proof.Verifier, img.Name)
	}
	return fmt.Errorf("nothing is known of proofs by %q", proof.By)
}

// kindOf is the kind of proof that statements of a type are; empty for those that are none.
func kindOf(predicate string) policy.ProofKind {
	switch {
	case predicate == predicateSignature:
		return policy.BySignature
	case strings.HasPrefix(predicate, predicateProvenance):
		return policy.ByProvenance
	case predicate == PredicateVerdict:
		return policy.ByVerdict
	}
	return ""
}

// of tells which types of predicates are a kind of proof.
func of(kind policy.ProofKind) func(predicateType string) bool {
	return func(t string) bool { return kindOf(t) == kind }
}

// provenance checks who built the image, where the policy asks for somebody (SLSA, "Provenance", versions 0.2 and 1).
func (s Statement) provenance(builder string) error {
	type id struct {
		ID string `json:"id"`
	}
	var of struct {
		Builder id `json:"builder"`
		Details struct {
			Builder id `json:"builder"`
		} `json:"runDetails"`
	}
	if err := json.Unmarshal(s.Predicate, &of); err != nil {
		return fmt.Errorf("the provenance is not valid: %w", err)
	}
	got := of.Details.Builder.ID
	if s.PredicateType == predicateProvenance+"0.1" || s.PredicateType == predicateProvenance+"0.2" {
		got = of.Builder.ID
	}
	if builder != "" && got != builder {
		return fmt.Errorf("the provenance names the builder %.100q", got)
	}
	return nil
}
