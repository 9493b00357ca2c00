package report

import (
	"bytes"
	"strings"
	"testing"
)

// Rules of a policy in a registry are named by their reference, and no line of the project is made of that.
func TestRulesOfPublishedPolicy(t *testing.T) {
	t.Parallel()
	r := policyReport()
	const published = "oci://registry.example/policies/org@sha256:1"
	for _, d := range r.Verdict.Decisions {
		if d.Where != nil {
			d.Where.File = published
		}
	}
	for _, n := range r.Verdict.Notes {
		if n.Where != nil {
			n.Where.File = published
		}
	}
	named := 0
	for _, n := range r.PolicyNotes() {
		if n.Location != nil && n.Location.File == published {
			t.Errorf("PolicyNotes() puts %q on a line of the project", n.Message)
		}
		if strings.HasPrefix(n.Message, published+":") {
			named++
		}
	}
	if named == 0 {
		t.Error("PolicyNotes() names no rule by the reference of its policy")
	}
	var b bytes.Buffer
	if err := SARIF(&b, r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"suppressions"`) || strings.Contains(b.String(), "policies/org") {
		t.Error("SARIF() has no suppressions, or one with a place in a registry")
	}
}
