package match

import (
	"fmt"
	"slices"

	"github.com/anchore/grype/grype/distro"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// systemTypes are the packages whose vulnerabilities can only be told with their distribution's advisories.
func systemTypes() []pkg.Type { return []pkg.Type{pkg.AlpmPkg, pkg.ApkPkg, pkg.DebPkg, pkg.RpmPkg} }

// systemPackages counts the visible packages of an operating system by type.
func systemPackages(inv *inventory.Inventory) map[pkg.Type]int {
	counts := map[pkg.Type]int{}
	for _, p := range inv.Packages {
		if t := pkg.Type(p.Type); p.State == finding.Visible && slices.Contains(systemTypes(), t) {
			counts[t]++
		}
	}
	return counts
}

// checkDistro refuses to judge packages of an operating system without knowing which: the matchers would find nothing
// in them, and the image would pass for clean.
func checkDistro(inv *inventory.Inventory, d *distro.Distro, system map[pkg.Type]int) error {
	for _, t := range systemTypes() {
		n := system[t]
		if n == 0 {
			continue
		}
		switch {
		case inv.Release == nil:
			return fault.WithHint(fmt.Errorf("the image has %d packages of type %s and does not say of which distribution", n, t),
				"keep /etc/os-release in the image: without it the vulnerabilities of these packages cannot be found")
		case d == nil:
			return fault.WithHint(fmt.Errorf("the image has %d packages of type %s of the distribution %q, which is not known", n, t, inv.Release.ID),
				"base the image on a distribution that grype knows, or name the one it derives from as ID_LIKE in /etc/os-release")
		case !packagedAs(d, t):
			return fault.WithHint(fmt.Errorf("the image has %d packages of type %s, and says that it is %s", n, t, d),
				"let /etc/os-release name the distribution that the packages come from")
		}
	}
	return nil
}

// packagedAs tells whether a distribution's packages can be of a type. Of a distribution that is not listed here, all
// can.
func packagedAs(d *distro.Distro, t pkg.Type) bool {
	families := map[distro.Type]pkg.Type{
		distro.Debian: pkg.DebPkg, distro.Ubuntu: pkg.DebPkg, distro.Raspbian: pkg.DebPkg,
		distro.Alpine: pkg.ApkPkg, distro.Wolfi: pkg.ApkPkg, distro.Chainguard: pkg.ApkPkg, distro.PostmarketOS: pkg.ApkPkg,
		distro.ArchLinux: pkg.AlpmPkg,
		distro.RedHat:    pkg.RpmPkg, distro.CentOS: pkg.RpmPkg, distro.Fedora: pkg.RpmPkg, distro.AmazonLinux: pkg.RpmPkg,
		distro.OracleLinux: pkg.RpmPkg, distro.RockyLinux: pkg.RpmPkg, distro.AlmaLinux: pkg.RpmPkg, distro.SLES: pkg.RpmPkg,
		distro.OpenSuseLeap: pkg.RpmPkg, distro.Photon: pkg.RpmPkg, distro.Mariner: pkg.RpmPkg, distro.Azure: pkg.RpmPkg,
	}
	family, ok := families[d.Type]
	return !ok || family == t
}
