package match

import (
	"cmp"
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
func lookUp(inv *inventory.Inventory, matchables []*grypepkg.Package, known *distros, target Target) ([]LookedUp, error) {
	systems, err := lookUpSystems(inv, known, target)
	if err != nil {
		return nil, err
	}
	others, err := lookUpEcosystems(inv, matchables, target)
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
func lookUpSystems(inv *inventory.Inventory, known *distros, target Target) ([]LookedUp, error) {
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
			release, distribution, err := target.Covers(i.distro)
			switch {
			case err != nil:
				return nil, fmt.Errorf("asking for the advisories of %s: %w", i.distro, err)
			case !distribution:
				l.Gap = finding.GapDistribution
			case !release:
				l.Gap = finding.GapRelease
			}
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
func lookUpEcosystems(inv *inventory.Inventory, matchables []*grypepkg.Package, target Target) ([]LookedUp, error) {
	packages, files := map[string]int{}, map[string]map[string]bool{}
	var types []string
	for i, p := range inv.Packages {
		if p.State != finding.Visible || isSystemType(p.Type) || isPart(matchables[i]) {
			continue
		}
		if packages[p.Type]++; files[p.Type] == nil {
			types, files[p.Type] = append(types, p.Type), map[string]bool{}
		}
		files[p.Type][p.Path] = true
	}
	covered, cpes, err := target.Ecosystems(types)
	if err != nil {
		return nil, err
	}
	var out []LookedUp
	for _, t := range types {
		l := LookedUp{Type: t, Packages: packages[t], Files: len(files[t])}
		switch {
		case covered[t] || cpes && slices.Contains(byCPE(), pkg.Type(t)):
		case slices.Contains(unpublished(), pkg.Type(t)):
			l.Gap = finding.GapUnpublished
		default:
			l.Gap = finding.GapEcosystem
		}
		out = append(out, l)
	}
	return out, nil
}
