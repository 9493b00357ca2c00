package match

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"
	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// gaps lists what of an inventory could not be judged, one finding for each thing that a reader would act on. incomparable are the
// packages, by index, whose versions could not be compared.
func (t Target) gaps(inv *inventory.Inventory, known *distros, lookedUp []LookedUp, incomparable []int) []finding.Finding {
	var out []finding.Finding
	for _, l := range lookedUp {
		c := finding.Coverage{Gap: l.Gap, Distribution: l.Distribution, Count: l.Packages}
		if l.Distribution == "" {
			c.Ecosystem = l.Type
		}
		if l.Gap == finding.GapFew {
			c.Advisories = l.Advisories
		}
		if l.Gap != "" {
			out = append(out, t.gap(c, ""))
		}
	}
	out = append(out, t.mixed(inv, known)...)
	out = append(out, t.foreign(inv)...)
	for _, i := range incomparable {
		if p := inv.Packages[i]; p.State == finding.Visible {
			f := t.gap(finding.Coverage{Gap: finding.GapVersion, Package: &p.Package, Count: 1}, p.Path)
			f.State, f.Layer = finding.Visible, &t.Layers[p.Layer]
			if t.Locate != nil {
				f.Location, f.Related = t.Locate(p.Layer, p.Package, p.Path)
			}
			out = append(out, f)
		}
	}
	out = append(out, t.unread(finding.GapUnreadableFile, inv.Unreadable)...)
	out = append(out, t.unread(finding.GapUnreadFormat, inv.Unread)...)
	missing := t.missing(inv, len(out) == 0)
	out = append(out, t.unread(finding.GapUnidentified, inv.Unidentified)...) // which passes by default, and does not stand for what is missing
	return append(out, missing...)
}

// gap makes a finding of a gap.
func (t Target) gap(c finding.Coverage, path string) finding.Finding {
	f := finding.NewCoverage(c, path)
	f.Platform = t.Platform
	return f
}

// missing says that packages which should be there are not: those of the distribution that the image names, or any at
// all where something could run. alone tells that nothing else was found out to be missing.
func (t Target) missing(inv *inventory.Inventory, alone bool) []finding.Finding {
	visible := func(such func(inventory.Package) bool) bool {
		return slices.ContainsFunc(inv.Packages, func(p inventory.Package) bool { return p.State == finding.Visible && such(p) })
	}
	switch {
	case namesDistribution(inv.Release) && !visible(isOfImage):
		return []finding.Finding{t.gap(finding.Coverage{Gap: finding.GapNoSystemPackages, Distribution: nameOf(inv.Release)}, "")}
	case alone && !inv.Looked.Data && !visible(func(inventory.Package) bool { return true }):
		return []finding.Finding{t.gap(finding.Coverage{Gap: finding.GapNoPackages}, "")}
	}
	return nil
}

// namesDistribution tells whether a release is a distribution, whose packages one may expect. Busybox is a program that
// syft takes for one, and whoever says that the image is made of scratch has none.
func namesDistribution(r *linux.Release) bool {
	return r != nil && r.ID != "" && r.ID != "busybox" && r.ID != "scratch"
}

// isOfImage tells whether a package was installed in the image itself by its distribution's package manager.
func isOfImage(p inventory.Package) bool {
	return p.Root == "/" && isSystemType(p.Type) || p.Type == string(pkg.NixPkg)
}

// maxFiles is how many files of a kind of gap have a finding of their own. More of them are counted by directory.
const maxFiles = 20

// unread makes findings of files that were not read.
func (t Target) unread(gap finding.Gap, files []inventory.Gap) []finding.Finding {
	var out []finding.Finding
	groups := byDirectory(files)
	for _, at := range slices.Sorted(maps.Keys(groups)) {
		group := groups[at]
		f := t.gap(finding.Coverage{Gap: gap, Count: len(group), Reason: whyUnread(group)}, at)
		f.State = finding.Visible
		if layer := group[0].Layer; !slices.ContainsFunc(group, func(g inventory.Gap) bool { return g.Layer != layer }) {
			f.Layer = &t.Layers[layer]
		}
		out = append(out, f)
	}
	return out
}

// maxReasons is how many reasons a finding about several files names.
const maxReasons = 3

// whyUnread says why files were not read: the reasons that most of them have, the most frequent first.
func whyUnread(files []inventory.Gap) string {
	count := map[string]int{}
	for _, f := range files {
		if reason := strings.TrimPrefix(f.Reason, f.Path+": "); reason != "" {
			count[strings.Join(strings.Fields(reason), " ")]++
		}
	}
	reasons := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	shown := strings.Join(reasons[:min(len(reasons), maxReasons)], "; ")
	if more := len(reasons) - maxReasons; more > 0 {
		shown += fmt.Sprintf("; and %s", english.Plural(more, "other reason", ""))
	}
	return shown
}

// byDirectory groups files by their paths. While there are more than maxFiles groups, those that lie deepest become
// one with the directory above.
func byDirectory(files []inventory.Gap) map[string][]inventory.Gap {
	groups := map[string][]inventory.Gap{}
	for _, f := range files {
		groups[f.Path] = []inventory.Gap{f} // one, by however many catalogers
	}
	for len(groups) > maxFiles {
		deepest := depth(slices.MaxFunc(slices.Collect(maps.Keys(groups)), func(a, b string) int { return cmp.Compare(depth(a), depth(b)) }))
		up := map[string][]inventory.Gap{}
		for at, group := range groups {
			if depth(at) == deepest {
				at = path.Dir(at)
			}
			up[at] = append(up[at], group...)
		}
		groups = up
	}
	return groups
}

func depth(name string) int { return strings.Count(name, "/") }
