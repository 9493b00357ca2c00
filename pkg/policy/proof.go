package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// AllowedBase is an image that may be the base. In JSON it is the pattern alone where nothing has to prove it.
type AllowedBase struct {
	Image  ImagePattern `json:"image"`
	Proven Proof        `json:"proven,omitzero"` // what has to prove that the image is that of whom the policy trusts; zero for nothing
}

// ProofKind is what kind of statement proves a base image.
type ProofKind string

// The kinds of proofs.
const (
	BySignature  ProofKind = "signature"  // of cosign
	ByProvenance ProofKind = "provenance" // of SLSA: how it was built
	ByVerdict    ProofKind = "verdict"    // a verification summary of SLSA that let it pass
)

// ProofKinds lists every kind.
func ProofKinds() []ProofKind { return []ProofKind{BySignature, ByProvenance, ByVerdict} }

// Proof is what has to be attached to an image in its registry, about its digest and signed.
type Proof struct {
	// What has to be attached to the image in its registry: a signature, which is the default, provenance or a verdict.
	By ProofKind `json:"by,omitempty" jsonschema:"enum=signature,enum=provenance,enum=verdict"`
	// The public key that it has to be signed with, in PEM.
	Key Key `json:"key"`
	// The id of the builder that provenance has to name; any where it is not said.
	Builder string `json:"builder,omitempty"`
	// The id of the verifier whose verdict it has to be.
	Verifier string `json:"verifier,omitempty"`
}

// Problem says what is missing or wrong, with the key of a policy file whose value is wrong. That may be missing there.
func (p Proof) Problem() (key string, err error) {
	switch {
	case p.Key == "":
		return "key", errors.New("it names no key")
	case p.Key.Valid() != nil:
		return "key", p.Key.Valid()
	case p.By != "" && !slices.Contains(ProofKinds(), p.By):
		return "by", fmt.Errorf("it knows no proof by %q", p.By)
	case p.Builder != "" && p.By != ByProvenance:
		return "builder", errors.New("only provenance names a builder")
	case p.Verifier != "" && p.By != ByVerdict:
		return "verifier", errors.New("only a verdict names a verifier")
	case p.Verifier == "" && p.By == ByVerdict:
		return "verifier", errors.New("a key can be used by several verifiers, and it names none")
	}
	return "", nil
}

// covers tells whether what shows one proof shows the other as well.
func (p Proof) covers(other Proof) bool {
	return p == Proof{} || p.Key.ID() == other.Key.ID() && p.withDefault().By == other.withDefault().By &&
		(p.Builder == "" || p.Builder == other.Builder) && p.Verifier == other.Verifier
}

// withDefault is the proof with its kind in words. The zero proof stays as it is.
func (p Proof) withDefault() Proof {
	if p != (Proof{}) && p.By == "" {
		p.By = BySignature
	}
	return p
}

// String is the entry in words, for lists of changes.
func (b AllowedBase) String() string {
	if b.Proven == (Proof{}) {
		return string(b.Image)
	}
	words := fmt.Sprintf("%s with a %s by the key %.19s…", b.Image, b.Proven.withDefault().By, b.Proven.Key.ID())
	for _, of := range []string{b.Proven.Builder, b.Proven.Verifier} {
		if of != "" {
			words += " of " + of
		}
	}
	return words
}

// MarshalJSON writes the pattern alone where nothing has to prove the image.
func (b AllowedBase) MarshalJSON() ([]byte, error) {
	type object AllowedBase
	if b.Proven == (Proof{}) {
		return encode(b.Image), nil
	}
	return encode(object(b)), nil
}

// UnmarshalJSON reads either form.
func (b *AllowedBase) UnmarshalJSON(raw []byte) error {
	type object AllowedBase
	*b = AllowedBase{}
	if bytes.HasPrefix(raw, []byte(`"`)) {
		return json.Unmarshal(raw, &b.Image)
	}
	return json.Unmarshal(raw, (*object)(b))
}

// ProvenBases is how many entries of AllowedBases want a proof.
func (p Policy) ProvenBases() int {
	n := 0
	for _, b := range p.AllowedBases {
		if b.Proven != (Proof{}) {
			n++
		}
	}
	return n
}

// allowing lists the entries that are for an image, by its reference and the digests of what that leads to, as far as they are
// known.
func (p Policy) allowing(name string, digests []string) []AllowedBase {
	return slices.DeleteFunc(slices.Clone(p.AllowedBases), func(b AllowedBase) bool { return !b.Image.matches(name, digests) })
}

// AllowsBase tells whether the policy allows an image as a base, once it is proven where it has to be: by its reference, and by the
// digests of what that leads to, as far as they are known. An image without a file is allowed as well, and every one where the
// policy names none.
func (p Policy) AllowsBase(name string, digests ...string) bool {
	return len(p.AllowedBases) == 0 || isScratch(name) || len(p.allowing(name, digests)) > 0
}

// BaseProofs lists the proofs of which an image has to show one to be allowed as a base; none where it needs none.
func (p Policy) BaseProofs(name string, digests ...string) []Proof {
	if isScratch(name) {
		return nil
	}
	var out []Proof
	for _, b := range p.allowing(name, digests) {
		if b.Proven == (Proof{}) {
			return nil
		}
		out = append(out, b.Proven.withDefault())
	}
	return out
}

// isScratch tells whether a base is the empty one, which is in no registry.
func isScratch(name string) bool { return strings.EqualFold(name, "scratch") }

// notCovered names the entries that allow more than each of some others does; empty for none.
func notCovered(list, by []AllowedBase) string {
	var out []string
	for _, b := range list {
		if !slices.ContainsFunc(by, func(o AllowedBase) bool { return o.Image.covers(b.Image) && o.Proven.covers(b.Proven) }) {
			out = append(out, b.String())
		}
	}
	return strings.Join(sorted(out), ", ")
}
