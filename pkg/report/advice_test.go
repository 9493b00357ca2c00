package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

func TestAdvice(t *testing.T) {
	t.Parallel()
	layer := finding.Layer{Index: 0, DiffID: digestOfAll("e"), CreatedBy: "/bin/sh -c #(nop) ADD file:8bcc in / "}
	in := func(name, id string, s finding.Severity, path string, fixed ...string) finding.Finding {
		return vulnerable(id, s, 0, layer, npm(name, "1.0.0", path), fixed...)
	}
	hidden := in("hidden", "CVE-9", finding.SeverityCritical, "/h")
	hidden.State = finding.Shadowed
	r := judge(base(layer), policy.Threshold("low"),
		in("low", "CVE-1", finding.SeverityLow, "/l", "1.0.1"),
		in("unfixed", "CVE-2", finding.SeverityHigh, "/u"),
		in("fixed", "CVE-3", finding.SeverityHigh, "/a", "1.0.2"),
		in("fixed", "CVE-4", finding.SeverityHigh, "/a", "1.2.0"),
		in("fixed", "CVE-5", finding.SeverityMedium, "/a"),
		in("fixed", "CVE-3", finding.SeverityHigh, "/b", "1.0.2"),
		in("worst", "CVE-6", finding.SeverityCritical, "/w"),
		in("passes", "CVE-7", finding.SeverityNegligible, "/p", "2"),
		hidden,
	)
	var got []string
	for _, a := range r.Advice() {
		got = append(got, a.Title+"\n"+a.Message)
	}
	want := []string{
		"high: CVE-3 in fixed 1.0.0 and 2 more\nfixed 1.0.0 → 1.2.0: removes 2 of 3\nCVE-3 (high), CVE-4 (high), CVE-5 (medium)\n/a, brought by layer 0: ADD file:8bcc in /\nIt is in 1 more place",
		"low: CVE-1 in low 1.0.0\nlow 1.0.0 → 1.0.1\n/l, brought by layer 0: ADD file:8bcc in /",
		"critical: CVE-6 in worst 1.0.0\nThere is no fixed version yet.\n/w, brought by layer 0: ADD file:8bcc in /",
		"high: CVE-2 in unfixed 1.0.0\nThere is no fixed version yet.\n/u, brought by layer 0: ADD file:8bcc in /",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Advice() (-want +got):\n%s", diff)
	}
}

// What the change brings comes first, then what somebody can repair, then what is the project's own; what the base image brings
// and nobody can repair is one advice on its line.
func TestAdviceOrder(t *testing.T) {
	t.Parallel()
	own, below := finding.Layer{Index: 1, DiffID: digestOfAll("a")}, finding.Layer{DiffID: digestOfAll("b"), Base: true}
	from := &finding.Location{File: "Dockerfile", Line: 1, EndLine: 1}
	in := func(name, id string, s finding.Severity, layer finding.Layer, state finding.BaselineState, fixed ...string) finding.Finding {
		f := vulnerable(id, s, 0, layer, npm(name, "1", "/"+name), fixed...)
		f.Baseline = state
		if layer.Base {
			f.Location = from
		}
		return f
	}
	const before, came, learned = finding.BaselineUnchanged, finding.BaselineNew, finding.BaselineNewlyKnown
	r := base(below, own)
	r.Image.Base = &BaseImage{Name: "debian:12", Layers: 1, Location: from}
	r = judge(r, policy.Threshold("low"),
		in("base-hopeless", "CVE-1", finding.SeverityCritical, below, before),
		in("base-hopeless", "CVE-2", finding.SeverityLow, below, before),
		in("base-hopeless-too", "CVE-1", finding.SeverityCritical, below, before),
		in("base-fixed", "CVE-3", finding.SeverityCritical, below, before, "2"),
		in("own-hopeless", "CVE-4", finding.SeverityCritical, own, before),
		in("own-fixed", "CVE-5", finding.SeverityMedium, own, before, "2"),
		in("learned", "CVE-6", finding.SeverityLow, own, learned, "2"),
		in("came", "CVE-7", finding.SeverityLow, own, came),
		in("passes", "CVE-8", finding.SeverityNegligible, own, came),
		in("came", "CVE-10", finding.SeverityNegligible, own, came), // told with what blocks of the package
		in("passed", "CVE-9", finding.SeverityNegligible, own, before),
	)
	titles := func(advice []Advice) []string {
		var out []string
		for _, a := range advice {
			out = append(out, a.Title)
		}
		return out
	}
	want := []string{
		"low: CVE-7 in came 1", "low: CVE-6 in learned 1", "medium: CVE-5 in own-fixed 1", "critical: CVE-3 in base-fixed 1",
		"critical: CVE-4 in own-hopeless 1", "the base image debian:12: 3 without a fix, 2 advisories",
	}
	if diff := cmp.Diff(want, titles(r.Advice())); diff != "" {
		t.Errorf("Advice() (-want +got):\n%s", diff)
	}
	last := r.Advice()[len(want)-1]
	last.Message = ""
	if diff := cmp.Diff(Advice{ID: "CVE-1", Severity: finding.SeverityCritical, Title: want[5], Location: from, Item: "package"}, last); diff != "" {
		t.Errorf("advice on the base image (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"negligible: CVE-8 in passes 1"}, titles(r.AdviceOnNew())); diff != "" {
		t.Errorf("AdviceOnNew() (-want +got):\n%s", diff)
	}
}
