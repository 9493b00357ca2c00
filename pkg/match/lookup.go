package match

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// LookedUp are visible packages that are looked up in the same part of the database: those of one type, and of a
// system's packages those of one distribution. Packages that are a part of a system's package are looked up as that.
type LookedUp struct {
	Type         string // syft's package type
	Distribution string // os-release ID and version of a system's packages; empty for all others
	Packages     int
	Files        int // in which they were found
	// Gap is what the database lacks to judge them; empty where it has advisories.
	Gap finding.Gap
	// Advisories are how many it has about packages of the same sort, and Newest is the last day of one, as in finding.Cover; both are empty
	// for packages that are looked up by CPE names, whose advisories are not counted beyond what is enough.
	Advisories int
	Newest     string
}

// byCPE are the types of packages that no ecosystem publishes advisories for and that are looked up by their CPE names.
func byCPE() []pkg.Type {
	return []pkg.Type{
		pkg.BinaryPkg, pkg.ConanPkg, pkg.GraalVMNativeImagePkg, pkg.HomebrewPkg, pkg.LinuxKernelPkg, pkg.NixPkg, pkg.PhpPearPkg,
		pkg.PhpPeclPkg, pkg.WordpressPluginPkg,
	}
}

// unpublished are the types of packages for which neither OSV nor GitHub nor a distribution publishes advisories
// worth the name, so that no database would help.
func unpublished() []pkg.Type {
	return []pkg.Type{
		pkg.CocoapodsPkg, pkg.CondaPkg, pkg.LinuxKernelModulePkg, pkg.LuaRocksPkg, pkg.ModelPkg, pkg.Rpkg, pkg.SwiplPackPkg,
		pkg.TerraformPkg,
	}
}

// lookUp says of all visible packages whether the database has anything about their like.
func lookUp(ctx context.Context, inv *inventory.Inventory, matchables []*grypepkg.Package, known *distros, target Target) ([]LookedUp, error) {
	systems, err := lookUpSystems(ctx, inv, known, target)
	if err != nil {
		return nil, err
	}
	others, err := lookUpEcosystems(ctx, inv, matchables, target)
	if err != nil {
		return nil, err
	}
	out := append(systems, others...)
	slices.SortFunc(out, func(a, b LookedUp) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Distribution, b.Distribution))
	})
	return out, nil
}

// lookUpSystems does so for the packages of operating systems, each by its own distribution.
func lookUpSystems(ctx context.Context, inv *inventory.Inventory, known *distros, target Target) ([]LookedUp, error) {
	var out []LookedUp
	for _, i := range known.installations(inv) {
		l := LookedUp{Type: string(i.typ), Distribution: nameOf(i.release), Packages: i.count, Files: len(i.files)}
		at := slices.IndexFunc(out, func(o LookedUp) bool { return o.Type == l.Type && o.Distribution == l.Distribution })
		if at >= 0 { // the same distribution in another system of the image
			out[at].Packages += l.Packages
			out[at].Files += l.Files
			continue
		}
		switch {
		case i.distro == nil:
			l.Gap = finding.GapDistribution
		default:
			cover, distribution, err := target.Covers(ctx, i.distro)
			if err != nil {
				return nil, fmt.Errorf("asking for the advisories of %s: %w", i.distro, err)
			}
			none := finding.GapRelease
			if !distribution {
				none = finding.GapDistribution
			}
			l.covered(cover, none)
		}
		out = append(out, l)
	}
	return out, nil
}

// nameOf names a distribution as findings do.
func nameOf(r *linux.Release) string {
	if r.VersionID == "" {
		return r.ID
	}
	return r.ID + " " + r.VersionID
}

// lookUpEcosystems does so for all other packages.
func lookUpEcosystems(ctx context.Context, inv *inventory.Inventory, matchables []*grypepkg.Package, target Target) ([]LookedUp, error) {
	packages, files := map[string]int{}, map[string]map[string]bool{}
	var types []string
	for i, p := range inv.Packages {
		if p.State != finding.Visible || isSystemType(p.Type) || isPart(inv, matchables, i) {
			continue
		}
		if packages[p.Type]++; files[p.Type] == nil {
			types, files[p.Type] = append(types, p.Type), map[string]bool{}
		}
		files[p.Type][p.Path] = true
	}
	covers, err := target.Ecosystems(ctx, types)
	if err != nil {
		return nil, err
	}
	var cpes finding.Cover
	if slices.ContainsFunc(types, func(t string) bool { return slices.Contains(byCPE(), pkg.Type(t)) }) {
		if cpes, err = target.CPEs(ctx); err != nil {
			return nil, err
		}
	}
	var out []LookedUp
	for _, t := range types {
		l := LookedUp{Type: t, Packages: packages[t], Files: len(files[t])}
		cover, counted := covers[t], true
		if slices.Contains(byCPE(), pkg.Type(t)) && (cover.Advisories == 0 || cover.TooFew) && cpes.Advisories > 0 {
			cover, counted = cpes, cpes.TooFew
		}
		l.covered(cover, finding.GapEcosystem)
		if !counted {
			l.Advisories, l.Newest = 0, ""
		}
		if l.Gap != "" && slices.Contains(unpublished(), pkg.Type(t)) {
			l.Gap = finding.GapUnpublished
		}
		out = append(out, l)
	}
	return out, nil
}

// covered says what the database has about the packages; none is the gap where that is nothing.
func (l *LookedUp) covered(by finding.Cover, none finding.Gap) {
	l.Advisories, l.Newest = by.Advisories, by.Newest
	switch {
	case by.Advisories == 0:
		l.Gap = none
	case by.TooFew:
		l.Gap = finding.GapFew
	}
}
