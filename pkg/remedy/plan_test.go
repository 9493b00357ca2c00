package remedy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/lockfile"
)

var (
	baseLayer = &finding.Layer{Index: 0, CreatedBy: "ADD rootfs /", Base: true}
	ownRun    = &finding.Layer{Index: 1, CreatedBy: "RUN apt-get update && apt-get install -y curl"}
	ownCopy   = &finding.Layer{Index: 2, CreatedBy: "COPY . /app"}
	fromLine  = &finding.Location{File: "Dockerfile", Line: 1, EndLine: 1}
)

// vulnerable is a vulnerability of a package; without a fix where none is given.
func vulnerable(id, typ, name, version string, layer *finding.Layer, fixes ...string) finding.Finding {
	fix := finding.Fix{State: finding.FixNone}
	for _, v := range fixes {
		fix.State = finding.FixFixed
		fix.Versions = append(fix.Versions, finding.FixVersion{Version: v})
	}
	p := finding.Package{Name: name, Version: version, Type: typ, PURL: "pkg:" + typ + "/" + name + "@" + version}
	return finding.Finding{
		Kind: finding.KindVulnerability, ID: id, Severity: finding.SeverityHigh, Title: id, Layer: layer, State: finding.Visible,
		Vulnerability: &finding.Vulnerability{Package: p, Fix: fix},
	}
}

func failedCheck(id string) finding.Finding {
	return finding.Finding{Kind: finding.KindCheck, ID: id, Severity: finding.SeverityLow, Title: id, Check: &finding.Check{Saw: "root", Wants: "set USER."}}
}

// all is the input in which every finding blocks.
func all(findings ...finding.Finding) Input {
	in := Input{Findings: findings, Base: Base{Name: "debian:12.5", Location: fromLine}}
	for i := range findings {
		in.Blocking = append(in.Blocking, i)
	}
	return in
}

// line is a step as a reader sees it.
func line(s Step) string {
	out := fmt.Sprintf("%s: %s: %d", s.Kind, s.Title, s.Removes.Count)
	if !s.Sure {
		out += "?"
	}
	if s.Adds > 0 {
		out += fmt.Sprintf(" +%d", s.Adds)
	}
	return out
}

