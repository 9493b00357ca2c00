package policy_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// said is a statement of the author vendor in a file, so many days before today.
func said(s policy.Status, daysAgo int, changes ...func(*policy.Statement)) policy.Statement {
	out := policy.Statement{
		Status: s, Author: "vendor", Origin: policy.OriginFile, Document: "vex/a.json", Line: 8, Time: today.AddDate(0, 0, -daysAgo),
	}
	for _, change := range changes {
		change(&out)
	}
	return out
}

func publicKey(t testing.TB, seed byte) policy.Key {
	t.Helper()
	private := ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(seed)), ed25519.SeedSize)))
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return policy.Key(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func TestNewestStatementWins(t *testing.T) {
	t.Parallel()
	detail := func(s *policy.Statement) { s.Detail = "Upgrade." }
	other := func(s *policy.Statement) { s.Author = "somebody" }
	tests := []struct {
		name       string
		statements []policy.Statement
		effect     policy.Effect
		reason     string
	}{
		{name: "none", effect: policy.Blocks, reason: "severity high; any vulnerability blocks"},
		{name: "not affected", statements: []policy.Statement{said(policy.StatusNotAffected, 9, func(s *policy.Statement) {
			s.Justification, s.Detail = "vulnerable_code_not_present", "We leave it out."
		})}, effect: policy.Waived, reason: "vendor says that it is not affected (vulnerable code not present): We leave it out"},
		{name: "fixed", statements: []policy.Statement{said(policy.StatusFixed, 9)}, effect: policy.Waived, reason: "vendor says that it is fixed"},
		{name: "affected", statements: []policy.Statement{said(policy.StatusAffected, 9, detail)}, effect: policy.Blocks, reason: "severity high; any vulnerability blocks; vendor says that it is affected: Upgrade"},
		{name: "under investigation", statements: []policy.Statement{said(policy.StatusUnderInvestigation, 9)}, effect: policy.Blocks, reason: "severity high; any vulnerability blocks; vendor says that it is under investigation"},
		{name: "affected, after not affected", statements: []policy.Statement{said(policy.StatusNotAffected, 9), said(policy.StatusAffected, 1, detail)}, effect: policy.Blocks, reason: "severity high; any vulnerability blocks; vendor says that it is affected: Upgrade"},
		{name: "not affected, after affected", statements: []policy.Statement{said(policy.StatusNotAffected, 1), said(policy.StatusAffected, 9, detail)}, effect: policy.Waived, reason: "vendor says that it is not affected"},
		{name: "both at the same time", statements: []policy.Statement{said(policy.StatusNotAffected, 1), said(policy.StatusUnderInvestigation, 1)}, effect: policy.Blocks, reason: "severity high; any vulnerability blocks; vendor says that it is under investigation"},
		{name: "of somebody else", statements: []policy.Statement{said(policy.StatusNotAffected, 1, other)}, effect: policy.Blocks, reason: "severity high; any vulnerability blocks"},
		{name: "newer of somebody else", statements: []policy.Statement{said(policy.StatusNotAffected, 9), said(policy.StatusAffected, 1, other)}, effect: policy.Waived, reason: "vendor says that it is not affected"},
		{name: "a status that is not known", statements: []policy.Statement{said("harmless", 1)}, effect: policy.Blocks, reason: "severity high; any vulnerability blocks; vendor says that it is "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := policy.Policy{VEX: policy.VEX{Trust: []policy.Trusted{{Author: "vendor"}}}}
			v, _ := policy.Judge(p, policy.Input{
				Findings: []finding.Finding{vulnerability(finding.SeverityHigh, finding.Visible)}, Statements: map[int][]policy.Statement{0: tt.statements}, Now: today,
			})
			if d := v.Decisions[0]; d.Effect != tt.effect || d.Reason != tt.reason {
				t.Errorf("Judge() = %s, %q, want %s, %q", d.Effect, d.Reason, tt.effect, tt.reason)
			}
		})
	}
}

