package file_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/file"
)

// What an editor wrote before the text stays there, once.
func TestAddBehindByteOrderMark(t *testing.T) {
	t.Parallel()
	const mark = "\xef\xbb\xbf"
	e := policy.Exception{ID: "CVE-1", Reason: "why", Owner: "web@example.com", Until: policy.UntilFixed}
	for _, text := range []string{"fail-on: high\n", "exceptions: []\n", ""} {
		plain, err := file.Add("p.yaml", []byte(text), e)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := file.Add("p.yaml", []byte(mark+text), e); err != nil || string(got) != mark+string(plain) {
			t.Errorf("Add(%q) = %q, %v, want %q", mark+text, got, err, mark+string(plain))
		}
	}
}

func TestStartIsTheStrictest(t *testing.T) {
	t.Parallel()
	p, err := file.Parse(file.Name, file.Start())
	if err != nil || p.Digest() != (policy.Policy{}).Digest() {
		t.Errorf("Parse(Start()) = %+v, %v, want the strictest policy", p, err)
	}
	// What is in comments there is valid, too.
	_, rules, _ := bytes.Cut(file.Start(), []byte("\n\n")) // behind the line for editors
	commented := regexp.MustCompile(`(?m)^( *)# ( *(- )?[A-Za-z0-9*-]+:( |$))`)
	p, err = file.Parse(file.Name, commented.ReplaceAll(rules, []byte("$1$2")))
	if err != nil || len(p.Exceptions) != 1 || len(p.Grace) != 2 || !p.AlwaysBlock.KnownExploited || p.Base.FailOn != "high" {
		t.Errorf("the choices in comments give %+v, %v", p, err)
	}
	if p.Secrets != policy.ActionBlock || len(p.Rules) != 2 || len(p.Licenses.Own.Deny) != 1 || p.GateOn != policy.GateOnNew || len(p.VEX.Trust) != 1 || p.Exceptions[0].Status == "" || p.Checks.Base != "high" || len(p.Bases) != 1 {
		t.Errorf("the choices in comments give %+v, and lack some", p)
	}
	// Each of them is valid by itself, too.
	for block := range bytes.SplitSeq(rules, []byte("\n\n")) {
		if p, err := file.Parse(file.Name, commented.ReplaceAll(block, []byte("$1$2"))); err != nil {
			t.Errorf("the choice %s gives %+v, %v", block, p, err)
		}
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	const entry = "- id: CVE-1\n%  reason: \"it's: # so\"\n%  owner: o\n%  until: fixed\n"
	at := func(indent string) string { return indent + strings.ReplaceAll(entry, "%", indent) }
	tests := []struct{ name, before, want string }{
		{name: "nothing yet", want: "exceptions:\n" + at("  ")},
		{name: "other rules", before: "# why\nfail-on: high # so", want: "# why\nfail-on: high # so\nexceptions:\n" + at("  ")},
		{name: "behind the others", before: "exceptions:\n# first\n- id: CVE-0\n  reason: r # r\n  owner: o\n  until: fixed\n# last\n",
			want: "exceptions:\n# first\n- id: CVE-0\n  reason: r # r\n  owner: o\n  until: fixed\n# last\n" + at("")},
		{name: "before the next rule", before: "exceptions:\n    - id: CVE-0\n      reason: r\n      owner: o\n      until: fixed\n\n# coverage\ncoverage: warn\n",
			want: "exceptions:\n    - id: CVE-0\n      reason: r\n      owner: o\n      until: fixed\n" + at("    ") + "\n# coverage\ncoverage: warn\n"},
		{name: "in brackets", before: "exceptions: [{id: CVÉ, reason: r, owner: o, until: fixed}] # all\ncoverage: warn\n",
			want: "exceptions: [{id: CVÉ, reason: r, owner: o, until: fixed}, {id: \"CVE-1\", reason: \"it's: # so\", owner: \"o\", until: fixed}] # all\ncoverage: warn\n"},
		{name: "lines of Windows", before: "exceptions:\r\n  - id: CVE-0\r\n    reason: r\r\n    owner: o\r\n    until: fixed\r\ncoverage: warn\r\n",
			want: "exceptions:\r\n  - id: CVE-0\r\n    reason: r\r\n    owner: o\r\n    until: fixed\r\n" + strings.ReplaceAll(at("  "), "\n", "\r\n") + "coverage: warn\r\n"},
		{name: "in empty brackets", before: "exceptions: []\n", want: "exceptions: [{id: \"CVE-1\", reason: \"it's: # so\", owner: \"o\", until: fixed}]\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := file.Add("p.yaml", []byte(tt.before), policy.Exception{ID: "CVE-1", Reason: "it's: # so", Owner: "o", Until: policy.UntilFixed})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("Add() (-want +got):\n%s", diff)
			}
		})
	}
}

