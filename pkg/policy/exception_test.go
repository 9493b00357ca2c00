package policy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

var today = time.Date(2026, 11, 25, 23, 59, 0, 0, time.UTC)

// exception accepts a finding for a while.
func exception(id string) policy.Exception {
	return policy.Exception{ID: id, Reason: "no attacker reaches it", Owner: "team", Expires: "2026-12-31"}
}

func with(change func(*policy.Exception)) policy.Exception {
	e := exception("CVE-2026-1")
	change(&e)
	return e
}

// An image that goes to several places is the exception's only where all of them are.
func TestExceptionOfEveryName(t *testing.T) {
	t.Parallel()
	e := with(func(e *policy.Exception) { e.Image = "registry.example/team/*" })
	for names, want := range map[string]policy.Effect{
		"registry.example/team/app:1":                                 policy.Waived,
		"registry.example/team/app:1 registry.example/team/other:1":   policy.Waived,
		"registry.example/team/app:1 registry.example/production/app": policy.Blocks,
		"": policy.Blocks,
	} {
		in := policy.Input{Subject: policy.Subject{Images: strings.Fields(names)}, Findings: []finding.Finding{edited(unchanged)}, Now: today}
		if v, _ := policy.Judge(policy.Policy{Exceptions: []policy.Exception{e}}, in); v.Decisions[0].Effect != want {
			t.Errorf("Judge() of the image %q = %+v, want %s", names, v.Decisions[0], want)
		}
	}
}

