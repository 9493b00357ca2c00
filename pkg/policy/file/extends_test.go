package file_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/file"
	"github.com/layergate/layergate/pkg/textfile"
)

// texts are the files of a project by their paths.
type texts map[string]string

func (t texts) ReadFile(name string, _ int64) ([]byte, error) {
	if text, ok := t[name]; ok {
		return []byte(text), nil
	}
	return nil, &fs.PathError{Op: "reading", Path: name, Err: fs.ErrNotExist}
}

const written = "reason: r, owner: o, until: fixed"

func TestExtends(t *testing.T) {
	t.Parallel()
	org := `fail-on: {fixable: high, unfixable: critical}
coverage: {default: warn, unreadable-file: block}
grace: {high: 3}
always-block: {ids: [A]}
exceptions: [{id: ORG, ` + written + `}]
`
	got, err := file.ReadFrom(texts{"policies/org.yaml": org, "app/.layergate.yaml": `# ours
extends: ../policies/org.yaml
fail-on: {fixable: any}
coverage: {default: block}
grace: {low: 9}
always-block: {ids: [B]}
exceptions: [{id: OWN, ` + written + `}]
`}, "app/.layergate.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	at := func(file string, line int) *finding.Location {
		return &finding.Location{File: file, Line: line, EndLine: line}
	}
	exception := func(id string, where *finding.Location) policy.Exception {
		return policy.Exception{ID: id, Reason: "r", Owner: "o", Until: policy.UntilFixed, Where: where}
	}
	want := policy.Policy{
		Limits: policy.Limits{Fixable: policy.Any, Unfixable: "critical"}, Coverage: policy.ActionBlock, Gaps: map[finding.Gap]policy.Action{finding.GapUnreadableFile: policy.ActionBlock},
		Grace: policy.Grace{finding.SeverityHigh: 3, finding.SeverityLow: 9}, AlwaysBlock: policy.AlwaysBlock{IDs: []string{"A", "B"}},
		Exceptions: []policy.Exception{exception("ORG", at("policies/org.yaml", 5)), exception("OWN", at("app/.layergate.yaml", 7))},
	}
	source := got.Source
	got.Source = policy.Source{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ReadFrom() (-want +got):\n%s", diff)
	}
	if len(source.Files) != 2 || source.Files[0].Name != "app/.layergate.yaml" || source.Files[1].Name != "policies/org.yaml" || !strings.HasPrefix(source.Files[1].Digest, "sha256:") {
		t.Errorf("ReadFrom().Files = %+v, want both files with their digests", source.Files)
	}
	for rule, where := range map[string]*finding.Location{"fail-on.fixable": at("app/.layergate.yaml", 3), "fail-on.unfixable": at("policies/org.yaml", 1), "grace.high": at("policies/org.yaml", 3)} {
		if diff := cmp.Diff(where, source.Line(rule)); diff != "" {
			t.Errorf("ReadFrom().Line(%s) (-want +got):\n%s", rule, diff)
		}
	}
}