func TestTrust(t *testing.T) {
	t.Parallel()
	key, otherKey := publicKey(t, 'a'), publicKey(t, 'b')
	keyed := policy.Trusted{Author: "vendor", Key: key}
	from := func(o policy.Origin) func(*policy.Statement) { return func(s *policy.Statement) { s.Origin = o } }
	signed := func(s *policy.Statement) { s.SignedBy = []string{keyed.Key.ID()} }
	tests := []struct {
		name      string
		trust     []policy.Trusted
		statement policy.Statement
		why       string // it is not trusted
	}{
		{"listed", []policy.Trusted{{Author: "vendor"}}, said(policy.StatusFixed, 1), ""},
		{"listed, in the project", []policy.Trusted{{Author: "vendor"}}, said(policy.StatusFixed, 1, from(policy.OriginProject)), ""},
		{"listed, on the image", []policy.Trusted{{Author: "vendor"}}, said(policy.StatusFixed, 1, from(policy.OriginImage)), "does not trust the author's documents that are attached to the image"},
		{"listed for the image", []policy.Trusted{{Author: "vendor", From: []policy.Origin{policy.OriginImage}}}, said(policy.StatusFixed, 1, from(policy.OriginImage)), ""},
		{"listed for files alone", []policy.Trusted{{Author: "vendor", From: []policy.Origin{policy.OriginFile}}}, said(policy.StatusFixed, 1, from(policy.OriginProject)), "does not trust the author's documents in the project"},
		{"a clock that is ahead", []policy.Trusted{{Author: "vendor"}}, said(policy.StatusFixed, -1), ""},
		{"of the future", []policy.Trusted{{Author: "vendor"}}, said(policy.StatusFixed, -2), "it is dated in the future"},
		{"not listed", nil, said(policy.StatusFixed, 1), "does not list the author"},
		{"another author", []policy.Trusted{{Author: "Vendor"}}, said(policy.StatusFixed, 1), "does not list the author"},
		{"signed", []policy.Trusted{keyed}, said(policy.StatusFixed, 1, signed), ""},
		{"signed, on the image", []policy.Trusted{keyed}, said(policy.StatusFixed, 1, signed, from(policy.OriginImage)), ""},
		{"listed, by the change", []policy.Trusted{{Author: "vendor"}}, said(policy.StatusFixed, 1, from(policy.OriginChange)), "the change itself brings or edits it"},
		{"signed, by the change", []policy.Trusted{keyed}, said(policy.StatusFixed, 1, signed, from(policy.OriginChange)), ""},
		{"signed for files alone, by the change", []policy.Trusted{{Author: "vendor", Key: key, From: []policy.Origin{policy.OriginFile}}}, said(policy.StatusFixed, 1, signed, from(policy.OriginChange)), "does not trust the author's documents in the project"},
		{"not signed", []policy.Trusted{keyed}, said(policy.StatusFixed, 1), "not signed with the author's key"},
		{"signed with another key", []policy.Trusted{{Author: "vendor", Key: otherKey}}, said(policy.StatusFixed, 1, signed), "not signed with the author's key"},
		{"one of two keys", []policy.Trusted{{Author: "vendor", Key: otherKey}, keyed}, said(policy.StatusFixed, 1, signed), ""},
		{"signed by somebody else", []policy.Trusted{{Author: "other", Key: key}}, said(policy.StatusFixed, 1, signed), "does not list the author"},
		{"a key that is none", []policy.Trusted{{Author: "vendor", Key: "secret"}}, said(policy.StatusFixed, 1), "not one public key"},
		{"an origin that is none", []policy.Trusted{{Author: "vendor", From: []policy.Origin{"web"}}}, said(policy.StatusFixed, 1), `origin "web"`},
		{"a name that is none", []policy.Trusted{{Author: " "}}, said(policy.StatusFixed, 1, func(s *policy.Statement) { s.Author = " " }), "names no author"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := vulnerability(finding.SeverityHigh, finding.Visible)
			v, _ := policy.Judge(policy.Policy{VEX: policy.VEX{Trust: tt.trust}}, policy.Input{
				Findings: []finding.Finding{f, f}, Statements: map[int][]policy.Statement{0: {tt.statement}, 1: {tt.statement}}, Now: today,
			})
			if waived := v.Decisions[0].Effect == policy.Waived; waived != (tt.why == "") {
				t.Errorf("Judge() = %+v, want it waived: %t", v.Decisions[0], tt.why == "")
			}
			switch {
			case tt.why == "" && len(v.Notes) != 0:
				t.Errorf("Notes = %+v, want none", v.Notes)
			case tt.why != "" && (len(v.Notes) != 1 || !strings.Contains(v.Notes[0].Message, tt.why) || !strings.Contains(v.Notes[0].Message, "of 2 findings") || v.Notes[0].Kind != policy.NoteDistrusted):
				t.Errorf("Notes = %+v, want one with %q", v.Notes, tt.why)
			}
		})
	}
}

