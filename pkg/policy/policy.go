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
	"maps"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// Action is what a policy does about findings of some sort. Each field of a policy says which actions it takes.
type Action string

// The actions.
const (
	ActionBlock  Action = "block"
	ActionWarn   Action = "warn"   // they pass and are reported
	ActionPass   Action = "pass"   // the same, of findings that other rules of the policy let pass as well
	ActionReport Action = "report" // the same, of what does not run
	ActionIgnore Action = "ignore" // they pass, and nobody is asked to do anything about them
)

// Policy says which findings a project accepts. Its zero value blocks all that runs, and accepts nothing.
type Policy struct {
	// FailOn is the lowest severity that blocks, where Limits, Base and Own do not say otherwise.
	FailOn Threshold `json:"failOn"`
	// Coverage is what becomes of coverage gaps that Gaps does not name: block, warn or ignore.
	Coverage Action `json:"coverage"`
	// Gaps is the same for single gaps. A gap that nobody can close blocks only if it is named here.
	Gaps map[finding.Gap]Action `json:"gaps,omitempty"`

	Limits Limits `json:"limits,omitzero"`
	Base   Side   `json:"base,omitzero"` // of what is in layers of the base image; says more than FailOn and Limits
	Own    Side   `json:"own,omitzero"`  // of what is in other layers, or in none

	Checks   Checks   `json:"checks,omitzero"`   // thresholds of failed checks, where they are not those of vulnerabilities
	Secrets  Action   `json:"secrets,omitempty"` // what becomes of secrets in any layer: block, which is the default, warn or ignore
	Rules    Rules    `json:"rules,omitempty"`   // what becomes of single checks and secrets; says more than Checks and Secrets
	Licenses Licenses `json:"licenses,omitzero"` // which licences packages may not have

	// AllowedBases are the images that may be the base; none allows any.
	AllowedBases []AllowedBase `json:"allowedBases,omitempty"`
	// AllowedImages are the images that manifests may deploy; none allows any.
	AllowedImages []ImagePattern `json:"allowedImages,omitempty"`
	MaxBaseAge    int            `json:"maxBaseAge,omitempty"`  // days; 0 means no limit
	MaxImageAge   int            `json:"maxImageAge,omitempty"` // days; 0 means no limit
	Labels        []Label        `json:"labels,omitempty"`      // that the image must have
	// Require is the evidence that a push depends on, besides that which a run is given.
	Require []Requirement `json:"require,omitempty"`

	// Attesters are those whose attestations count where one is required.
	Attesters []Attester `json:"attesters,omitempty"`
	// ImmutableTags keeps a push from moving a tag that leads to another image. It decides about no finding.
	ImmutableTags bool `json:"immutableTags,omitempty"`

	AlwaysBlock AlwaysBlock `json:"alwaysBlock,omitzero"`
	// Shadowed is what becomes of packages that a later layer removed or replaced: report, which is the default, block,
	// which judges them like others, or ignore.
	Shadowed Action `json:"shadowed,omitempty"`
	Grace    Grace  `json:"grace,omitempty"`
	// GateOn says whether what was there before a change can block it, too; empty means GateOnAll.
	GateOn GateOn `json:"gateOn,omitempty"`

	VEX VEX `json:"vex,omitzero"`

	Exceptions []Exception `json:"exceptions,omitempty"`
	// MaxException is how many days from now an exception may last at most; 0 means DefaultMaxException.
	MaxException int `json:"maxException,omitempty"`
	// Locks are the rules that a file which extends the policy's, and inputs, may not loosen; see Lockable.
	Locks []Rule `json:"locks,omitempty"`

	// Bases are references of the images that remedies may propose in the place of the base image, besides those that a run
	// names. They decide about no finding, and have no part in the digest.
	Bases []string `json:"-"`

	Source
}

// Source says where a policy comes from. It has no part in what the policy decides, nor in its digest.
type Source struct {
	File string `json:"file,omitempty"` // the policy file, relative to the repository's root; empty where there is none
	// Files are the policy file and those that it extends, each with the digest of its bytes.
	Files []File `json:"files,omitempty"`
	// Floor is the policy whose locked rules this one may not loosen; nil where none is locked.
	Floor *Policy `json:"-"`
	// Lines are the lines of the file by the rule that stands there, such as fail-on.unfixable.
	Lines map[string]finding.Location `json:"-"`
	// Overrides are the inputs that replaced what the file says, such as fail-on: high.
	Overrides []string `json:"overrides,omitempty"`
	// Branch is the branch that a change is to be merged into, whose policy judges the change; empty where no branch's does.
	Branch string `json:"branch,omitempty"`
	// Changes are what the change's own policy says otherwise.
	Changes []Difference `json:"changes,omitempty"`
}