// A package is the same however its URL is written, and whoever names it by its source.
func TestPackages(t *testing.T) {
	t.Parallel()
	libssl := finding.Package{Name: "libssl1.1", Version: "1.1.1d-0+deb10u5", Type: "deb", PURL: "pkg:deb/debian/libssl1.1@1.1.1d-0%2Bdeb10u5?arch=amd64&distro=debian-10&upstream=openssl"}
	babel := finding.Package{Name: "@babel/core", Version: "7.0.0", Type: "npm", PURL: "pkg:npm/%40babel/core@7.0.0"}
	jinja := finding.Package{Name: "jinja2", Version: "2.4", Type: "python", PURL: "pkg:pypi/jinja2@2.4"}
	zlib := finding.Package{Name: "zlib1g", Version: "1:1.2.11.dfsg-2", Type: "deb", PURL: "pkg:deb/debian/zlib1g@1%3A1.2.11.dfsg-2?arch=amd64"}
	rpm := finding.Package{Name: "openssl-libs", Version: "1:1.1.1k-5.el8", Type: "rpm", PURL: "pkg:rpm/redhat/openssl-libs@1.1.1k-5.el8?arch=x86_64&epoch=1&upstream=openssl-1.1.1k-5.el8.src.rpm"}
	tests := []struct {
		of      finding.Package
		matches string // patterns with spaces between them
		misses  string
	}{
		{of: libssl,
			matches: libssl.PURL + " pkg:deb/debian/libssl1.1@1.1.1d-0+deb10u5 pkg:deb/Debian/libssl1.1?distro=debian-10 pkg:deb/*/lib*@1.1.* pkg:deb/debian/*?upstream=openssl pkg:**/libssl1.1 pkg:** pkg:deb/** libssl1.1 LibSSL1.1 openssl open* libssl1.1@1.1.1d-0+deb10u5 openssl@1.1.*",
			misses:  "pkg:deb/debian/libssl1.1?distro=debian-11 pkg:deb/debian/libssl1.1?arch=arm64 pkg:deb/debian/libssl1.1@1.1.1d-0 pkg:deb/debian/openssl pkg:deb/libssl1.1 pkg:deb/debian/libssl1.1?os=linux pkg:deb/debian/libssl1.1#a pkg:apk/debian/libssl1.1 ssl1.1 debian/libssl1.1 libssl1.1@1.1.1d-0 libssl1.1@ @1.1.1d-0+deb10u5"},
		{of: finding.Package{Name: "python@3.12", Version: "3.12.1"}, matches: "python@3.12 python@3.12@3.12.1 python@*", misses: "python python@3.12.1"},
		{of: babel,
			matches: "pkg:npm/%40babel/core pkg:npm/@babel/core pkg:npm/@babel/* pkg:*/@babel/core@7.* pkg:npm/** @babel/core @babel/*",
			misses:  "pkg:npm/core pkg:npm/* pkg:npm/@babel/core@8.* core"},
		{of: jinja, matches: "pkg:pypi/Jinja2 pkg:PyPI/jinja2 pkg:*/Jinja2 Jinja2 JINJA* pkg:pypi/Jin*", misses: "pkg:pypi/jinja pkg:npm/jinja2 jinja"},
		{of: zlib, matches: "pkg:deb/debian/zlib1g@1:1.2.11.dfsg-2 pkg:deb/debian/zlib1g@1%3a1.2.11.dfsg-2 pkg:deb/debian/zlib1g@1:*", misses: "pkg:deb/debian/zlib1g@1.2.11.dfsg-2 zlib"},
		{of: rpm, matches: rpm.PURL + " pkg:rpm/RedHat/openssl-libs@1:1.1.1k-5.el8 pkg:rpm/redhat/openssl-libs@1.1.1k-5.el8 pkg:rpm/redhat/*?upstream=openssl pkg:rpm/redhat/*?upstream=openssl-1.1.1k-5.el8.src.rpm openssl",
			misses: "pkg:rpm/redhat/openssl-libs@2:1.1.1k-5.el8 pkg:rpm/redhat/OpenSSL-libs OpenSSL"},
		{of: finding.Package{Name: "tool", Type: "binary"}, matches: "tool t*", misses: "pkg:generic/tool pkg:** Tool"},
	}
	for _, tt := range tests {
		for words, want := range map[string]policy.Effect{tt.matches: policy.Blocks, tt.misses: policy.Tolerated} {
			for pattern := range strings.FieldsSeq(words) {
				f := edited(func(f *finding.Finding) { f.Vulnerability.Package = tt.of })
				v, _ := policy.Judge(policy.Policy{FailOn: policy.Never, AlwaysBlock: policy.AlwaysBlock{Packages: []string{"other", pattern}}}, policy.Input{Findings: []finding.Finding{f}, Now: today})
				if got := v.Decisions[0].Effect; got != want {
					t.Errorf("always-block of %s: a finding in %s is %s, want %s", pattern, tt.of.PURL, got, want)
				}
				v, _ = policy.Judge(policy.Policy{Exceptions: []policy.Exception{with(func(e *policy.Exception) { e.Package = pattern })}}, policy.Input{Findings: []finding.Finding{f}, Now: today})
				if got := v.Decisions[0].Effect == policy.Waived; got != (want == policy.Blocks) {
					t.Errorf("an exception for %s: a finding in %s is waived: %t", pattern, tt.of.PURL, got)
				}
			}
		}
	}
}

// compared takes versions for ranges: it knows < 3.1 alone.
func compared(p finding.Package, versions string) (bool, error) {
	if versions != "< 3.1" {
		return false, errors.New("no such range")
	}
	return p.Version < "3.1", nil
}