func TestTrustsImages(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		trust policy.Trusted
		want  bool
	}{
		{policy.Trusted{Author: "a"}, false},
		{policy.Trusted{Author: "a", From: []policy.Origin{policy.OriginImage}}, true},
		{policy.Trusted{Author: "a", Key: publicKey(t, 'a')}, true},
		{policy.Trusted{Author: "a", Key: "no key"}, false},
		{policy.Trusted{Author: "a", Key: publicKey(t, 'a'), From: []policy.Origin{policy.OriginProject}}, false},
	} {
		if got := (policy.VEX{Trust: []policy.Trusted{tt.trust}}).TrustsImages(); got != tt.want {
			t.Errorf("TrustsImages() of %+v = %t, want %t", tt.trust, got, tt.want)
		}
	}
}

// Whoever attaches a document chooses its author's name; not all of it is repeated.
func TestDistrustedNameIsBounded(t *testing.T) {
	t.Parallel()
	s := said(policy.StatusFixed, 1, func(s *policy.Statement) { s.Author = strings.Repeat("ä", 5000) })
	v, _ := policy.Judge(policy.Policy{}, policy.Input{
		Findings: []finding.Finding{vulnerability(finding.SeverityHigh, finding.Visible)}, Statements: map[int][]policy.Statement{0: {s}}, Now: today,
	})
	if len(v.Notes) != 1 || len(v.Notes[0].Message) > 1000 || !strings.Contains(v.Notes[0].Message, "ä…") {
		t.Errorf("Notes = %.2000v, want one that repeats the beginning of the name", v.Notes)
	}
}

// A decision has the statement that made it, and its line where that is in the project.
func TestDecisionByStatement(t *testing.T) {
	t.Parallel()
	f := []finding.Finding{vulnerability(finding.SeverityHigh, finding.Visible)}
	p := policy.Policy{VEX: policy.VEX{Trust: []policy.Trusted{{Author: "vendor", From: policy.Origins()}}}}
	for _, tt := range []struct {
		statement policy.Statement
		where     *finding.Location
	}{
		{said(policy.StatusFixed, 1), &finding.Location{File: "vex/a.json", Line: 8, EndLine: 8}},
		{said(policy.StatusFixed, 1, func(s *policy.Statement) { s.Document = "/etc/vex.json" }), nil},
		{said(policy.StatusFixed, 1, func(s *policy.Statement) { s.Document = "../vex.json" }), nil},
		{said(policy.StatusFixed, 1, func(s *policy.Statement) { s.Origin, s.Document = policy.OriginImage, "sha256:00" }), nil},
	} {
		v, _ := policy.Judge(p, policy.Input{Findings: f, Statements: map[int][]policy.Statement{0: {tt.statement}}, Now: today})
		want := policy.Decision{Effect: policy.Waived, Rule: policy.RuleVEX, Reason: "vendor says that it is fixed", Statement: &tt.statement, Where: tt.where}
		if diff := cmp.Diff(want, v.Decisions[0]); diff != "" {
			t.Errorf("Judge() (-want +got):\n%s", diff)
		}
	}
}

// An exception goes before a statement, and a statement before grace. What is no vulnerability has no statements.
func TestStatementsAmongOthers(t *testing.T) {
	t.Parallel()
	trust := policy.VEX{Trust: []policy.Trusted{{Author: "vendor"}}}
	fixed := map[int][]policy.Statement{0: {said(policy.StatusFixed, 1)}}
	v := edited(unchanged)
	v.Vulnerability.Published = today.Format(time.DateOnly)
	tests := []struct {
		name    string
		policy  policy.Policy
		finding finding.Finding
		rule    policy.Rule
	}{
		{"an exception too", policy.Policy{VEX: trust, Exceptions: []policy.Exception{exception("GHSA-1")}}, v, policy.RuleExceptions},
		{"in grace too", policy.Policy{VEX: trust, Grace: policy.Grace{finding.SeverityHigh: 10}}, v, policy.RuleVEX},
		{"what always blocks", policy.Policy{VEX: trust, AlwaysBlock: policy.AlwaysBlock{IDs: []string{"GHSA-1"}}}, v, policy.RuleVEX},
		{"what passes anyway", policy.Policy{VEX: trust, FailOn: policy.Never}, v, policy.RuleFailOn},
		{"a check", policy.Policy{VEX: trust}, check(finding.SeverityHigh, finding.Visible), policy.RuleFailOn},
		{"a gap", policy.Policy{VEX: trust}, gap(finding.GapNoPackages, ""), policy.RuleCoverage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v, _ := policy.Judge(tt.policy, policy.Input{Findings: []finding.Finding{tt.finding}, Statements: fixed, Now: today})
			if got := v.Decisions[0].Rule; got != tt.rule {
				t.Errorf("Judge() decides by %s, want %s", got, tt.rule)
			}
		})
	}
}

