package gate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/match"
	"github.com/layergate/layergate/pkg/natural"
	"github.com/layergate/layergate/pkg/observe"
)

// warnings are what a reader should know of a platform beside its findings.
func warnings(platform string, result match.Result, o observe.Platform) []string {
	var out []string // the end of the image's own distribution is a finding
	for _, d := range result.Others {
		out = append(out, aboutDistro(d)...)
	}
	if warning := notCovered(result); warning != "" && !o.Inventory.Looked.Data {
		out = append(out, warning)
	}
	out = append(out, hiddenRecords(&o.Inventory)...)
	for i := range out {
		out[i] = platform + ": " + out[i]
	}
	return out
}

// notCovered warns where the database covers no package of the image. Advisories may be too few and one of them match all the same, and own
// ones are looked up in any case.
func notCovered(result match.Result) string {
	gap := func(such func(finding.Gap) bool) bool {
		return slices.ContainsFunc(result.LookedUp, func(l match.LookedUp) bool { return such(l.Gap) })
	}
	if gap(func(g finding.Gap) bool { return g == "" }) {
		return ""
	}
	why, other := "no package of the image could be looked up in the advisory database", ""
	if gap(func(g finding.Gap) bool { return g == finding.GapFew }) {
		why = "the advisory database has too few advisories to judge any package of the image"
	}
	if slices.ContainsFunc(result.Findings, func(f finding.Finding) bool { return f.Vulnerability != nil }) {
		other = "other "
	}
	return fmt.Sprintf("%s: that no %svulnerability was found in it says nothing", why, other)
}

func aboutDistro(d match.Distro) []string {
	name := d.Name
	if name == "" {
		name = d.ID + " " + d.Version
	}
	if !d.EndOfLife {
		return nil
	}
	return []string{fmt.Sprintf("%s has reached its end of life: new vulnerabilities in it are not repaired, and may not be listed", name)}
}

// hiddenRecords warns of layers that remove or change what records packages, and leave the packages themselves there.
func hiddenRecords(inv *inventory.Inventory) []string {
	type place struct {
		layer int
		path  string
	}
	hidden := map[place][]string{}
	for _, p := range inv.Packages {
		if p.HiddenBy > 0 {
			at := place{p.HiddenBy, p.Path}
			hidden[at] = append(hidden[at], p.Name)
		}
	}
	places := slices.SortedFunc(maps.Keys(hidden), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.layer, b.layer), cmp.Compare(a.path, b.path))
	})
	var out []string
	for _, at := range places {
		out = append(out, fmt.Sprintf("layer %d takes packages out of %s whose files are still there, and they are judged as before: %s",
			at.layer, at.path, natural.Enumerate(slices.Compact(hidden[at]))))
	}
	return out
}
