package policy_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	accepted := exception("CVE-1")
	tests := []struct {
		name     string
		from, to policy.Policy
		want     []string // the messages
		loosens  bool     // the first one
	}{
		{name: "the same in other words", from: policy.Policy{FailOn: "high"}, to: policy.Policy{FailOn: "critical", Limits: policy.Limits{Fixable: "high", Unfixable: "high"},
			Base: policy.Side{FailOn: "high"}, Own: policy.Side{FailOn: "high"}, Coverage: policy.ActionBlock, MaxException: policy.DefaultMaxException}},
		{name: "fail-on", to: policy.Policy{FailOn: "medium"}, loosens: true, want: []string{"loosens fail-on: more of the severities low, negligible would pass"}},
		{name: "unfixable of the base", from: policy.Policy{FailOn: "low"}, to: policy.Policy{FailOn: "low", Base: policy.Side{Limits: policy.Limits{Unfixable: "high"}}}, loosens: true,
			want: []string{"loosens fail-on: more of the severities medium, low would pass (base, unfixable; base, won't fix; base, end of life; base, end of life and won't fix)"}},
		{name: "both ways", from: policy.Policy{FailOn: "high"}, to: policy.Policy{FailOn: "low", Limits: policy.Limits{Unfixable: "critical"}}, loosens: true,
			want: []string{"loosens fail-on: more of the severities high would pass", "tightens fail-on: more of the severities medium, low would block"}},
		{name: "shadowed", from: policy.Policy{Shadowed: policy.ActionBlock}, loosens: true, want: []string{"loosens shadowed"}},
		{name: "checks", from: policy.Policy{FailOn: "high"}, to: policy.Policy{FailOn: "high", Checks: policy.Checks{Base: policy.Never}}, loosens: true,
			want: []string{"loosens checks: more of the severities critical, high, unknown would pass (base, checks)"}},
		{name: "checks apart, as before", from: policy.Policy{FailOn: "high"}, to: policy.Policy{FailOn: "high", Checks: policy.Checks{Severity: "high"}}},
		{name: "secrets", to: policy.Policy{Secrets: policy.ActionWarn}, loosens: true, want: []string{"loosens secrets"}},
		{name: "secrets ignored", from: policy.Policy{Secrets: policy.ActionWarn}, to: policy.Policy{Secrets: policy.ActionIgnore}, loosens: true, want: []string{"loosens secrets"}},
		{name: "a rule", to: policy.Policy{Rules: policy.Rules{"LG-IMG-*": policy.ActionWarn, "LG-IMG-001": policy.ActionBlock}}, loosens: true, want: []string{"loosens rules: LG-IMG-*"}},
		{name: "a stricter rule", from: policy.Policy{Secrets: policy.ActionWarn, Checks: policy.Checks{Severity: policy.Never}}, to: policy.Policy{Secrets: policy.ActionWarn, Checks: policy.Checks{Severity: policy.Never},
			Rules: policy.Rules{"LG-IMG-001": policy.ActionBlock}}, want: []string{"tightens rules: LG-IMG-001"}},
		{name: "a rule that is said twice", from: policy.Policy{Rules: policy.Rules{"LG-*": policy.ActionWarn}}, to: policy.Policy{Rules: policy.Rules{"LG-*": policy.ActionWarn, "LG-IMG-1": policy.ActionWarn}}},
		{name: "rules that include licences", from: policy.Policy{Checks: policy.Checks{Severity: policy.Never}, Secrets: policy.ActionWarn}, to: policy.Policy{Checks: policy.Checks{Severity: policy.Never}, Secrets: policy.ActionWarn,
			Rules: policy.Rules{"LG-*": policy.ActionWarn}}, loosens: true, want: []string{"loosens rules: LG-LIC-001", "tightens rules: LG-LIC-002"}},
		{name: "licenses", from: policy.Policy{Licenses: policy.Licenses{LicenseSide: policy.LicenseSide{Deny: []string{"GPL-*"}}}},
			to: policy.Policy{Licenses: policy.Licenses{Own: policy.LicenseSide{Deny: []string{"GPL-*"}, Unknown: policy.ActionWarn}}}, loosens: true,
			want: []string{"loosens licenses: base, which no longer lists GPL-*", "tightens licenses: unknown ones, own"}},
		{name: "bases", to: policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "debian"}}}, want: []string{"tightens allowed-bases, which names some"}},
		{name: "any base", from: policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "debian"}}}, loosens: true, want: []string{"loosens allowed-bases, which names none any more"}},
		{name: "images of manifests", from: policy.Policy{AllowedImages: []policy.ImagePattern{"a"}}, to: policy.Policy{AllowedImages: []policy.ImagePattern{"a", "b/**"}}, loosens: true,
			want: []string{"loosens allowed-images, which also lists b/**"}},
		{name: "narrower images of manifests", from: policy.Policy{AllowedImages: []policy.ImagePattern{"r.example/**", "docker.io/library/*:*"}},
			to: policy.Policy{AllowedImages: []policy.ImagePattern{"r.example/**", "r.example/a/**", "r.example/*/b:1*", "docker.io/library/*:*", "debian:12*"}}},
		{name: "images of manifests, some of them narrower", from: policy.Policy{AllowedImages: []policy.ImagePattern{"r.example/a/**", "r.example/b:1*"}},
			to: policy.Policy{AllowedImages: []policy.ImagePattern{"r.example/a/*/c", "r.example/b", "r.example/**"}}, loosens: true,
			want: []string{"loosens allowed-images, which also lists r.example/**, r.example/b"}},
		{name: "a narrower base", from: policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "debian:*"}}}, to: policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "debian:*"}, {Image: "debian:12"}}}},
		{name: "other bases", from: policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "a"}, {Image: "b"}}}, to: policy.Policy{AllowedBases: []policy.AllowedBase{{Image: "b"}, {Image: "c"}}}, loosens: true,
			want: []string{"loosens allowed-bases, which also lists c", "tightens allowed-bases, which no longer lists a"}},
		{name: "bases that need no proof any more", from: bases(proof(policy.BySignature, "a")), to: bases(policy.Proof{}), loosens: true, want: []string{"loosens allowed-bases, which also lists debian"}},
		{name: "bases that have to be proven", from: bases(policy.Proof{}), to: bases(proof(policy.BySignature, "a")), want: []string{"tightens allowed-bases, which no longer lists debian"}},
		{name: "the default kind of proof in words", from: bases(proof("", "a")), to: bases(proof(policy.BySignature, "a"))},
		{name: "a builder", from: bases(proof(policy.ByProvenance, "a")), to: bases(policy.Proof{By: policy.ByProvenance, Key: proof("", "a").Key, Builder: "b"}),
			want: []string{"tightens allowed-bases, which no longer lists debian with a provenance by the key " + short("a")}},
		{name: "another key and verifier", from: bases(policy.Proof{By: policy.ByVerdict, Key: proof("", "a").Key, Verifier: "v"}), to: bases(policy.Proof{By: policy.ByVerdict, Key: proof("", "b").Key, Verifier: "v"}), loosens: true,
			want: []string{"loosens allowed-bases, which also lists debian with a verdict by the key " + short("b") + " of v", "tightens allowed-bases, which no longer lists debian with a verdict by the key " + short("a") + " of v"}},
		{name: "another verifier", from: bases(policy.Proof{By: policy.ByVerdict, Key: proof("", "a").Key, Verifier: "v"}), to: bases(policy.Proof{By: policy.ByVerdict, Key: proof("", "a").Key, Verifier: "w"}), loosens: true,
			want: []string{"loosens allowed-bases, which also lists debian with a verdict by the key " + short("a") + " of w", "tightens allowed-bases, which no longer lists debian with a verdict by the key " + short("a") + " of v"}},
		{name: "ages", from: policy.Policy{MaxBaseAge: 3, MaxImageAge: 3}, to: policy.Policy{MaxBaseAge: 4, MaxImageAge: 2}, loosens: true, want: []string{"loosens max-base-age", "tightens max-image-age"}},
		{name: "any age", from: policy.Policy{MaxBaseAge: 3}, to: policy.Policy{MaxImageAge: 3}, loosens: true, want: []string{"loosens max-base-age", "tightens max-image-age"}},
		{name: "labels", from: policy.Policy{Labels: []policy.Label{{Name: "a"}, {Name: "b", Value: "x"}}}, to: policy.Policy{Labels: []policy.Label{{Name: "a"}, {Name: "b"}}}, loosens: true,
			want: []string{"loosens labels, which no longer lists b=x", "tightens labels, which lists b"}},
		{name: "gap", to: policy.Policy{Gaps: map[finding.Gap]policy.Action{finding.GapUnreadableFile: policy.ActionIgnore}}, loosens: true, want: []string{"loosens coverage: " + string(finding.GapUnreadableFile)}},
		{name: "stricter gap", to: policy.Policy{Gaps: map[finding.Gap]policy.Action{finding.GapUnpublished: policy.ActionBlock}}, want: []string{"tightens coverage: " + string(finding.GapUnpublished)}},
		{name: "always-block", from: policy.Policy{AlwaysBlock: policy.AlwaysBlock{KnownExploited: true, EPSS: 0.1, IDs: []string{"A"}}},
			to: policy.Policy{AlwaysBlock: policy.AlwaysBlock{EPSS: 0.2, Malicious: policy.ActionPass, Packages: []string{"p"}}}, loosens: true,
			want: []string{"loosens always-block: known-exploited", "loosens always-block: epss", "loosens always-block: malicious", "loosens always-block: ids, which no longer lists A", "tightens always-block: packages, which lists p"}},
		{name: "a probability where there was none", to: policy.Policy{AlwaysBlock: policy.AlwaysBlock{EPSS: 0.5}}, want: []string{"tightens always-block: epss"}},
		{name: "grace", from: policy.Policy{Grace: policy.Grace{finding.SeverityHigh: 3}}, to: policy.Policy{Grace: policy.Grace{finding.SeverityHigh: 4}}, loosens: true, want: []string{"loosens grace: high"}},
		{name: "another author", from: policy.Policy{VEX: policy.VEX{Trust: []policy.Trusted{{Author: "us"}}}}, to: policy.Policy{VEX: policy.VEX{Trust: []policy.Trusted{{Author: "them"}}}}, loosens: true,
			want: []string{"loosens vex, which trusts them", "tightens vex, which no longer trusts us"}},
		{name: "max-exception", to: policy.Policy{MaxException: 400}, loosens: true, want: []string{"loosens max-exception"}},
		{name: "exceptions", from: policy.Policy{Exceptions: []policy.Exception{exception("CVE-2")}}, to: policy.Policy{Exceptions: []policy.Exception{accepted}}, loosens: true,
			want: []string{"adds an exception for CVE-1, accepted by team " + accepted.End(), "removes an exception for CVE-2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := policy.Compare(tt.from, tt.to)
			if len(got) != len(tt.want) {
				t.Fatalf("Compare() = %+v, want %q", got, tt.want)
			}
			for i, d := range got {
				if !strings.HasPrefix(d.Message, tt.want[i]) {
					t.Errorf("Compare()[%d] = %q, want %q", i, d.Message, tt.want[i])
				}
				if d.Loosens != strings.HasPrefix(d.Message, "loosens") && d.Rule != policy.RuleExceptions {
					t.Errorf("Compare()[%d] = %+v, which contradicts itself", i, d)
				}
			}
			if len(got) > 0 && got[0].Loosens != tt.loosens {
				t.Errorf("Compare()[0].Loosens = %v, want %v", got[0].Loosens, tt.loosens)
			}
		})
	}
}