// An exception for the same is not added again, and one that differs in what it is for is.
func TestAddTwice(t *testing.T) {
	t.Parallel()
	const before = "exceptions:\n  - {id: CVE-1, package: p, versions: < 1, paths: [/a, /b], image: i, layer: own, reason: r, owner: o, until: fixed}\n"
	there := policy.Exception{
		ID: "cve-1", Package: "p", Versions: "< 1", Paths: []string{"/b", "/a"}, Image: "i", Layer: "own", Reason: "other", Owner: "other", Until: policy.UntilFixed,
	}
	tests := []struct {
		name    string
		change  func(*policy.Exception)
		refused bool
	}{
		{name: "the same", change: func(*policy.Exception) {}, refused: true},
		{name: "id", change: func(e *policy.Exception) { e.ID = "CVE-2" }},
		{name: "package", change: func(e *policy.Exception) { e.Package = "q" }},
		{name: "versions", change: func(e *policy.Exception) { e.Versions = "" }},
		{name: "paths", change: func(e *policy.Exception) { e.Paths = []string{"/a"} }},
		{name: "image", change: func(e *policy.Exception) { e.Image = "" }},
		{name: "layer", change: func(e *policy.Exception) { e.Layer = "" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := there
			tt.change(&e)
			got, err := file.Add("p.yaml", []byte(before), e)
			if tt.refused != fault.IsRequest(err) || tt.refused && !strings.Contains(err.Error(), "p.yaml:2: there is an exception for the same already") {
				t.Errorf("Add() = %s, %v, want refused = %t", got, err, tt.refused)
			}
		})
	}
}

// What an exception lacks is left to do, and the file is refused until it is done.
func TestDraft(t *testing.T) {
	t.Parallel()
	whole := policy.Exception{ID: "CVE-2", Reason: "r", Owner: "o", Until: policy.UntilFixed}
	tests := []struct {
		name, before string
		list         []policy.Exception
		want         string // empty where it is refused
		valid        bool
	}{
		{name: "nothing", before: "fail-on: high\n", want: "fail-on: high\n", valid: true},
		{name: "complete", list: []policy.Exception{whole}, want: "exceptions:\n  - id: CVE-2\n    reason: r\n    owner: o\n    until: fixed\n", valid: true},
		{name: "incomplete", list: []policy.Exception{{ID: "CVE-1"}}, want: "exceptions:\n  - id: CVE-1\n    reason: # TODO: why it is accepted\n    owner: # TODO: who accepts it, and answers for it\n" +
			"    expires: # TODO: the last day on which it counts, as YYYY-MM-DD, or until: fixed\n"},
		{name: "no identifier", list: []policy.Exception{{Reason: "r", Owner: "o", Until: policy.UntilFixed}}, want: "exceptions:\n  - id: # TODO: the identifier of a finding\n    reason: r\n    owner: o\n    until: fixed\n"},
		{name: "incomplete in brackets", before: "exceptions: []\n", list: []policy.Exception{{ID: "CVE-1"}}},
		{name: "into an invalid file", before: "fail: x\n", list: []policy.Exception{whole}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := file.Draft("p.yaml", []byte(tt.before), tt.list)
			if tt.want == "" {
				if !fault.IsRequest(err) {
					t.Errorf("Draft() = %q, %v, want a wrong request", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("Draft() (-want +got):\n%s", diff)
			}
			if _, err := file.Parse("p.yaml", got); (err == nil) != tt.valid {
				t.Errorf("Parse(Draft()) = %v, want valid: %v", err, tt.valid)
			}
		})
	}
}

// Whatever an exception says comes back when the file is read.
func FuzzAdd(f *testing.F) {
	for _, s := range []string{"plain", "it's \"quoted\"", "a: b # c", "- x", "\x1b[31m\\", "null", "5", "two\nlines", "\u2028", " spaced "} {
		f.Add(s, "team")
	}
	f.Fuzz(func(t *testing.T, reason, owner string) {
		want := policy.Exception{ID: "CVE-1", Package: "open*", Reason: reason, Owner: owner, Expires: "2027-01-01"}
		out, err := file.Add("p.yaml", []byte("fail-on: high\n"), want)
		if err != nil {
			return // it says so
		}
		p, err := file.Parse("p.yaml", out)
		if err != nil || len(p.Exceptions) != 1 {
			t.Fatalf("Parse(%q) = %v", out, err)
		}
		got := p.Exceptions[0]
		got.Where = nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the exception in %q (-want +got):\n%s", out, diff)
		}
	})
}

// A directive before the document is none of it.
func TestAddBehindVersion(t *testing.T) {
	t.Parallel()
	const version = "%YAML 1.2\n---\n"
	e := policy.Exception{ID: "CVE-1", Reason: "why", Owner: "web@example.com", Until: policy.UntilFixed}
	for _, text := range []string{"fail-on: high\n", "exceptions: []\nfail-on: high\n"} {
		plain, err := file.Add("p.yaml", []byte(text), e)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := file.Add("p.yaml", []byte(version+text), e); err != nil || string(got) != version+string(plain) {
			t.Errorf("Add(%q) = %q, %v, want %q", version+text, got, err, version+string(plain))
		}
	}
}