func TestExceptions(t *testing.T) {
	t.Parallel()
	unreleased := fixedBy(finding.FixVersion{Version: "3.0.10~rc1-1"})
	tests := []struct {
		name      string
		exception policy.Exception
		finding   func(*finding.Finding)
		waived    bool
		notes     []policy.NoteKind
	}{
		{name: "by an alias", exception: exception("cve-2026-1"), waived: true},
		{name: "by its id", exception: exception("GHSA-1"), waived: true},
		{name: "another id", exception: exception("CVE-2026-11"), notes: []policy.NoteKind{policy.NoteUnused}},
		{name: "its package", exception: with(func(e *policy.Exception) { e.Package = "open*" }), waived: true},
		{name: "its PURL", exception: with(func(e *policy.Exception) { e.Package = "pkg:deb/debian/openssl" }), waived: true},
		{name: "its PURL with the version", exception: with(func(e *policy.Exception) { e.Package = "pkg:deb/debian/openssl@3.0.9-1" }), waived: true},
		{name: "its PURL with another version", exception: with(func(e *policy.Exception) { e.Package = "pkg:deb/debian/openssl@3.0.9-2" }), notes: []policy.NoteKind{policy.NoteUnused}},
		{name: "a scope of npm", exception: with(func(e *policy.Exception) { e.Package = "pkg:npm/@babel/*" }), waived: true,
			finding: func(f *finding.Finding) { f.Vulnerability.Package.PURL = "pkg:npm/%40babel/traverse@7.0.0" }},
		{name: "another package", exception: with(func(e *policy.Exception) { e.Package = "pkg:deb/*" }), notes: []policy.NoteKind{policy.NoteUnused}},
		{name: "its versions", exception: with(func(e *policy.Exception) { e.Package, e.Versions = "openssl", "< 3.1" }), waived: true},
		{name: "other versions", exception: with(func(e *policy.Exception) { e.Package, e.Versions = "openssl", "< 3.1" }),
			finding: func(f *finding.Finding) { f.Vulnerability.Package.Version = "3.2" }, notes: []policy.NoteKind{policy.NoteUnused}},
		{name: "versions that are none", exception: with(func(e *policy.Exception) { e.Package, e.Versions = "openssl", "all" }), notes: []policy.NoteKind{policy.NoteUnused}},
		{name: "one of its paths", exception: with(func(e *policy.Exception) { e.Paths = []string{"/usr/**", "/var/**/status"} }), waived: true},
		{name: "a star ends at a slash", exception: with(func(e *policy.Exception) { e.Paths = []string{"/var/*"} }), notes: []policy.NoteKind{policy.NoteUnused}},
		{name: "a dot is a dot", exception: with(func(e *policy.Exception) { e.Paths = []string{"/var/*/dpkg/statu."} }), notes: []policy.NoteKind{policy.NoteUnused}},
		{name: "its image", exception: with(func(e *policy.Exception) { e.Image = "registry.example:5000/team/*" }), waived: true},
		{name: "its image and tag", exception: with(func(e *policy.Exception) { e.Image = "registry.example:5000/team/app:1.2" }), waived: true},
		{name: "another image", exception: with(func(e *policy.Exception) { e.Image = "registry.example:5000/other/*" })},
		{name: "its side", exception: with(func(e *policy.Exception) { e.Layer = "own" }), waived: true},
		{name: "the other side", exception: with(func(e *policy.Exception) { e.Layer = "base" }), notes: []policy.NoteKind{policy.NoteUnused}},
		{name: "the base image's side", exception: with(func(e *policy.Exception) { e.Layer = "base" }), finding: inBase, waived: true},
		{name: "a gap", exception: exception(string(finding.GapVersion)), finding: func(f *finding.Finding) { *f = gap(finding.GapVersion, "") }, waived: true},
		{name: "a gap of no package", exception: with(func(e *policy.Exception) { e.ID, e.Package = string(finding.GapVersion), "*" }), finding: func(f *finding.Finding) { *f = gap(finding.GapVersion, "") }, notes: []policy.NoteKind{policy.NoteUnused}},
		{name: "an image in any registry", exception: with(func(e *policy.Exception) { e.Image = "**/app" }), waived: true},
		{name: "an unknown kind", exception: exception("x"), finding: func(f *finding.Finding) { f.Kind, f.ID, f.Vulnerability = "opinion", "x", nil }},

		{name: "not affected", exception: with(func(e *policy.Exception) {
			e.Status, e.Justification = policy.StatusNotAffected, "component_not_present"
		}), waived: true},
		{name: "not affected, and nothing says why", exception: with(func(e *policy.Exception) { e.Status = policy.StatusNotAffected }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "a justification of no status", exception: with(func(e *policy.Exception) { e.Justification = "component_not_present" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "another status", exception: with(func(e *policy.Exception) { e.Status, e.Justification = policy.StatusFixed, "component_not_present" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "another justification", exception: with(func(e *policy.Exception) { e.Status, e.Justification = policy.StatusNotAffected, "trust me" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "on its last day", exception: with(func(e *policy.Exception) { e.Expires = "2026-11-25" }), waived: true, notes: []policy.NoteKind{policy.NoteEnding}},
		{name: "on the day after", exception: with(func(e *policy.Exception) { e.Expires = "2026-11-24" }), notes: []policy.NoteKind{policy.NoteExpired}},
		{name: "14 days before its end", exception: with(func(e *policy.Exception) { e.Expires = "2026-12-09" }), waived: true, notes: []policy.NoteKind{policy.NoteEnding}},
		{name: "15 days before its end", exception: with(func(e *policy.Exception) { e.Expires = "2026-12-10" }), waived: true},
		{name: "for the longest time", exception: with(func(e *policy.Exception) { e.Expires = "2027-05-24" }), waived: true},
		{name: "for too long", exception: with(func(e *policy.Exception) { e.Expires = "2027-05-25" }), notes: []policy.NoteKind{policy.NoteTooLong}},
		{name: "until it is fixed", exception: with(func(e *policy.Exception) { e.Expires, e.Until = "", "fixed" }), waived: true},
		{name: "until it is fixed, which it is", exception: with(func(e *policy.Exception) { e.Until = "fixed" }),
			finding: fixedBy(finding.FixVersion{Version: "3.0.10-1"}), notes: []policy.NoteKind{policy.NoteLapsed}},
		{name: "a fix of which no version is known", exception: with(func(e *policy.Exception) { e.Until = "fixed" }), finding: fixedBy(), notes: []policy.NoteKind{policy.NoteLapsed}},
		{name: "until it is fixed, by what is not released", exception: with(func(e *policy.Exception) { e.Until = "fixed" }), finding: unreleased, waived: true},
		{name: "fixed, and not until that", exception: exception("GHSA-1"), finding: fixedBy(finding.FixVersion{Version: "3.0.10-1"}), waived: true},
		{name: "without an id", exception: with(func(e *policy.Exception) { e.ID = "" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "white space about an id", exception: exception(" CVE-2026-1"), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "white space about an id of another tool", exception: with(func(e *policy.Exception) { e.ID = "tool:a rule " }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "until a day that does not exist", exception: with(func(e *policy.Exception) { e.Expires = "2026-11-31" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "until something else", exception: with(func(e *policy.Exception) { e.Until = "released" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "neither side", exception: with(func(e *policy.Exception) { e.Layer = "top" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "versions of no package", exception: with(func(e *policy.Exception) { e.Versions = "< 3.1" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "an owner and a reason of digits", exception: with(func(e *policy.Exception) { e.Owner, e.Reason = "4711", "12" }), waived: true},
		{name: "without an end", exception: with(func(e *policy.Exception) { e.Expires = "" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "without an owner", exception: with(func(e *policy.Exception) { e.Owner = " " }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "an owner whom nobody sees", exception: with(func(e *policy.Exception) { e.Owner = "\u200b\u2060" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "a reason that nobody sees", exception: with(func(e *policy.Exception) { e.Reason = "\u200b" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "until it is fixed, by a commit of Go", exception: with(func(e *policy.Exception) { e.Until = "fixed" }), finding: func(f *finding.Finding) {
			fixedBy(finding.FixVersion{Version: "0.0.0-20220314234659-1baeb1ce4c0b"})(f)
			f.Vulnerability.Package.Type = "go-module"
		}, notes: []policy.NoteKind{policy.NoteLapsed}},
		{name: "without a reason", exception: with(func(e *policy.Exception) { e.Reason = "" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "what passes anyway", exception: exception("GHSA-1"), finding: func(f *finding.Finding) { f.State = finding.Shadowed }},
		{name: "a pattern for ids", exception: exception("CVE-2026-*"), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "two ids", exception: exception("CVE-2026-1 GHSA-1"), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "an empty path", exception: with(func(e *policy.Exception) { e.Paths = []string{""} }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "a relative path", exception: with(func(e *policy.Exception) { e.Paths = []string{"/var/**", "var/**"} }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "a path of any depth", exception: with(func(e *policy.Exception) { e.Paths = []string{"**/status"} }), waived: true},
		{name: "a file of the project", exception: policy.Exception{ID: "LG-RUN-001", Paths: []string{"deploy/*.yaml"}, Reason: "r", Owner: "o", Until: "fixed"}, waived: true,
			finding: func(f *finding.Finding) {
				*f = finding.Finding{ID: "LG-RUN-001", Kind: finding.KindCheck, Path: "deploy/a.yaml", Check: &finding.Check{}}
			}},
		{name: "what another tool found in the project", exception: policy.Exception{ID: "tool:a rule", Paths: []string{"src/*"}, Reason: "r", Owner: "o", Until: "fixed"}, waived: true,
			finding: func(f *finding.Finding) {
				*f = finding.Finding{ID: "tool:a rule", Kind: finding.KindCheck, Path: "src/a.go", Check: &finding.Check{}}
			}},
		{name: "no package URL", exception: with(func(e *policy.Exception) { e.Package = "pkg:deb/debian/" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "a type of packages that there is not", exception: with(func(e *policy.Exception) { e.Package = "pkg:debian/openssl" }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "white space about a package", exception: with(func(e *policy.Exception) { e.Package = "openssl " }), notes: []policy.NoteKind{policy.NoteInvalid}},
		{name: "what always blocks", exception: exception("MAL-1"), finding: func(f *finding.Finding) { f.ID = "MAL-1" }, waived: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := edited(unchanged)
			if tt.finding != nil {
				f = edited(tt.finding)
			}
			in := policy.Input{
				Subject: policy.Subject{Images: []string{"registry.example:5000/team/app:1.2"}}, Findings: []finding.Finding{f}, Now: today, InRange: compared,
			}
			v, _ := policy.Judge(policy.Policy{Exceptions: []policy.Exception{tt.exception}}, in)
			if got := v.Decisions[0].Effect == policy.Waived; got != tt.waived {
				t.Errorf("Judge() = %+v, want it waived: %t", v.Decisions[0], tt.waived)
			}
			var notes []policy.NoteKind
			for _, n := range v.Notes {
				notes = append(notes, n.Kind)
			}
			if diff := cmp.Diff(tt.notes, notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s\n%+v", diff, v.Notes)
			}
		})
	}
}

func TestWaivedDecision(t *testing.T) {
	t.Parallel()
	other, e := exception("CVE-3"), exception("CVE-2026-1")
	e.Where = &finding.Location{File: "p.yaml", Line: 7, EndLine: 7}
	e.Until = policy.UntilFixed
	v, _ := policy.Judge(policy.Policy{Exceptions: []policy.Exception{other, e}}, policy.Input{Findings: []finding.Finding{edited(unchanged)}, Now: today})
	index := 1
	want := policy.Decision{
		Effect: policy.Waived, Rule: policy.RuleExceptions, Exception: &index, Where: e.Where,
		Reason: "team accepts it until it is fixed, or 2026-12-31: no attacker reaches it",
	}
	if diff := cmp.Diff(want, v.Decisions[0]); diff != "" || v.Outcome != policy.Clean {
		t.Errorf("Judge() = %s (-want +got):\n%s", v.Outcome, diff)
	}
}

// How long an exception may last is up to the policy.
func TestMaxException(t *testing.T) {
	t.Parallel()
	for longest, want := range map[int]string{0: "", 36: "", 35: "it would last until 2026-12-31, which is more than the 35 days that an exception may (2026-12-30 at most)"} {
		p := policy.Policy{MaxException: longest, Exceptions: []policy.Exception{exception("GHSA-1")}}
		v, _ := policy.Judge(p, policy.Input{Findings: []finding.Finding{edited(unchanged)}, Now: today})
		if waived := v.Decisions[0].Effect == policy.Waived; waived != (want == "") || want != "" && !strings.Contains(v.Notes[0].Message, want) {
			t.Errorf("an exception for 36 days of %d: %+v, %+v, want %q", longest, v.Decisions[0], v.Notes, want)
		}
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]policy.Exception{
		"until it is fixed":                {Until: policy.UntilFixed},
		"until 2026-12-31":                 {Expires: "2026-12-31"},
		"until it is fixed, or 2026-12-31": {Expires: "2026-12-31", Until: policy.UntilFixed},
	} {
		if got := e.End(); got != want {
			t.Errorf("End() = %q, want %q", got, want)
		}
	}
}

// Versions that cannot be compared are said, since a range of them may have covered the finding.
func TestVersionsThatCannotBeCompared(t *testing.T) {
	t.Parallel()
	e := with(func(e *policy.Exception) { e.Package, e.Versions = "openssl", "< 4" })
	v, _ := policy.Judge(policy.Policy{Exceptions: []policy.Exception{e}}, policy.Input{Findings: []finding.Finding{edited(unchanged)}, Now: today, InRange: compared})
	const want = "covers nothing: its versions cannot be compared: no such range"
	if len(v.Notes) != 1 || !strings.Contains(v.Notes[0].Message, want) {
		t.Errorf("notes = %+v, want %q", v.Notes, want)
	}
}

// What would never block is named by its key and its place.
func TestAlwaysBlockProblem(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		always policy.AlwaysBlock
		key    string
		index  int
	}{
		{policy.AlwaysBlock{IDs: []string{"CVE-1", "MAL-*"}, Packages: []string{"pkg:pip/a"}}, "ids", 1},
		{policy.AlwaysBlock{IDs: []string{"CVE-1"}, Packages: []string{"a", "pkg:pip/a"}}, "packages", 1},
		{policy.AlwaysBlock{IDs: []string{"CVE-1"}, Packages: []string{"a"}}, "", 0},
	} {
		if key, index, err := tt.always.Problem(); key != tt.key || index != tt.index || (err != nil) != (tt.key != "") {
			t.Errorf("Problem() of %+v = %s, %d, %v, want %s, %d", tt.always, key, index, err, tt.key, tt.index)
		}
	}
}

func TestNamedBy(t *testing.T) {
	t.Parallel()
	named := policy.NamedBy([]string{"a", "b*"})
	for name, want := range map[string]string{"a": "a", "bb": "b*", "c": ""} {
		if got, ok := named(finding.Package{Name: name}); got != want || ok != (want != "") {
			t.Errorf("%s is named by %q, %t, want %q", name, got, ok, want)
		}
	}
}

// Two exceptions for the same finding are one too many; the first counts.
func TestOverlap(t *testing.T) {
	t.Parallel()
	e := []policy.Exception{exception("GHSA-1"), exception("CVE-2026-1"), exception("CVE-2026-1")}
	e[1].Paths = []string{"/elsewhere"}
	for i := range e {
		e[i].Where = &finding.Location{File: "p.yaml", Line: i + 1, EndLine: i + 1}
	}
	v, _ := policy.Judge(policy.Policy{Exceptions: e}, policy.Input{Findings: []finding.Finding{edited(unchanged), edited(unchanged)}, Now: today})
	second, third := 1, 2
	want := []policy.Note{
		{Kind: policy.NoteUnused, Exception: &second, Where: e[1].Where, Message: "the exception for CVE-2026-1 covers nothing that was found: remove it"},
		{Kind: policy.NoteOverlap, Exception: &third, Where: e[2].Where, Message: "the exception for CVE-2026-1 covers what the exception for GHSA-1 in line 1 covers too: keep one of them"},
	}
	if diff := cmp.Diff(want, v.Notes); diff != "" || *v.Decisions[0].Exception != 0 {
		t.Errorf("Notes (-want +got):\n%s", diff)
	}
}

func TestGrace(t *testing.T) {
	t.Parallel()
	grace := policy.Grace{finding.SeverityHigh: 10}
	on := func(days ...string) func(*finding.Finding) {
		return func(f *finding.Finding) {
			f.Vulnerability.Published = "2026-01-01"
			f.Vulnerability.Fix = finding.Fix{State: finding.FixFixed}
			for _, d := range days {
				f.Vulnerability.Fix.Versions = append(f.Vulnerability.Fix.Versions, finding.FixVersion{Version: "1", Date: d})
			}
		}
	}
	tests := []struct {
		name    string
		finding func(*finding.Finding)
		left    int
	}{
		{name: "fixed today", finding: on("2026-11-25"), left: 10},
		{name: "on its last day", finding: on("2026-11-16"), left: 1},
		{name: "over", finding: on("2026-11-15")},
		{name: "the soonest fix counts", finding: on("2026-11-20", "2026-11-18", "2026-11-22"), left: 3},
		{name: "a fix of tomorrow", finding: on("2026-11-26")},
		{name: "a fix of today, and one of the future", finding: on("2027-11-25", "2026-11-25"), left: 10},
		{name: "an advisory of tomorrow", finding: func(f *finding.Finding) { f.Vulnerability.Published = "2026-11-26" }},
		{name: "an advisory of today", finding: func(f *finding.Finding) { f.Vulnerability.Published = "2026-11-25" }, left: 10},
		{name: "no fix is dated", finding: on("")},
		{name: "no fix is dated, a new advisory", finding: func(f *finding.Finding) { on("")(f); f.Vulnerability.Published = "2026-11-20" }, left: 5},
		{name: "no vulnerability", finding: func(f *finding.Finding) { *f = check(finding.SeverityHigh, "") }},
		{name: "no fix, a new advisory", finding: func(f *finding.Finding) { f.Vulnerability.Published = "2026-11-20" }, left: 5},
		{name: "nothing is dated", finding: unchanged},
		{name: "another severity", finding: func(f *finding.Finding) { on("2026-11-25")(f); f.Severity = finding.SeverityCritical }},
		{name: "what always blocks", finding: func(f *finding.Finding) { on("2026-11-25")(f); f.ID = "MAL-1" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v, _ := policy.Judge(policy.Policy{Grace: grace}, policy.Input{Findings: []finding.Finding{edited(tt.finding)}, Now: today})
			d := v.Decisions[0]
			if d.DaysLeft != tt.left || (d.Rule == policy.RuleGrace) != (tt.left > 0) || (d.Effect == policy.Tolerated) != (tt.left > 0) {
				t.Errorf("Judge() = %+v, want %d days left", d, tt.left)
			}
		})
	}
}

func TestPrerelease(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind, version string
		want          bool
	}{
		{"npm", "8.0.0-alpha.4", true}, {"npm", "8.0.0", false}, {"rust-crate", "0.3.0-rc.1", true}, {"npm", "1.0.0+build", false},
		{"python", "2.0rc1", true}, {"python", "2.0.dev3", true}, {"python", "2.0b2", true}, {"python", "2.0.post1", false}, {"python", "2.0", false},
		{"java-archive", "2.0-SNAPSHOT", true}, {"java-archive", "6.0.0-M1", true}, {"java-archive", "2.0-jre", false}, {"java-archive", "4.1.100.Final", false},
		{"gem", "7.1.0.beta1", true}, {"gem", "7.1.0.1", false},
		{"deb", "1.0~rc1-1", true}, {"deb", "3.0.13-1~deb12u1", false}, {"apk", "1.2_rc3-r0", true}, {"apk", "1.2_p3-r0", false}, {"rpm", "1.0~beta2-1.el9", true},
		{"go-module", "v1.2.0-rc.1", true}, {"go-module", "v0.0.0-20230101000000-abcdef012345", false}, {"go-module", "v1.2.0", false},
	}
	for _, tt := range tests {
		t.Run(tt.kind+" "+tt.version, func(t *testing.T) {
			t.Parallel()
			f := edited(fixedBy(finding.FixVersion{Version: tt.version}))
			f.Vulnerability.Package.Type = tt.kind
			e := exception("GHSA-1")
			e.Until = policy.UntilFixed
			v, _ := policy.Judge(policy.Policy{Exceptions: []policy.Exception{e}}, policy.Input{Findings: []finding.Finding{f}, Now: today})
			if waived := v.Decisions[0].Effect == policy.Waived; waived != tt.want {
				t.Errorf("an exception until there is a fix, which is %s, waives: %t, want %t", tt.version, waived, tt.want)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	expired := exception("CVE-2026-1")
	expired.Expires = "2026-01-01"
	elsewhere := exception("GHSA-1")
	elsewhere.Paths = []string{"/elsewhere"}
	p := policy.Policy{FailOn: "low", Exceptions: []policy.Exception{expired, elsewhere}, Grace: policy.Grace{finding.SeverityHigh: 10}}
	steps, d := policy.Explain(p, policy.Input{Now: today, Findings: []finding.Finding{edited(func(f *finding.Finding) { f.Vulnerability.Published = "2026-11-01" })}}, 0)
	want := []policy.Step{
		{Rule: policy.RuleFailOn, Says: "severity high is at or above low"},
		{Rule: policy.RuleExceptions, Says: "an exception covers it and accepts nothing: it expired on 2026-01-01"},
		{Rule: policy.RuleExceptions, Says: "an exception does not cover it: it is for /elsewhere"},
		{Rule: policy.RuleGrace, Says: "the 10 days of grace since its advisory on 2026-11-01 are over"},
	}
	if diff := cmp.Diff(want, steps); diff != "" || d.Effect != policy.Blocks {
		t.Errorf("Explain() = %+v (-want +got):\n%s", d, diff)
	}
	if steps, d := policy.Explain(policy.Policy{FailOn: policy.Never}, policy.Input{Findings: []finding.Finding{edited(unchanged)}}, 0); len(steps) != 1 || d.Effect != policy.Tolerated {
		t.Errorf("Explain() of what passes = %+v, %+v", steps, d)
	}
}

// 25,000 findings under 2,000 exceptions.
// The form of a range is what can be told without a package.
func TestVersionRanges(t *testing.T) {
	t.Parallel()
	for versions, valid := range map[string]bool{
		"< 1.2.3": true, "<1.2.3": true, ">= 1.2, < 1.4 || = 2.0": true, "1.2": true, "<= 1:3.0.9-1+deb12u2~rc1": true, ">=1.0,<2.0": true,
		"<1 garbage": false, "< ": false, "=> 1": false, "!= 1": false, "< 1 ||": false, ", < 1": false, "< 1 < 2": false, "<< 1": false,
	} {
		e := exception("CVE-1")
		e.Package, e.Versions = "p", versions
		if err := e.Valid(); (err == nil) != valid {
			t.Errorf("Valid() of the versions %q = %v, want them valid: %v", versions, err, valid)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	var p policy.Policy
	for i := range 2000 {
		e := exception(fmt.Sprintf("CVE-2026-%d", i))
		e.Package, e.Paths = "pkg:deb/*/openssl", []string{"/var/**"}
		p.Exceptions = append(p.Exceptions, e)
	}
	p.AlwaysBlock = policy.AlwaysBlock{KnownExploited: true, EPSS: 0.5, Packages: []string{"pkg:npm/event-*"}}
	var findings []finding.Finding
	for i := range 25_000 {
		findings = append(findings, edited(func(f *finding.Finding) {
			f.ID, f.Vulnerability.Aliases = fmt.Sprintf("GHSA-%d", i), []string{fmt.Sprintf("CVE-2026-%d", i%4000)}
		}))
	}
	for b.Loop() {
		policy.Judge(p, policy.Input{Findings: findings, Now: today})
	}
}

// Checks may be about files of the project, which have relative paths, and about no file without one.
func TestPathsOfChecks(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{"deploy/**": true, "": false, " ": false} {
		e := policy.Exception{ID: "LG-RUN-001", Paths: []string{path}, Reason: "r", Owner: "o", Until: policy.UntilFixed}
		if err := e.Valid(); (err == nil) != want {
			t.Errorf("an exception for the path %q: Valid() = %v, want valid = %t", path, err, want)
		}
	}
}

// What somebody put in a place only to fill it says no more than nothing.
func TestWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, "…": false, "\u200b": false,
		"TODO": false, "# ToDo:": false, "to do": false, "tbd.": false, "(N/A)": false, "<FIXME>": false, "x": false, "XXX!": false, "null": false,
		"r": true, "12": true, "TODO after 2.0, which drops it": true, "todo-app": true, "nonexistent": true,
	} {
		if got := policy.Written(text); got != want {
			t.Errorf("Written(%q) = %v, want %v", text, got, want)
		}
	}
}