// A pattern that is called no looser than another one allows no image that the other one does not.
func TestANarrowerPatternAllowsNothingMore(t *testing.T) {
	t.Parallel()
	patterns := []policy.ImagePattern{
		"debian", "debian:*", "debian:12*", "debian:12?", "debian:[1a]*", "debian:*a*", "docker.io/**", "docker.io/library/**", "docker.io/*/debian", "r.example/**", "r.example/a/**",
		"r.example/a", "r.example/*", "r.example/a*/b", "r.example/a*/**", "*/a", "*/**", "r.example/a@sha256:1", "r.example/a:1@sha256:1", "$R/a",
	}
	images := []string{
		"debian", "debian:12", "debian:123", "debian:1", "debian:b", "debian:a", "docker.io/x/debian", "r.example/a", "r.example/a:1", "r.example/a:1@sha256:1", "r.example/a@sha256:1", "r.example/a/b",
		"r.example/ab/b:2", "r.example/b", "r.example/a/b/c", "s.example/a", "s.example/a/b", "$R/a",
	}
	narrower := 0
	for _, wide := range patterns {
		for _, narrow := range patterns {
			from := policy.Policy{AllowedImages: []policy.ImagePattern{wide}}
			if len(policy.Compare(from, policy.Policy{AllowedImages: []policy.ImagePattern{wide, narrow}})) > 0 {
				continue
			}
			narrower++
			for _, image := range images {
				if (policy.Policy{AllowedImages: []policy.ImagePattern{narrow}}).AllowsImage(image) && !from.AllowsImage(image) {
					t.Errorf("Compare() says that %s is no looser than %s, which does not allow %s", narrow, wide, image)
				}
			}
		}
	}
	if narrower < len(patterns)+10 {
		t.Errorf("only %d pairs were tried", narrower)
	}
}

