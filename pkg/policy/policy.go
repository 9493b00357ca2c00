// Package policy decides. Judge is pure: the same policy and input give the same verdict, and only a clean verdict
// comes with a Clearance, without which nothing can be pushed.
//
// It must not import anything that reads images, databases or the environment.
package policy

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// Threshold is the lowest severity that blocks.
type Threshold string

// The thresholds that are not a severity's name.
const (
	// Any lets every finding block, those of unknown severity included. It is the default.
	Any Threshold = "any"
	// Never lets nothing block.
	Never Threshold = "never"
)

// Thresholds lists the valid thresholds, the strictest first.
func Thresholds() []Threshold {
	return []Threshold{Any, "negligible", "low", "medium", "high", "critical", Never}
}

// ParseThreshold reads a threshold; the empty string is Any.
func ParseThreshold(s string) (Threshold, error) {
	if s == "" {
		return Any, nil
	}
	t := Threshold(strings.ToLower(s))
	if !slices.Contains(Thresholds(), t) {
		return "", fmt.Errorf("unknown severity %q: use one of %s", s, joinThresholds())
	}
	return t, nil
}

func joinThresholds() string {
	names := make([]string, 0, len(Thresholds()))
	for _, t := range Thresholds() {
		names = append(names, string(t))
	}
	return strings.Join(names, ", ")
}

// Blocks tells whether a finding of severity s reaches the threshold. A finding of unknown severity reaches only Any.
func (t Threshold) Blocks(s finding.Severity) bool {
	switch t {
	case Any, "":
		return true
	case Never:
		return false
	}
	limit, err := finding.ParseSeverity(string(t))
	return err != nil || s >= limit
}

// Coverage says what becomes of an image that could not be judged as a whole.
type Coverage string

const (
	// CoverageBlock lets every gap block that somebody could close. It is the default.
	CoverageBlock Coverage = "block"
	// CoverageWarn lets gaps pass, which are still reported.
	CoverageWarn Coverage = "warn"
)

// Policy says which findings a project accepts. Its zero value is the strictest.
type Policy struct {
	FailOn   Threshold `json:"failOn"`
	Coverage Coverage  `json:"coverage"`
}

// WithDefaults is the same policy with every choice in words, those that were left open included.
func (p Policy) WithDefaults() Policy {
	p.FailOn = cmp.Or(p.FailOn, Any)
	p.Coverage = cmp.Or(p.Coverage, CoverageBlock)
	return p
}

// Digest names the policy: sha256: and the SHA-256 of its canonical JSON, which has the defaults in words, names in
// order and no white space. Policies that decide alike because one leaves a default open have the same digest.
func (p Policy) Digest() string {
	sum := sha256.Sum256(canonicalJSON(p.WithDefaults()))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// canonicalJSON encodes a policy, which is made of strings, so that the same one always gives the same bytes.
func canonicalJSON(p Policy) []byte {
	raw, err := json.Marshal(p)
	if err != nil {
		panic("policy: " + err.Error()) // no string makes that fail
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		panic("policy: " + err.Error())
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(tree); err != nil { // sorts the names of objects
		panic("policy: " + err.Error())
	}
	return bytes.TrimSpace(b.Bytes())
}
