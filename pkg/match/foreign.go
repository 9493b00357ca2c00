package match

import (
	"fmt"
	"slices"

	"github.com/anchore/grype/grype/distro"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/natural"
	"github.com/layergate/layergate/pkg/regex"
)

// This file finds out where os-release names one distribution and the packages are of another of its family: its advisories say nothing of their
// versions, or something wrong.

// brand is a package that brings os-release, by which one knows whose a system is.
type brand struct {
	typ     pkg.Type
	names   []string
	version *regex.Regex // that tells it from another's of the same name; nil where the name does
	of      []distro.Type
}

var brands = []brand{
	{typ: pkg.DebPkg, names: []string{"base-files"}, version: regex.New(`ubuntu`), of: []distro.Type{distro.Ubuntu}},
	{typ: pkg.DebPkg, names: []string{"base-files"}, version: regex.New(`^\d+(?:\.\d+)?(?:\+deb\d+u\d+)?$`), of: []distro.Type{distro.Debian, distro.Raspbian}},
	{typ: pkg.ApkPkg, names: []string{"alpine-release", "alpine-base", "alpine-baselayout"}, of: []distro.Type{distro.Alpine, distro.PostmarketOS}},
	{typ: pkg.ApkPkg, names: []string{"wolfi-baselayout", "chainguard-baselayout"}, of: []distro.Type{distro.Wolfi, distro.Chainguard}},
	{typ: pkg.RpmPkg, names: []string{"redhat-release", "redhat-release-server"}, of: []distro.Type{distro.RedHat}},
	{typ: pkg.RpmPkg, names: []string{"centos-release", "centos-linux-release", "centos-stream-release"}, of: []distro.Type{distro.CentOS}},
	{typ: pkg.RpmPkg, names: []string{"rocky-release"}, of: []distro.Type{distro.RockyLinux}},
	{typ: pkg.RpmPkg, names: []string{"almalinux-release"}, of: []distro.Type{distro.AlmaLinux}},
	{typ: pkg.RpmPkg, names: []string{"oraclelinux-release"}, of: []distro.Type{distro.OracleLinux}},
	{typ: pkg.RpmPkg, names: []string{"sl-release"}, of: []distro.Type{distro.Scientific}},
	{typ: pkg.RpmPkg, names: []string{"fedora-release", "fedora-release-common"}, of: []distro.Type{distro.Fedora}},
	{typ: pkg.RpmPkg, names: []string{"system-release"}, of: []distro.Type{distro.AmazonLinux}},
	{typ: pkg.RpmPkg, names: []string{"mariner-release"}, of: []distro.Type{distro.Mariner}},
	{typ: pkg.RpmPkg, names: []string{"azurelinux-release"}, of: []distro.Type{distro.Azure}},
	{typ: pkg.RpmPkg, names: []string{"photon-release"}, of: []distro.Type{distro.Photon}},
	{typ: pkg.RpmPkg, names: []string{"sles-release"}, of: []distro.Type{distro.SLES}},
	{typ: pkg.RpmPkg, names: []string{"openSUSE-release", "Leap-release"}, of: []distro.Type{distro.OpenSuseLeap}},
}

// brandOf is the distributions that a package shows a system to be of; none for most packages.
func brandOf(p inventory.Package) []distro.Type {
	for _, b := range brands {
		if string(b.typ) == p.Type && slices.Contains(b.names, p.Name) && (b.version == nil || b.version.MatchString(p.Version)) {
			return b.of
		}
	}
	return nil
}

// kinOf are the distributions by whose packages a system that a release names may be known. What is made of others says which (ID_LIKE of os-release(5)), where
// one that is made of RHEL is like all that are. There are none where nobody knows how its packages show it.
func kinOf(r *linux.Release) []distro.Type {
	if own, known := distro.IDMapping[r.ID]; known {
		if !slices.ContainsFunc(brands, func(b brand) bool { return slices.Contains(b.of, own) }) {
			return nil
		}
		return []distro.Type{own}
	}
	var out []distro.Type
	likeRHEL := []distro.Type{distro.RedHat, distro.CentOS, distro.RockyLinux, distro.AlmaLinux}
	for _, like := range r.IDLike {
		t, known := distro.IDMapping[like]
		if known {
			out = append(out, t)
		}
		if slices.Contains(likeRHEL, t) {
			out = append(out, likeRHEL...)
		}
	}
	return out
}

// foreign says of which distribution a system is by its packages, where os-release names another one and no package of that brought it. Oracle Linux has
// redhat-release beside its own.
func (t Target) foreign(inv *inventory.Inventory) []finding.Finding {
	type system struct{ typ, root, id, version string }
	of := func(p inventory.Package) system { return system{p.Type, p.Root, p.Release.ID, p.Release.VersionID} }
	count, releases := map[system]int{}, map[system]*linux.Release{}
	var order []system
	for _, p := range inv.Packages {
		if p.State != finding.Visible || p.Root == "" || p.Release == nil || !isSystemType(p.Type) {
			continue
		}
		if count[of(p)]++; count[of(p)] == 1 {
			order, releases[of(p)] = append(order, of(p)), p.Release
		}
	}
	var out []finding.Finding
	for _, s := range order {
		kin := kinOf(releases[s])
		if len(kin) == 0 {
			continue
		}
		var by []string
		var whose distro.Type
		own := false
		for _, p := range inv.Packages {
			if p.Type != s.typ || p.Root != s.root {
				continue
			}
			switch brand := brandOf(p); {
			case brand == nil:
			case slices.ContainsFunc(brand, func(t distro.Type) bool { return slices.Contains(kin, t) }):
				// One that is gone tells that the packages beside it were of this distribution, before the system became another.
				own = own || p.State == finding.Visible || p.Release != nil && p.Release.ID == s.id
			case p.State == finding.Visible:
				by, whose = append(by, p.Name+" "+p.Version), brand[0]
			}
		}
		if own || len(by) == 0 {
			continue
		}
		subject := fmt.Sprintf("%s on %s", whose, nameOf(releases[s]))
		reason := fmt.Sprintf("os-release names another distribution than the package that brings it: %s", natural.Enumerate(by))
		f := t.gap(finding.Coverage{Gap: finding.GapMixed, Distribution: subject, Count: count[s], Reason: reason}, "")
		if !slices.ContainsFunc(out, func(o finding.Finding) bool { return o.Coverage.Distribution == subject }) {
			out = append(out, f)
		}
	}
	return out
}