// Each field of a policy is compared: one that is added has to be a case here, and so in Compare.
func TestCompareKnowsEveryField(t *testing.T) {
	t.Parallel()
	set := map[string]policy.Policy{
		"FailOn": {FailOn: "low"}, "Coverage": {Coverage: policy.ActionWarn}, "Gaps": {Gaps: map[finding.Gap]policy.Action{finding.GapVersion: policy.ActionWarn}},
		"Limits": {Limits: policy.Limits{Fixable: "low"}}, "Base": {Base: policy.Side{FailOn: "low"}}, "Own": {Own: policy.Side{FailOn: "low"}},
		"AlwaysBlock": {AlwaysBlock: policy.AlwaysBlock{EPSS: 0.1}}, "Shadowed": {Shadowed: policy.ActionIgnore}, "Grace": {Grace: policy.Grace{finding.SeverityLow: 1}},
		"Checks": {Checks: policy.Checks{Severity: "low"}}, "Secrets": {Secrets: policy.ActionWarn}, "Rules": {Rules: policy.Rules{"LG-IMG-001": policy.ActionWarn}},
		"Licenses":      {Licenses: policy.Licenses{Own: policy.LicenseSide{Deny: []string{"GPL-*"}}}},
		"AllowedImages": {AllowedImages: []policy.ImagePattern{"registry.example/**"}},
		"AllowedBases":  {AllowedBases: []policy.AllowedBase{{Image: "debian"}}}, "MaxBaseAge": {MaxBaseAge: 1}, "MaxImageAge": {MaxImageAge: 1}, "Labels": {Labels: []policy.Label{{Name: "a"}}},
		"GateOn": {GateOn: policy.GateOnNew}, "VEX": {VEX: policy.VEX{Trust: []policy.Trusted{{Author: "us"}}}},
		"Exceptions": {Exceptions: []policy.Exception{exception("CVE-1")}}, "MaxException": {MaxException: 1}, "Require": {Require: []policy.Requirement{"junit"}}, "ImmutableTags": {ImmutableTags: true}, "Attesters": {Attesters: []policy.Attester{{Key: "a"}}}, "Locks": {Locks: []policy.Rule{policy.RuleGrace}},
	}
	for i := range reflect.TypeFor[policy.Policy]().NumField() {
		name := reflect.TypeFor[policy.Policy]().Field(i).Name
		if name == "Source" || name == "Bases" {
			continue // decide nothing
		}
		p, ok := set[name]
		if !ok || len(policy.Compare(policy.Policy{}, p)) == 0 {
			t.Errorf("Compare({}, {%s: …}) finds no difference", name)
		}
	}
}