func TestNew(t *testing.T) {
	t.Parallel()
	lodash := func(id, fix string) finding.Finding {
		return vulnerable(id, "npm", "lodash", "4.17.4", ownCopy, fix)
	}
	system := func(id string) finding.Finding {
		return vulnerable(id, "deb", "openssl", "3.0.1-1", baseLayer, "3.0.2-1")
	}
	curl := vulnerable("C", "deb", "curl", "7.1-1", ownRun, "7.2-1")
	pinned := vulnerable("C", "deb", "curl", "7.1-1", &finding.Layer{Index: 1, CreatedBy: "RUN apt-get install -y curl=7.1-1"}, "7.2-1")
	copied := vulnerable("C", "deb", "curl", "7.1-1", &finding.Layer{Index: 1, CreatedBy: "COPY /rootfs / # buildkit"}, "7.2-1")
	unfixed := vulnerable("U", "deb", "perl", "5.36-1", baseLayer)
	bundled := vulnerable("N", "npm", "tar", "6.1.0", baseLayer, "6.2.1")
	elsewhere := lodash("A", "4.17.21")
	elsewhere.Path, elsewhere.Layer = "/usr/lib/lodash", baseLayer
	newer := func(name string, blocking ...finding.Finding) Candidate {
		return Candidate{Name: name, Blocking: blocking, SameRelease: true}
	}
	with := func(in Input, candidates ...Candidate) Input {
		in.Candidates = candidates
		return in
	}
	tests := []struct {
		name      string
		in        Input
		steps     []string
		remaining int
		base      int // of remaining
		want      Outcome
	}{
		{name: "nothing blocks", in: Input{Findings: []finding.Finding{curl}}, want: OutcomeNone},
		{name: "nobody can fix it", in: all(unfixed), remaining: 1, base: 1, want: OutcomeNone},
		{name: "only an earlier version", in: all(lodash("A", "4.17.3")), remaining: 1, want: OutcomeNone},
		{
			name: "malware", in: all(vulnerable("MAL-2026-1", "npm", "colors", "6.6.6", ownCopy), vulnerable("MAL-2026-2", "npm", "colors", "6.6.6", ownCopy)),
			steps: []string{"correct: remove colors 6.6.6, which is malware, or put another package in its place: 2"}, want: OutcomeSource,
		},
		{name: "malware with a clean version", in: all(vulnerable("MAL-2026-1", "npm", "x", "1.0.0", ownCopy, "1.0.1")), steps: []string{"upgrade: x 1.0.0 → 1.0.1: 1"}, want: OutcomeSource},
		{name: "malware of the base", in: all(vulnerable("MAL-2026-1", "npm", "x", "1.0.0", baseLayer)), remaining: 1, base: 1, want: OutcomeNone},
		{name: "the distribution has the fix", in: all(curl), steps: []string{"rebuild: build again without the cache: 1"}, want: OutcomeRebuild},
		{name: "a pinned version", in: all(pinned), steps: []string{"upgrade: curl 7.1-1 → 7.2-1: 1"}, want: OutcomeSource},
		{name: "a copied package", in: all(copied), steps: []string{"rebuild: build again without the cache: 1?"}, want: OutcomeSource},
		{
			name: "one upgrade for all", in: all(lodash("A", "4.17.11"), lodash("B", "4.17.21")),
			steps: []string{"upgrade: lodash 4.17.4 → 4.17.21: 2"}, want: OutcomeSource,
		},
		{
			name: "two versions, one upgrade", in: all(lodash("A", "4.17.21"), vulnerable("A", "npm", "lodash", "4.17.5", ownCopy, "4.17.21")),
			steps: []string{"upgrade: lodash 4.17.4, 4.17.5 → 4.17.21: 2"}, want: OutcomeSource,
		},
		{
			name: "one problem in two places counts for the last step", in: all(lodash("A", "4.17.21"), elsewhere, lodash("B", "4.17.21")),
			steps: []string{"upgrade: lodash 4.17.4 → 4.17.21: 1", "base: a newer base image than debian:12.5: 1?"}, want: OutcomeSource,
		},
		{
			name: "unknown order", in: all(vulnerable("A", "npm", "x", "1.0.0", ownCopy, "next", "latest")),
			steps: []string{"upgrade: x 1.0.0 → latest or next: 1?"}, want: OutcomeSource,
		},
		{name: "packages of the base", in: all(system("A"), system("B"), unfixed), steps: []string{"base: upgrade openssl of the base image debian:12.5: 2"}, remaining: 1, base: 1, want: OutcomeBase},
		{name: "bundled with the base", in: all(bundled), steps: []string{"base: a newer base image than debian:12.5: 1?"}, want: OutcomeBase},
		{
			name: "a candidate", in: with(all(system("A"), system("B"), bundled, unfixed, curl), newer("debian:12.14", unfixed)),
			steps: []string{"base: base image debian:12.5 → 12.14: 4"}, remaining: 1, base: 1, want: OutcomeBase,
		},
		{
			name: "the first of equals", in: with(all(bundled), newer("debian:12.6"), newer("debian:12.14")),
			steps: []string{"base: base image debian:12.5 → 12.6: 1"}, want: OutcomeBase,
		},
		{
			name: "the one that removes more", in: with(all(bundled, unfixed), newer("debian:12.6", unfixed), newer("debian:12.14")),
			steps: []string{"base: base image debian:12.5 → 12.14: 2"}, want: OutcomeBase,
		},
		{
			name: "one that brings as much as it removes", in: with(all(bundled), newer("node:9", vulnerable("X", "npm", "y", "1.0.0", baseLayer))),
			remaining: 1, base: 1, want: OutcomeNone,
		},
		{
			name: "one that brings less", in: with(all(bundled, unfixed), newer("node:9", vulnerable("X", "npm", "y", "1.0.0", baseLayer))),
			steps: []string{"base: base image debian:12.5 → node:9: 2 +1"}, want: OutcomeBase,
		},
		{
			name: "rather than packages in it", in: with(all(system("A")), newer("debian:12.6")),
			steps: []string{"base: base image debian:12.5 → 12.6: 1"}, want: OutcomeBase,
		},
		{
			name: "one that is no better than a rebuild", in: with(all(curl, unfixed), newer("debian:12.6", unfixed)),
			steps: []string{"rebuild: build again without the cache: 1"}, remaining: 1, base: 1, want: OutcomeRebuild,
		},
		{
			name: "another release", in: with(all(bundled, curl), Candidate{Name: "debian:13"}),
			steps: []string{"rebuild: build again without the cache: 1?", "base: base image debian:12.5 → 13: 1"}, want: OutcomeSource,
		},
		{
			name: "the tag leads to another image", in: with(all(bundled, curl), Candidate{Name: "debian:12.5", Pull: true, SameRelease: true}),
			steps: []string{"rebuild: build again without the cache, and pull debian:12.5: 2"}, want: OutcomeRebuild,
		},
		{name: "a failed check", in: all(failedCheck("LG1")), steps: []string{"correct: LG1: set USER: 1"}, want: OutcomeSource},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := New(tt.in)
			var steps []string
			for _, s := range p.Steps {
				steps = append(steps, line(s))
			}
			if diff := cmp.Diff(tt.steps, steps); diff != "" || p.Remaining.Count != tt.remaining || p.Remaining.Base != tt.base || p.Remedy != tt.want {
				t.Errorf("New() = %s, with %d remaining, %d of the base; want %s, %d, %d; steps (-want +got):\n%s",
					p.Remedy, p.Remaining.Count, p.Remaining.Base, tt.want, tt.remaining, tt.base, diff)
			}
		})
	}
}