func TestExtendsRefuses(t *testing.T) {
	t.Parallel()
	long := texts{}
	for i := range 12 {
		long[fmt.Sprintf("%d.yaml", i)] = fmt.Sprintf("extends: ./%d.yaml", i+1)
	}
	tests := []struct {
		name, file string
		files      texts
		want       string
	}{
		{name: "missing", file: "a", files: texts{"a": "fail-on: any\nextends: ./b"}, want: "a:2:10: b does not exist"},
		{name: "out of the project", file: "d/a", files: texts{"d/a": "extends: ../../b"}, want: "d/a:1:10: ../../b is outside of the project"},
		{name: "an absolute path", file: "a", files: texts{"a": "extends: /etc/b"}, want: `a:1:10: extends is the path of a file or a published policy, not "/etc/b"`},
		{name: "an address", file: "a", files: texts{"a": "extends: https://example.org/b"}, want: "a:1:10: extends is the path of a file or"},
		{name: "itself", file: "a", files: texts{"a": "extends: ./a"}, want: "a:1:10: a extends itself"},
		{name: "a cycle", file: "a", files: texts{"a": "extends: ./b", "b": "extends: ./a"}, want: "b:1:10: a extends itself through a, b"},
		{name: "many", file: "0.yaml", files: long, want: "more than 8 files"},
		{name: "wrong below", file: "a", files: texts{"a": "extends: ./b", "b": "fail-on: hgih"}, want: "b:1:10: fail-on is not"},
		{name: "an unknown lock", file: "a", files: texts{"a": "lock: [failon]"}, want: "a:1:8: lock is not"},
		{name: "fail-on", file: "a", files: texts{"a": "extends: ./b\nfail-on: {unfixable: never}", "b": "lock: [fail-on]\nfail-on: high"}, want: "a:2:11: this file loosens fail-on"},
		{name: "grace in place of a locked fail-on", file: "a", files: texts{"a": "extends: ./b\ngrace: {critical: 3650}", "b": "lock: [fail-on]"}, want: "a:2:9: this file loosens grace: critical, and b locks fail-on"},
		{name: "rules in place of locked labels", file: "a", files: texts{"a": "extends: ./b\nrules: {LG-BASE-010: ignore}", "b": "labels: [x]\nlock: [require, labels]"}, want: "a:2:9: this file loosens rules: LG-BASE-010, and b locks labels"},
		{name: "coverage", file: "a", files: texts{"a": "extends: ./b\ncoverage:\n  unreadable-file: warn", "b": "lock: [coverage]"}, want: "a:2:1: this file loosens coverage: unreadable-file, and b locks coverage"},
		{name: "an exception", file: "a", files: texts{"a": "extends: ./b\nexceptions:\n  - {id: A, " + written + "}", "b": "lock: [exceptions]"}, want: "a:3:6: this file adds an exception for A"},
		{name: "what is locked two files below", file: "a", files: texts{"a": "extends: ./b\ngrace: {high: 9}", "b": "extends: ./c", "c": "lock: [grace]"}, want: "a:2:9: this file loosens grace: high, and c locks grace"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := file.ReadFrom(tt.files, tt.file, nil)
			var at *textfile.Error
			if !fault.IsRequest(err) || !errors.As(err, &at) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ReadFrom() = %+v, %v, want %s", got, err, tt.want)
			}
		})
	}
}

// What a policy locks does not get looser by a file that extends it: for random files that are taken, no finding passes that
// the locked policy blocks.
func TestLocksHold(t *testing.T) {
	t.Parallel()
	taken, refused := 0, 0
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 3))
		org := someRules(r) + "lock: [fail-on, always-block, coverage, shadowed, grace, max-exception, exceptions]\n"
		own, err := file.ReadFrom(texts{"org": org, "own": "extends: ./org\n" + someRules(r)}, "own", nil)
		if err != nil {
			if !fault.IsRequest(err) {
				t.Fatalf("ReadFrom() = %v", err)
			}
			refused++
			continue
		}
		taken++
		below, err := file.Parse("org", []byte(org))
		if err != nil {
			t.Fatal(err)
		}
		findings := someFindings(r)
		before, _ := policy.Judge(below, policy.Input{Findings: findings})
		after, _ := policy.Judge(own, policy.Input{Findings: findings})
		for i, d := range before.Decisions {
			if d.Effect == policy.Blocks && after.Decisions[i].Effect != policy.Blocks {
				t.Errorf("seed %d: %+v passes %+v, which blocks by what is locked", seed, own, findings[i])
			}
		}
	}
	if taken < 100 || refused < 100 {
		t.Errorf("%d files were taken and %d refused: that tries too little", taken, refused)
	}
}

// someRules are some rules of a policy file.
func someRules(r *rand.Rand) string {
	var b strings.Builder
	threshold := func() policy.Threshold { return policy.Thresholds()[r.IntN(len(policy.Thresholds()))] }
	if r.IntN(2) == 0 {
		fmt.Fprintf(&b, "fail-on: {severity: %s, unfixable: %s, base: %s}\n", threshold(), threshold(), threshold())
	}
	if r.IntN(3) == 0 {
		fmt.Fprintf(&b, "coverage: {default: %s}\n", []string{"block", "warn"}[r.IntN(2)])
	}
	if r.IntN(3) == 0 {
		fmt.Fprintf(&b, "shadowed: %s\n", []string{"block", "report"}[r.IntN(2)])
	}
	if r.IntN(3) == 0 {
		fmt.Fprintf(&b, "grace: {high: %d}\n", 1+r.IntN(3000))
	}
	if r.IntN(3) == 0 {
		fmt.Fprintf(&b, "always-block: {ids: [%s]}\n", []string{"GHSA-1", "CVE-2"}[r.IntN(2)])
	}
	if r.IntN(3) == 0 {
		fmt.Fprintf(&b, "exceptions: [{id: %s, %s}]\n", []string{"GHSA-1", "CVE-2"}[r.IntN(2)], written)
	}
	return b.String()
}

