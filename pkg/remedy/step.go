package remedy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/imageref"
)

// step describes the work on some findings. What it removes is for the caller to count.
func (d *draft) step(w work, indexes []int) Step {
	switch {
	case w.what == workImage:
		return d.takeCandidate(w.kind)
	case w.kind == KindRebuild:
		return d.rebuild(indexes)
	case w.kind == KindBase:
		return d.baseStep(w.what == workSystem, indexes)
	case w.kind == KindUpgrade:
		return d.upgrade(w, indexes)
	}
	return d.correct(indexes)
}

func (d *draft) takeCandidate(kind Kind) Step {
	c, base := d.candidate, d.in.Base
	if kind == KindRebuild {
		return Step{Kind: kind, Title: "build again without the cache, and pull " + c.Name, Sure: true, Adds: d.adds, Brings: c.brings(d.in)}
	}
	from, other := imageref.Split(base.Name), imageref.Split(c.Name)
	repository, to := from.Repository, other.Tag
	change := Change{Type: TypeImage, Name: repository, To: []string{strings.TrimPrefix(c.Name, repository+":")}}
	if from.Tag != "" {
		change.From = []string{strings.TrimPrefix(base.Name, repository+":")} // with the digest, where there is one
	}
	if other.Repository != repository {
		to = c.Name
	}
	present := strings.TrimSuffix(repository+":"+from.Tag, ":")
	return Step{
		Kind: kind, Title: fmt.Sprintf("base image %s → %s", present, to), Location: base.Location, Sure: true, Adds: d.adds, Brings: c.brings(d.in),
		Changes: []Change{change}, Edit: change.fromEdit(),
	}
}

func (d *draft) rebuild(indexes []int) Step {
	s := Step{Kind: KindRebuild, Title: "build again without the cache", Changes: d.changes(indexes, false), Sure: true}
	s.Note = "the distribution has the fixes already"
	copied := slices.ContainsFunc(indexes, func(i int) bool { return isCopied(d.in.Findings[i].Layer) })
	held := slices.ContainsFunc(indexes, func(i int) bool { return isHeldBack(d.in.Findings[i]) })
	switch {
	case held:
		s.Sure, s.Note = false, "an instruction names the version of another package of the same source, which may hold some of them back: change it first"
	case d.candidate != nil && !d.candidate.SameRelease:
		s.Sure, s.Note = false, "on the other base image the packages are of another release, whose fixes were not looked up"
	case copied:
		s.Sure, s.Note = false, "some of the packages are copied into the image: it removes them only if what they are copied from is built again, too"
	}
	return s
}

// isCopied tells whether a layer's content was copied, not installed.
func isCopied(l *finding.Layer) bool {
	if l == nil {
		return false
	}
	by := strings.ToUpper(strings.TrimPrefix(strings.TrimPrefix(l.CreatedBy, "/bin/sh -c "), "#(nop) "))
	return strings.HasPrefix(by, "COPY") || strings.HasPrefix(by, "ADD")
}

func (d *draft) baseStep(system bool, indexes []int) Step {
	base := d.in.Base
	s := Step{Kind: KindBase, Changes: d.changes(indexes, false), Location: base.Location, Sure: system}
	name := cmp.Or(base.Name, "the present one")
	if !system {
		s.Title = "a newer base image than " + name
		s.Note = "nobody looked whether there is one that has the fixes"
		return s
	}
	s.Title = fmt.Sprintf("upgrade %s of the base image", packages(s.Changes))
	if base.Name != "" {
		s.Title += " " + base.Name
	}
	edit, note := systemEdit(systemCommand(d.packages(indexes), base.Installed), base)
	s.Edit, s.Note = edit, joinNotes("a newer base image may do the same", note)
	return s
}

