package policy_test

import (
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

func TestAllowsBase(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + strings.Repeat("a", 64)
	tests := []struct {
		pattern   policy.ImagePattern
		yes, none string // references, separated by blanks
	}{
		{"debian", "debian debian:12 docker.io/debian docker.io/library/debian:12@" + digest + " index.docker.io/library/debian library/debian scratch", "ubuntu team/debian registry.example/debian debian/sub evil.example/library/debian"},
		{"debian:12*", "debian:12 debian:12.14-slim docker.io/library/debian:12.14", "debian debian:latest debian:11 debian@" + digest},
		{"debian:latest", "debian debian:latest", "debian:12"},
		{"registry.example/base/*", "registry.example/base/go:1 registry.example/base/go", "registry.example/base/go/sub registry.example/other/go registry.example/base xregistry.example/base/go"},
		{"registry.example/base/**", "registry.example/base/go registry.example/base/go/sub:1", "registry.example/base registry.example/basement/go"},
		{"registry.example:5000/*/go", "registry.example:5000/a/go:1", "registry.example/a/go"},
		{"*.example/go", "a.example/go", "a.example.com/go"},
		{policy.ImagePattern("debian@" + digest), "debian@" + digest + " debian:12@" + digest, "debian debian@sha256:" + strings.Repeat("b", 64)},
		{"localhost/base", "localhost/base:1", "base docker.io/localhost/base"},
	}
	for _, tt := range tests {
		p := policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "none.example/x"}, {Image: tt.pattern}}}
		if err := tt.pattern.Valid(); err != nil {
			t.Errorf("Valid(%q) = %v", tt.pattern, err)
		}
		for name := range strings.FieldsSeq(tt.yes) {
			if !p.AllowsBase(name) {
				t.Errorf("%q does not allow %s", tt.pattern, name)
			}
		}
		for name := range strings.FieldsSeq(tt.none) {
			if p.AllowsBase(name) {
				t.Errorf("%q allows %s", tt.pattern, name)
			}
		}
	}
	pinned := policy.Policy{AllowedBases: []policy.AllowedBase{{Image: policy.ImagePattern("debian@" + digest)}}}
	if !pinned.AllowsBase("debian:12", digest) || pinned.AllowsBase("ubuntu:12", digest) {
		t.Error("the digest that a tag leads to does not count, or counts for another repository")
	}
	if !(policy.Policy{}).AllowsBase("anything") {
		t.Error("a policy that names no base allows none")
	}
	for _, wrong := range []policy.ImagePattern{"", ":1", "@" + policy.ImagePattern(digest), "a b", "registry.example/[", "registry.example/**/x", "debian:[", "debian@md5:1", "https://registry.example/x"} {
		if wrong.Valid() == nil {
			t.Errorf("Valid(%q) = nil", wrong)
		}
	}
}

// A registry that a variable decides on is allowed by no pattern.
func TestAllowsImage(t *testing.T) {
	t.Parallel()
	p := policy.Policy{AllowedImages: []policy.ImagePattern{"registry.example/shop/**", "docker.io/**", "*/any", "debian:12"}}
	for name, want := range map[string]bool{
		"registry.example/shop/web:1": true, "registry.example/shop/${APP}:${TAG}": true, "registry.example/shop/web:${TAG:?which}": true, "registry.example/web": false,
		"nginx": true, "team/nginx@sha256:ab": true, "ghcr.io/team/nginx": false, "a.example/any": true, "scratch.example/scratch": false,
		"${IMAGE}": false, "${REGISTRY}/any": false, "${REGISTRY:?which}/any:1": false, "nginx${REST}": false, "": false,
	} {
		if got := p.AllowsImage(name); got != want {
			t.Errorf("AllowsImage(%q) = %t, want %t", name, got, want)
		}
	}
	tagged := policy.Policy{AllowedImages: []policy.ImagePattern{"registry.example/app:latest"}}
	for name, want := range map[string]bool{"registry.example/app": true, "registry.example/app:latest@sha256:ab": true, "registry.example/app@sha256:ab": false, "registry.example/app:1": false} {
		if got := tagged.AllowsImage(name); got != want {
			t.Errorf("AllowsImage(%q) by a tag = %t, want %t", name, got, want)
		}
	}
	if !(policy.Policy{}).AllowsImage("anything.example/${X}") {
		t.Error("a policy that names no image allows none")
	}
}

func TestLabelMatches(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern, value string
		want           bool
	}{
		{"", "x", true}, {"", "", false}, {"", " ", false}, {"MIT", "MIT", true}, {"MIT", "MITx", false},
		{"https://git.example/*", "https://git.example/team/app", true}, {"https://git.example/*", "https://evil.example/?https://git.example/", false},
		{"*-only", "GPL-3.0-only", true}, {"a*b*c", "a-b-c", true}, {"a*b*c", "a-c-b", false}, {"a*a", "a", false}, {"*", "", true},
	}
	for _, tt := range tests {
		if got := (policy.Label{Name: "l", Value: tt.pattern}).Matches(tt.value); got != tt.want {
			t.Errorf("Matches(%q, %q) = %t, want %t", tt.pattern, tt.value, got, tt.want)
		}
	}
}

// What a policy asks for in its own words blocks whatever its severity is, unless a rule or an exception names it, and what it
// does not ask for passes.
func TestWhatIsAskedForBlocks(t *testing.T) {
	t.Parallel()
	asks := policy.Policy{FailOn: policy.Never, AllowedBases: []policy.AllowedBase{{Image: "debian"}}, AllowedImages: []policy.ImagePattern{"debian"}, MaxBaseAge: 1, MaxImageAge: 1, Labels: []policy.Label{{Name: "a"}}}
	for id, rule := range map[string]policy.Rule{
		finding.RuleBaseNotAllowed: policy.RuleAllowedBases, finding.RuleBaseNotConfirmed: policy.RuleAllowedBases, finding.RuleBaseNotProven: policy.RuleAllowedBases,
		finding.RuleImageNotAllowed: policy.RuleAllowedImages, finding.RuleBaseTooOld: policy.RuleMaxBaseAge,
		finding.RuleImageTooOld: policy.RuleMaxImageAge, finding.RuleLabelMissing: policy.RuleLabels,
	} {
		f := finding.Finding{Kind: finding.KindCheck, ID: id, Severity: finding.SeverityLow, Check: &finding.Check{}}
		judge := func(p policy.Policy) policy.Decision {
			v, _ := policy.Judge(p, policy.Input{Findings: []finding.Finding{f}})
			return v.Decisions[0]
		}
		if d := judge(asks); d.Effect != policy.Blocks || d.Rule != rule {
			t.Errorf("%s: %+v, want it blocked by %s", id, d, rule)
		}
		if d := judge(policy.Policy{}); d.Effect != policy.Tolerated {
			t.Errorf("%s: %+v, want it to pass where nothing is asked", id, d)
		}
		named := asks
		named.Rules = policy.Rules{id: policy.ActionWarn}
		if d := judge(named); d.Effect != policy.Tolerated || d.Rule != policy.RuleRules {
			t.Errorf("%s: %+v, want the rule to say more", id, d)
		}
		locked := asks
		locked.Locks = []policy.Rule{rule}
		named.Floor = &locked
		if len(named.Loosened()) == 0 {
			t.Errorf("%s: a rule loosens %s, which is locked", id, rule)
		}
	}
}