func TestExplainStatement(t *testing.T) {
	t.Parallel()
	p := policy.Policy{VEX: policy.VEX{Trust: []policy.Trusted{{Author: "vendor"}}}}
	in := policy.Input{Findings: []finding.Finding{edited(unchanged), edited(unchanged)}, Statements: map[int][]policy.Statement{1: {said(policy.StatusFixed, 1)}}, Now: today}
	steps, d := policy.Explain(p, in, 1)
	if !slices.ContainsFunc(steps, func(s policy.Step) bool { return s.Rule == policy.RuleVEX }) || d.Effect != policy.Waived {
		t.Errorf("Explain() = %+v, %+v, want a step of the rule vex", steps, d)
	}
	if steps, d := policy.Explain(p, in, 0); len(steps) != 3 || d.Effect != policy.Blocks {
		t.Errorf("Explain() of what nobody says a word about = %+v, %+v", steps, d)
	}
}

// everyStatement lists a statement of each status by a trusted author and another, of two ages.
func everyStatement() []policy.Statement {
	var out []policy.Statement
	for _, s := range policy.Statuses() {
		for _, age := range []int{1, 2} {
			out = append(out, said(s, age), said(s, age, func(s *policy.Statement) { s.Author = "somebody" }))
		}
	}
	return out
}

// Statements do to a finding what the newest that is trusted says, in whatever order they come, and nothing to others. Those that
// do not count, and those that say that it is affected, let nothing pass.
func TestStatementsProperties(t *testing.T) {
	t.Parallel()
	trust := policy.VEX{Trust: []policy.Trusted{{Author: "vendor"}}}
	forRandomFindings(func(findings []finding.Finding, r *rand.Rand) {
		if len(findings) == 0 {
			return
		}
		all := everyStatement()
		var statements []policy.Statement
		for range r.IntN(4) {
			statements = append(statements, all[r.IntN(len(all))])
		}
		index := r.IntN(len(findings))
		shuffled := slices.Clone(statements)
		r.Shuffle(len(shuffled), func(i, k int) { shuffled[i], shuffled[k] = shuffled[k], shuffled[i] })
		waives := false
		newest := time.Time{}
		for _, s := range statements {
			asks := s.Status == policy.StatusAffected || s.Status == policy.StatusUnderInvestigation
			if s.Author == "vendor" && (s.Time.After(newest) || s.Time.Equal(newest) && asks) {
				newest, waives = s.Time, !asks
			}
		}
		for _, p := range policies() {
			p.VEX = trust
			judged := func(said []policy.Statement) policy.Verdict {
				v, _ := policy.Judge(p, policy.Input{Findings: findings, Statements: map[int][]policy.Statement{index: said}, Now: today})
				return v
			}
			without, with := judged(nil), judged(statements)
			if diff := cmp.Diff(with, judged(shuffled)); diff != "" {
				t.Errorf("%+v decides otherwise when statements come in another order:\n%s", p, diff)
			}
			for i, d := range with.Decisions {
				switch was := without.Decisions[i]; {
				case i != index && d != was:
					t.Errorf("a statement about finding %d changes %+v to %+v", index, was, d)
				case i == index && (d.Effect == policy.Waived) != (waives && was.Effect == policy.Blocks && findings[i].Vulnerability != nil):
					t.Errorf("%+v: statements %+v make %+v of %+v", p, statements, d, was)
				case i == index && d.Effect != policy.Waived && d.Effect != was.Effect:
					t.Errorf("statements %+v make %+v of %+v", statements, d, was)
				}
			}
		}
	})
}

// What always blocks passes by a trusted statement, but not where always-block is locked.
func TestStatementsAndLocks(t *testing.T) {
	t.Parallel()
	f := vulnerability(finding.SeverityHigh, finding.Visible)
	f.ID = "CVE-2026-1"
	p := policy.Policy{AlwaysBlock: policy.AlwaysBlock{IDs: []string{f.ID}}, VEX: policy.VEX{Trust: []policy.Trusted{{Author: "vendor"}}}}
	for _, tt := range []struct {
		locks []policy.Rule
		want  policy.Effect
	}{
		{nil, policy.Waived},
		{[]policy.Rule{policy.RuleFailOn}, policy.Waived},
		{[]policy.Rule{policy.RuleAlways}, policy.Blocks},
	} {
		floor := p
		floor.Locks = tt.locks
		on := floor
		on.Floor = &floor
		in := policy.Input{Findings: []finding.Finding{f}, Statements: map[int][]policy.Statement{0: {said(policy.StatusFixed, 1)}}, Now: today}
		if v, _ := policy.Judge(on, in); v.Decisions[0].Effect != tt.want {
			t.Errorf("Judge() on a policy that locks %v = %+v, want %s", tt.locks, v.Decisions[0], tt.want)
		}
	}
}