// packages names the packages of some changes if they are few, and counts them else.
func packages(changes []Change) string {
	if len(changes) > maxTitled {
		return fmt.Sprintf("%d packages", len(changes))
	}
	var names []string
	for _, c := range changes {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// upgradeOf chooses the upgrade of a package that removes a finding: versions of it that are replaced by the same one are
// replaced together, where the same command does it.
func (d *draft) upgradeOf(f finding.Finding) (work, bool) {
	p := f.Vulnerability.Package
	t := d.targets.of(p)
	for _, u := range t.upgrades {
		if !u.leaves[f.ID] {
			what := append([]string{p.Identity(), string(t.source.Relation)}, u.Versions...)
			return work{kind: KindUpgrade, what: strings.Join(what, "\x00"), further: u.further}, true
		}
	}
	return work{}, false
}

// UpgradeTitle is the title of a step that upgrades a package.
func UpgradeTitle(name string, from, to []string) string {
	return fmt.Sprintf("%s %s → %s", name, strings.Join(from, ", "), cmp.Or(strings.Join(to, " or "), "a later version"))
}

func (d *draft) upgrade(w work, indexes []int) Step {
	f := d.in.Findings[indexes[0]]
	p := f.Vulnerability.Package
	target := d.targets.of(p)
	u := target.upgrade(w.further)
	s := Step{Kind: KindUpgrade, Changes: d.changes(indexes, w.further), Sure: u.Sure, Further: w.further}
	for _, p := range d.packages(indexes) {
		s.Brings = append(s.Brings, d.targets.of(p).upgrade(w.further).brings...)
	}
	slices.Sort(s.Brings)
	s.Brings = slices.Compact(s.Brings)
	s.Adds = len(s.Brings)
	change := s.Changes[0]
	s.Title = UpgradeTitle(p.Name, change.From, change.To)
	if w.further {
		s.Title += ", another major version"
	}
	s.Via = target.via
	s.Location = lineOf(f)
	if target.named {
		s.Location = &target.source.Location
	}
	notes := []string{d.way(&s, f, target)}
	if !w.further {
		notes = append(notes, target.furtherNote())
	}
	s.Note = joinNotes(notes...)
	return s
}

// way fills in how a package of the project gets its version: the command, the edit or both. It returns what to know about
// them, and why there is no command where there is none.
func (d *draft) way(s *Step, f finding.Finding, t target) (note string) {
	p, to := f.Vulnerability.Package, s.Changes[0].To
	switch {
	case !s.Sure:
		return "the order of these versions is not known: take the one that follows yours"
	case len(to) != 1:
		return ""
	case isSystem(p.Type):
		s.Edit, note = pinEdit(f, to[0])
	case t.named:
		s.Command, note = t.command(p, to[0])
		s.Edit = sourceEdit(t.source, p, to[0])
	case p.Type == "go-module" && p.Name == "stdlib":
		note = "it is the Go toolchain's: build with a newer one"
	case t.several != "":
		note = "several files name it, so that no one command is known: " + t.several
	case d.in.Source != nil:
		note = noteUnnamed
	}
	return note
}

// noteUnnamed says why a package has no command, and noteNoCommand does in the steps behind the first that has it.
const (
	noteUnnamed   = "no file that is known to belong to the image names it in this version, so that no command is known"
	noteNoCommand = "no command is known"
)

// sayOnce has the first of the steps say why it has no command, and the others only that they have none: of packages that no file names
// there are many or none.
func sayOnce(steps []Step) {
	said := false
	for i := range steps {
		if s := &steps[i]; strings.Contains(s.Note, noteUnnamed) {
			if said {
				s.Note = strings.Replace(s.Note, noteUnnamed, noteNoCommand, 1)
			}
			said = true
		}
	}
}

// joinNotes makes one sentence of those notes that are not empty.
func joinNotes(notes ...string) string {
	return strings.Join(slices.DeleteFunc(notes, func(n string) bool { return n == "" }), "; ")
}

// furtherNote says which version removes what the upgrade within the major version leaves; empty where there is none.
func (t target) furtherNote() string {
	near, best := t.upgrade(false), t.upgrade(true)
	if !best.further {
		return ""
	}
	n := 0
	for id := range near.leaves {
		if !best.leaves[id] {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("another major version, %s, removes %d more", best.Versions[0], n)
}

// lineOf is the line to edit because of a finding: that which names the version, else that which brings the package.
func lineOf(f finding.Finding) *finding.Location {
	for _, r := range f.Related {
		if r.Why == "names the package's version" {
			return &r.Location
		}
	}
	return f.Location
}

func (d *draft) correct(indexes []int) Step {
	f := d.in.Findings[indexes[0]]
	s := Step{Kind: KindCorrect, Title: f.Title, Location: f.Location, Sure: true}
	switch {
	case f.Check != nil:
		s.Title += ": " + strings.TrimSuffix(f.Check.Wants, ".")
	case f.Coverage != nil:
		s.Title = f.Coverage.Action(f.Path)
	case f.Malicious():
		p := f.Vulnerability.Package
		s.Title = fmt.Sprintf("remove %s %s, which is malware, or put another package in its place", p.Name, p.Version)
	}
	if names := d.checked(indexes); len(names) > 0 {
		s.Title += ": " + strings.Join(names[:min(len(names), maxTitled)], ", ")
		if more := len(names) - maxTitled; more > 0 {
			s.Title += fmt.Sprintf(" and %d more", more)
		}
	}
	if lines := d.lines(indexes); len(lines) > 1 && f.Check != nil {
		if s.Location, s.Note = &lines[0], alsoIn(lines); f.Check.Package != nil {
			s.Location, s.Note = nil, "" // each package has a line of its own
		}
	}
	return s
}

// alsoIn names the lines behind the first, as many as a title names packages.
func alsoIn(lines []finding.Location) string {
	shown := lines[1:min(len(lines), maxTitled+1)]
	names := make([]string, 0, len(shown))
	for _, l := range shown {
		names = append(names, fmt.Sprintf("%s:%d", l.File, l.Line))
	}
	note := "also in " + strings.Join(names, ", ")
	if more := len(lines) - 1 - len(shown); more > 0 {
		note += fmt.Sprintf(" and %d more", more)
	}
	return note
}

// maxTitled is how many packages the title of a step names.
const maxTitled = 3

// lines lists the lines of some findings in their order, each once.
func (d *draft) lines(indexes []int) []finding.Location {
	var out []finding.Location
	seen := map[finding.Location]bool{}
	for _, i := range indexes {
		if l := d.in.Findings[i].Location; l != nil && !seen[*l] {
			seen[*l] = true
			out = append(out, *l)
		}
	}
	return out
}

// checked names the packages that failed checks are about, sorted, each once.
func (d *draft) checked(indexes []int) []string {
	var names []string
	for _, i := range indexes {
		if c := d.in.Findings[i].Check; c != nil && c.Package != nil {
			names = append(names, strings.TrimSpace(c.Package.Name+" "+c.Package.Version))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// packages lists the packages of some findings, sorted, each once.
func (d *draft) packages(indexes []int) []finding.Package {
	var out []finding.Package
	for _, i := range indexes {
		if v := d.in.Findings[i].Vulnerability; v != nil {
			out = append(out, v.Package)
		}
	}
	slices.SortFunc(out, func(a, b finding.Package) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Version, b.Version), cmp.Compare(a.PURL, b.PURL))
	})
	return slices.Compact(out)
}

// changes lists the changes of packages that remove some findings, by name.
func (d *draft) changes(indexes []int, further bool) []Change {
	var out []Change
	for _, p := range d.packages(indexes) {
		to := d.targets.of(p).upgrade(further).Versions
		same := func(c Change) bool { return c.Type == p.Type && c.Name == p.Name && slices.Equal(c.To, to) }
		if i := slices.IndexFunc(out, same); i < 0 {
			out = append(out, Change{Type: p.Type, Name: p.Name, From: []string{p.Version}, To: to})
		} else if !slices.Contains(out[i].From, p.Version) {
			out[i].From = append(out[i].From, p.Version)
		}
	}
	return out
}