// random makes an input of a few findings and candidates.
func random(r *rand.Rand) Input {
	layers := []*finding.Layer{baseLayer, ownRun, ownCopy}
	var pool []finding.Finding
	for i := range 2 + r.IntN(7) {
		id, name := fmt.Sprint("V", i), []string{"p", "q"}[r.IntN(2)]
		var fixes []string
		if r.IntN(4) > 0 {
			fixes = []string{[]string{"1.1", "1.2"}[r.IntN(2)]}
		}
		f := vulnerable(id, []string{"deb", "npm"}[r.IntN(2)], name, "1.0", layers[r.IntN(3)], fixes...)
		if r.IntN(6) == 0 {
			f = failedCheck(id)
		}
		pool = append(pool, f)
	}
	in := all(pool...)
	in.Blocking = slices.DeleteFunc(in.Blocking, func(int) bool { return r.IntN(6) == 0 })
	for i := range r.IntN(4) {
		c := Candidate{Name: fmt.Sprint("debian:13.", i), SameRelease: r.IntN(2) == 0}
		for _, f := range pool {
			if inBase(f) && r.IntN(2) == 0 {
				c.Blocking = append(c.Blocking, f)
			}
		}
		if r.IntN(3) == 0 {
			c.Blocking = append(c.Blocking, vulnerable("NEW", "deb", "new", "1.0", baseLayer))
		}
		in.Candidates = append(in.Candidates, c)
	}
	return in
}

// choice is a change that a plan may consist of, and the findings that it removes.
type choice struct {
	removes   []int
	adds      int
	candidate bool
}