// someFindings are findings that differ in what rules speak of.
func someFindings(r *rand.Rand) []finding.Finding {
	out := []finding.Finding{{Kind: finding.KindCoverage, ID: string(finding.GapVersion), Coverage: &finding.Coverage{}}}
	for range 8 {
		out = append(out, finding.Finding{
			Kind: finding.KindVulnerability, ID: []string{"GHSA-1", "CVE-2", "CVE-3"}[r.IntN(3)], Severity: finding.Severities()[r.IntN(6)],
			State: []finding.State{finding.Visible, finding.Shadowed}[r.IntN(2)], Layer: &finding.Layer{Base: r.IntN(2) == 0},
			Vulnerability: &finding.Vulnerability{Published: "2026-01-01", Fix: finding.Fix{State: []finding.FixState{finding.FixFixed, finding.FixNone}[r.IntN(2)]}},
		})
	}
	return out
}

// A locked always-block is not waived by exceptions that are added to it, but by its own; one that is not locked is waived.
func TestLockedAlwaysBlock(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, org, between, own string
		want                    policy.Effect
	}{
		{name: "by the file between", org: "lock: [always-block]\nalways-block: {ids: [A]}", between: "exceptions: [{id: A, " + written + "}]", want: policy.Blocks},
		{name: "locked", org: "lock: [always-block]\nalways-block: {ids: [A]}", own: "exceptions: [{id: A, " + written + "}]", want: policy.Blocks},
		{name: "by its own exception", org: "lock: [always-block]\nalways-block: {ids: [A]}\nexceptions: [{id: A, " + written + "}]", want: policy.Waived},
		{name: "not locked", org: "always-block: {ids: [A]}", own: "exceptions: [{id: A, " + written + "}]", want: policy.Waived},
		{name: "what blocks otherwise", org: "lock: [always-block]", own: "exceptions: [{id: A, " + written + "}]", want: policy.Waived},
	}
	f := finding.Finding{Kind: finding.KindVulnerability, ID: "A", Severity: finding.SeverityHigh, State: finding.Visible, Vulnerability: &finding.Vulnerability{}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := file.ReadFrom(texts{"org": tt.org, "between": "extends: ./org\n" + tt.between, "own": "extends: ./between\n" + tt.own}, "own", nil)
			if err != nil {
				t.Fatal(err)
			}
			if v, _ := policy.Judge(p, policy.Input{Findings: []finding.Finding{f}}); v.Decisions[0].Effect != tt.want {
				t.Errorf("Judge() = %+v, want %s", v.Decisions[0], tt.want)
			}
			if _, d := policy.Explain(p, policy.Input{Findings: []finding.Finding{f}}, 0); d.Effect != tt.want {
				t.Errorf("Explain() = %+v, want %s", d, tt.want)
			}
		})
	}
}

// What two files lock is locked once.
func TestLockedTwice(t *testing.T) {
	t.Parallel()
	p, err := file.ReadFrom(texts{"org": "lock: [fail-on]", "own": "extends: ./org\nlock: [fail-on, grace]"}, "own", nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]policy.Rule{policy.RuleFailOn, policy.RuleGrace}, p.Locks); diff != "" {
		t.Errorf("Locks (-want +got):\n%s", diff)
	}
}

// Inputs do not loosen what is locked either.
func TestLoosenedByInputs(t *testing.T) {
	t.Parallel()
	p, err := file.ReadFrom(texts{"org": "lock: [fail-on]\nfail-on: high", "own": "extends: ./org\nfail-on: any"}, "own", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.WithFailOn("high").Loosened(); len(got) != 0 {
		t.Errorf("Loosened(), as strict as what is locked = %+v, want nothing", got)
	}
	if got := p.WithFailOn("critical").Loosened(); len(got) != 1 || got[0].Rule != policy.RuleFailOn {
		t.Errorf("Loosened(), less strict = %+v, want fail-on", got)
	}
	if got := p.WithCoverage(policy.ActionIgnore).Loosened(); len(got) != 0 {
		t.Errorf("Loosened(), not locked = %+v, want nothing", got)
	}
	if got := p.WithOnlyFixed().Loosened(); len(got) != 1 {
		t.Errorf("Loosened(), only fixed = %+v, want fail-on", got)
	}
}