// File is a policy file.
type File struct {
	Name   string `json:"name"`   // relative to the repository's root
	Digest string `json:"digest"` // sha256: and the SHA-256 of its bytes
}

// Line is the line of the policy file that says rule, or else the rule around it; nil where the policy has no file.
func (s Source) Line(rule string) *finding.Location {
	for rule != "" && len(s.Lines) > 0 {
		if l, ok := s.Lines[rule]; ok {
			return &l
		}
		rule = rule[:max(strings.LastIndexByte(rule, '.'), 0)]
	}
	return nil
}

// WithDefaults is the same policy with FailOn and Coverage in words, those that were left open included, and without
// what only repeats the default.
func (p Policy) WithDefaults() Policy {
	p.FailOn = cmp.Or(p.FailOn, Any)
	p.Coverage = cmp.Or(p.Coverage, ActionBlock)
	if p.Limits.Unknown == ActionBlock {
		p.Limits.Unknown = ""
	}
	if p.AlwaysBlock.Malicious == ActionBlock {
		p.AlwaysBlock.Malicious = ""
	}
	if p.Secrets == ActionBlock {
		p.Secrets = ""
	}
	if p.Licenses.Unknown == ActionIgnore {
		p.Licenses.Unknown = ""
	}
	if p.Shadowed == ActionReport {
		p.Shadowed = ""
	}
	if p.GateOn == GateOnAll {
		p.GateOn = ""
	}
	if p.MaxException == DefaultMaxException {
		p.MaxException = 0
	}
	return p
}

// Digest names the policy: sha256: and the SHA-256 of its canonical JSON, which has the defaults in words, names and
// lists in order, no lines of a file, and no white space. Policies that decide alike because one leaves a default open
// have the same digest.
func (p Policy) Digest() string {
	sum := sha256.Sum256(canonicalJSON(p.WithDefaults()))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// canonicalJSON encodes a policy so that the same one always gives the same bytes, wherever it was written.
func canonicalJSON(p Policy) []byte {
	p.Source = Source{}
	p.Locks = slices.Compact(slices.Sorted(slices.Values(p.Locks)))
	p.AlwaysBlock.IDs = sorted(p.AlwaysBlock.IDs)
	p.AlwaysBlock.Packages = sorted(p.AlwaysBlock.Packages)
	for _, s := range []*LicenseSide{&p.Licenses.LicenseSide, &p.Licenses.Base, &p.Licenses.Own} {
		s.Deny = sorted(s.Deny)
	}
	p.Require = sorted(p.Require)
	p.Attesters = sortAttesters(p.Attesters)
	p.AllowedBases = slices.Clone(p.AllowedBases)
	for i := range p.AllowedBases {
		p.AllowedBases[i].Proven = p.AllowedBases[i].Proven.withDefault()
	}
	slices.SortFunc(p.AllowedBases, func(a, b AllowedBase) int { return bytes.Compare(encode(a), encode(b)) })
	p.AllowedBases = slices.Compact(p.AllowedBases)
	p.AllowedImages = sorted(p.AllowedImages)
	p.Labels = slices.Clone(p.Labels)
	slices.SortFunc(p.Labels, func(a, b Label) int { return bytes.Compare(encode(a), encode(b)) })
	p.Labels = slices.Compact(p.Labels)
	p.Gaps = maps.Clone(p.Gaps)
	maps.DeleteFunc(p.Gaps, func(g finding.Gap, a Action) bool { return a == p.Coverage && !g.Quiet() })
	p.VEX.Trust = slices.Clone(p.VEX.Trust)
	for i := range p.VEX.Trust {
		p.VEX.Trust[i].From = sorted(p.VEX.Trust[i].From)
	}
	slices.SortFunc(p.VEX.Trust, func(a, b Trusted) int { return bytes.Compare(encode(a), encode(b)) })
	p.Exceptions = slices.Clone(p.Exceptions)
	for i := range p.Exceptions {
		e := &p.Exceptions[i]
		e.Where, e.Paths = nil, sorted(e.Paths)
	}
	slices.SortFunc(p.Exceptions, func(a, b Exception) int { return bytes.Compare(encode(a), encode(b)) })
	var tree any
	if err := json.Unmarshal(encode(p), &tree); err != nil {
		panic("policy: " + err.Error()) // encode wrote it
	}
	return encode(tree) // sorts the names of objects
}

func sorted[T ~string](list []T) []T { return slices.Compact(slices.Sorted(slices.Values(list))) }

// encode writes what a policy is made of as JSON: text, numbers, and lists and maps of them.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("policy: " + err.Error()) // no value of these types makes that fail
	}
	return bytes.TrimSpace(b.Bytes())
}