// choices lists every change that there is for an input, by rules of its own.
func choices(in Input) []choice {
	var out []choice
	where := func(keep func(finding.Finding) bool) {
		var removes []int
		for _, i := range in.Blocking {
			if keep(in.Findings[i]) {
				removes = append(removes, i)
			}
		}
		if len(removes) > 0 {
			out = append(out, choice{removes: removes})
		}
	}
	of := func(f finding.Finding, typ string, base bool) bool {
		return f.Vulnerability != nil && f.Vulnerability.Package.Type == typ && f.Layer.Base == base && f.Repairable()
	}
	where(func(f finding.Finding) bool { return of(f, "deb", true) })
	where(func(f finding.Finding) bool { return of(f, "deb", false) })
	if len(in.Candidates) == 0 {
		where(func(f finding.Finding) bool { return of(f, "npm", true) })
	}
	for _, name := range []string{"p", "q"} {
		where(func(f finding.Finding) bool { return of(f, "npm", false) && f.Vulnerability.Package.Name == name })
	}
	for _, i := range in.Blocking {
		where(func(f finding.Finding) bool { return f.Check != nil && f.ID == in.Findings[i].ID })
	}
	for _, c := range in.Candidates {
		there := func(id string) bool {
			return slices.ContainsFunc(c.Blocking, func(f finding.Finding) bool { return f.ID == id })
		}
		n := len(out)
		where(func(f finding.Finding) bool {
			return f.Layer != nil && f.Layer.Base && !there(f.ID) || c.SameRelease && of(f, "deb", false)
		})
		for i := range out[n:] {
			out[n+i].candidate = true
			for _, f := range c.Blocking {
				known := slices.ContainsFunc(in.Blocking, func(i int) bool { return in.Findings[i].ID == f.ID })
				if !known {
					out[n+i].adds++
				}
			}
		}
	}
	return out
}

// TestFewest holds plans against all sets of changes that there are: none leaves less, and none as little with fewer changes.
// Each finding that blocks is removed by one step, or remains.
func TestFewest(t *testing.T) {
	t.Parallel()
	for seed := range uint64(1000) {
		in := random(rand.New(rand.NewPCG(seed, 1)))
		p := New(in)
		if diff := cmp.Diff(p, New(in)); diff != "" {
			t.Fatalf("seed %d: two plans differ:\n%s", seed, diff)
		}
		covered, counted, adds := slices.Clone(p.Remaining.Findings), p.Remaining.Count, 0
		for _, s := range p.Steps {
			covered, counted, adds = append(covered, s.Removes.Findings...), counted+s.Removes.Count, adds+s.Adds
		}
		slices.Sort(covered)
		if !slices.Equal(covered, in.Blocking) || counted != len(itemsOf(in, in.Blocking)) {
			t.Fatalf("seed %d: the plan is about %v and counts %d, want %v, counted %d", seed, covered, counted, in.Blocking, len(itemsOf(in, in.Blocking)))
		}
		left, steps := fewest(in)
		if got := p.Remaining.Count + adds; got != left || len(p.Steps) != steps {
			t.Fatalf("seed %d: %d are left after %d steps, want %d after %d", seed, got, len(p.Steps), left, steps)
		}
	}
}

// fewest tries every set of choices.
func fewest(in Input) (left, steps int) {
	options := choices(in)
	left, steps = len(in.Blocking)+1, 0
	for set := range 1 << len(options) {
		removed, adds, n, candidates := map[int]bool{}, 0, 0, 0
		for i, o := range options {
			if set&(1<<i) == 0 {
				continue
			}
			n++
			adds += o.adds
			if o.candidate {
				candidates++
			}
			for _, f := range o.removes {
				removed[f] = true
			}
		}
		if l := len(in.Blocking) - len(removed) + adds; candidates <= 1 && (l < left || l == left && n < steps) {
			left, steps = l, n
		}
	}
	return left, steps
}

