package policy

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// RuleAttesters says whose attestations count. It decides about no finding.
const RuleAttesters Rule = "attesters"

// Attester is somebody whose attestations count where evidence requires one.
type Attester struct {
	// The type of the predicates that the key counts for, as in require; any where it is not said.
	Type string `json:"type,omitempty"`
	// The public key that the attestation has to be signed with, in PEM.
	Key Key `json:"key"`
}

// PredicateType is the type of predicates that a short name of cosign's means, or else the name itself.
func PredicateType(name string) string {
	switch name {
	case "slsaprovenance", "slsaprovenance02":
		return "https://slsa.dev/provenance/v0.2"
	case "slsaprovenance1":
		return "https://slsa.dev/provenance/v1"
	case "spdx", "spdxjson":
		return "https://spdx.dev/Document"
	case "cyclonedx":
		return "https://cyclonedx.org/bom"
	case "vuln":
		return "https://cosign.sigstore.dev/attestation/vuln/v1"
	case "openvex":
		return "https://openvex.dev/ns"
	}
	return name
}

func validPredicateType(t string) error {
	if t == "" {
		return errors.New("it names no type of attestations")
	}
	if !strings.Contains(t, "://") {
		return fmt.Errorf("%q is no type of attestations: write its address, or slsaprovenance, slsaprovenance1, spdx, cyclonedx, vuln or openvex", t)
	}
	return nil
}

// Problem says what is missing or wrong, with the key of a policy file whose value is wrong. That may be missing there.
func (a Attester) Problem() (key string, err error) {
	switch {
	case a.Key == "":
		return "key", errors.New("it names no key")
	case a.Key.Valid() != nil:
		return "key", a.Key.Valid()
	case a.Type != "" && validPredicateType(PredicateType(a.Type)) != nil:
		return "type", validPredicateType(PredicateType(a.Type))
	}
	return "", nil
}

// AttesterKeys lists the keys whose attestations of a type count.
func (p Policy) AttesterKeys(predicateType string) []Key {
	var out []Key
	for _, a := range p.Attesters {
		if a.Type == "" || PredicateType(a.Type) == predicateType {
			out = append(out, a.Key)
		}
	}
	return out
}

// words names each attester, for lists of changes: by the identifier of the key, however its PEM is written.
func words(attesters []Attester) []string {
	var out []string
	for _, a := range attesters {
		text := fmt.Sprintf("the key %.19s…", a.Key.ID())
		if a.Type != "" {
			text += " for " + PredicateType(a.Type)
		}
		out = append(out, text)
	}
	return sorted(out)
}

// attesters notes whose attestations count besides, which is looser, and whose no longer.
func (c *comparison) attesters(from, to []Attester) {
	before, after := words(from), words(to)
	without := func(list, of []string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(of, s) }), ", ")
	}
	c.permits(RuleAttesters, 1, 1, without(after, before), without(before, after)) // none at all permit nobody
}

// sortAttesters lists attesters in one order, with the types in full.
func sortAttesters(list []Attester) []Attester {
	list = slices.Clone(list)
	for i := range list {
		list[i].Type = PredicateType(list[i].Type)
	}
	slices.SortFunc(list, func(a, b Attester) int { return bytes.Compare(encode(a), encode(b)) })
	return slices.Compact(list)
}