// A policy that Compare finds no looser lets nothing pass that the other one blocks.
func TestWhatIsNoLooserLetsNothingMorePass(t *testing.T) {
	t.Parallel()
	policies := filePolicies()
	tried := 0
	forFilePolicies(func(p policy.Policy, findings []finding.Finding, r *rand.Rand) {
		other := policies[r.IntN(len(policies))]
		if r.IntN(2) == 0 {
			other = p // but for one rule
			switch r.IntN(5) {
			case 0:
				other.Limits.Fixable = policy.Thresholds()[r.IntN(len(policy.Thresholds()))]
			case 1:
				other.Rules = someRules(r)
			case 2:
				other.Checks.Base = policy.Thresholds()[r.IntN(len(policy.Thresholds()))]
			case 3:
				other.Secrets, other.Licenses.Own.Unknown = action(r), action(r)
			case 4:
				other.Licenses.Deny = someLicenses(r)
			}
		}
		looser := false
		for _, d := range policy.Compare(p, other) {
			looser = looser || d.Loosens
		}
		if looser {
			return
		}
		tried++
		before, after := judgedToday(p, findings), judgedToday(other, findings)
		for i := range findings {
			if before.Decisions[i].Effect == policy.Blocks && after.Decisions[i].Effect != policy.Blocks {
				t.Errorf("%+v lets pass %+v, which %+v blocks", other, findings[i], p)
			}
		}
	})
	if tried < 50 {
		t.Errorf("only %d pairs of policies were tried", tried)
	}
}