// What others bring is not made the project's own, and where that is not to be told, the step says so and has no command.
func TestUpgradeOfWhatOthersBring(t *testing.T) {
	t.Parallel()
	const lock = "express@^4:\n  version \"4.0.0\"\n  dependencies:\n    lodash \"^4\"\n\nlodash@^4:\n  version \"4.17.4\"\n"
	tests := []struct {
		name, manifest, command string
		via                     []string
		note                    bool
	}{
		{name: "direct", manifest: `{"dependencies": {"lodash": "^4"}}`, command: "yarn upgrade lodash@4.17.21", via: []string{}},
		{
			name: "indirect", manifest: `{"dependencies": {"express": "^4"}}`, via: []string{"express"},
			command: "npm pkg set resolutions.lodash=4.17.21 && yarn install",
		},
		{name: "unknown", manifest: "{", via: []string{}, note: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			locks, err := lockfile.Scan(fstest.MapFS{"yarn.lock": {Data: []byte(lock)}, "package.json": {Data: []byte(tt.manifest)}}, "")
			if err != nil {
				t.Fatal(err)
			}
			in := all(vulnerable("A", "npm", "lodash", "4.17.4", ownCopy, "4.17.21"))
			in.Source = sourceIn(locks)
			s := New(in).Steps[0]
			if s.Command != tt.command || strings.Contains(s.Note, "does not tell") != tt.note {
				t.Errorf("New() = %q (%s), want %q and a note: %t", s.Command, s.Note, tt.command, tt.note)
			}
			if diff := cmp.Diff(tt.via, s.Via); diff != "" {
				t.Errorf("New(): via (-want +got):\n%s", diff)
			}
		})
	}
}

// What several places want alike is one step: it is on the line of the first, and names the others.
func TestStepNamesItsLines(t *testing.T) {
	t.Parallel()
	var found []finding.Finding
	for line := range 6 {
		f := failedCheck("LG1")
		f.Check.Field, f.Check.Saw = fmt.Sprint("field", line), fmt.Sprint("saw ", line)
		if line > 0 {
			f.Location = &finding.Location{File: "web.yaml", Line: line, EndLine: line}
		}
		found = append(found, f)
	}
	p := New(all(found...))
	if len(p.Steps) != 1 || p.Steps[0].Removes.Count != 6 {
		t.Fatalf("New() has the steps %+v, want one that removes 6", p.Steps)
	}
	s := p.Steps[0]
	if want := "also in web.yaml:2, web.yaml:3, web.yaml:4 and 1 more"; s.Location == nil || s.Location.Line != 1 || s.Note != want {
		t.Errorf("the step is on %+v, with the note %q; want the first line, and %q", s.Location, s.Note, want)
	}
}

// Where no file of the project names what an image has, one step says so at length and the others that they have no command.
func TestNewSaysOnceWhyThereIsNoCommand(t *testing.T) {
	t.Parallel()
	in := all(
		vulnerable("A", "npm", "axios", "1.0.0", ownCopy, "1.0.1"),
		vulnerable("B", "npm", "lodash", "4.17.4", ownCopy, "4.17.21"),
		vulnerable("C", "npm", "tar", "6.1.0", ownCopy, "6.2.1"),
	)
	in.Source = sourceIn(&lockfile.Index{})
	var got []string
	for _, s := range New(in).Steps {
		got = append(got, s.Note)
	}
	if diff := cmp.Diff([]string{noteUnnamed, noteNoCommand, noteNoCommand}, got); diff != "" {
		t.Errorf("notes of New() (-want +got):\n%s", diff)
	}
}

func TestNobodyIsToldToAcceptMalware(t *testing.T) {
	t.Parallel()
	p := New(all(vulnerable("MAL-2026-1", "npm", "x", "1.0.0", baseLayer), vulnerable("U", "deb", "perl", "5.36-1", baseLayer)))
	want := []string{"layergate exception add U --package perl --layer base --until fixed --reason '…' --owner '…'"}
	if diff := cmp.Diff(want, p.Remaining.Commands); diff != "" {
		t.Errorf("Commands (-want +got):\n%s", diff)
	}
}