func TestOfBranch(t *testing.T) {
	t.Parallel()
	at := func(line int) *finding.Location { return &finding.Location{File: "p.yaml", Line: line, EndLine: line} }
	kept, gone, added := exception("KEPT"), exception("GONE"), exception("ADDED")
	kept.Where, gone.Where = at(5), at(9)
	base := policy.Policy{FailOn: "high", Exceptions: []policy.Exception{kept, gone}, Source: policy.Source{File: "p.yaml", Lines: map[string]finding.Location{"fail-on": *at(1), "coverage": *at(2)}}}
	kept.Where, added.Where = at(15), at(19)
	own := policy.Policy{FailOn: "critical", Exceptions: []policy.Exception{kept, added}, Source: policy.Source{File: "p.yaml", Lines: map[string]finding.Location{"fail-on": *at(11), "coverage": *at(12)}}}

	got := base.OfBranch("main", own)
	if got.Digest() != base.Digest() || got.Branch != "main" || len(got.Changes) != 3 {
		t.Errorf("OfBranch() = %+v, want the policy of the branch with three differences", got)
	}
	if diff := cmp.Diff(map[string]finding.Location{"coverage": *at(12)}, got.Lines); diff != "" {
		t.Errorf("OfBranch().Lines, of what is the same in both (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]*finding.Location{at(15), nil}, []*finding.Location{got.Exceptions[0].Where, got.Exceptions[1].Where}); diff != "" {
		t.Errorf("OfBranch().Exceptions, their lines (-want +got):\n%s", diff)
	}
	pending := fmt.Sprint(got.Pending())
	for _, want := range []string{"this change loosens fail-on", "this change adds an exception for ADDED", "that counts once it is merged into main"} {
		if !strings.Contains(pending, want) {
			t.Errorf("Pending() = %s, want %q", pending, want)
		}
	}
	if got := (policy.Policy{}).OfBranch("main", own); len(got.Changes) == 0 || got.Changes[0].Message != "adds the policy file p.yaml" {
		t.Errorf("OfBranch() of a branch without a file = %+v, want the file as the first difference", got.Changes)
	}
	if got := base.OfBranch("main", policy.Policy{}); len(got.Changes) == 0 || got.Changes[0].Message != "removes the policy file p.yaml" || strings.Contains(fmt.Sprint(got.Changes), "adds the policy file") {
		t.Errorf("OfBranch() of a change without a file = %+v, want the file as the first difference", got.Changes)
	}
}

// Which base images remedies may propose decides about no finding.
func TestBasesDecideNothing(t *testing.T) {
	t.Parallel()
	with := policy.Policy{Bases: []string{"registry.example/base:1"}}
	if got := policy.Compare(policy.Policy{}, with); len(got) > 0 || with.Digest() != (policy.Policy{}).Digest() {
		t.Errorf("Compare() = %+v and the digest is %s, want no difference", got, with.Digest())
	}
}
