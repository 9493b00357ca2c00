package match

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/anchore/grype/grype/distro"
	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
)

// systemTypes are the packages whose vulnerabilities can only be told with their distribution's advisories.
func systemTypes() []pkg.Type {
	return []pkg.Type{pkg.AlpmPkg, pkg.ApkPkg, pkg.DebPkg, pkg.PortagePkg, pkg.RpmPkg}
}

func isSystemType(typ string) bool { return slices.Contains(systemTypes(), pkg.Type(typ)) }

// distros are the distributions of an inventory, as grype knows them: that of the final file system, and for each
// release of which there are packages its own.
type distros struct {
	image    *linux.Release
	known    map[*linux.Release]*distro.Distro
	newer    map[release]*linux.Release
	packages []*linux.Release // by which each package of the inventory is judged
}

// release names a release of a distribution.
type release struct{ id, version string }

// newDistros tells each package which distribution's advisories it is judged by: its database's own, in the layer in
// which it was recorded, or those of the newer release that it names.
func newDistros(inv *inventory.Inventory, packages []*grypepkg.Package) *distros {
	d := &distros{image: inv.Release, known: map[*linux.Release]*distro.Distro{}, newer: map[release]*linux.Release{}}
	for i, p := range inv.Packages {
		r := d.release(p)
		d.packages, packages[i].Distro = append(d.packages, r), d.of(r)
	}
	return d
}

// release is that by which a package is judged: the image's where no system's database lists it.
func (d *distros) release(p inventory.Package) *linux.Release {
	if p.Root == "" {
		return d.image
	}
	r := newer(p, p.Release)
	if r == nil {
		return p.Release
	}
	name := release{r.ID, r.VersionID}
	if d.newer[name] == nil {
		d.newer[name] = r
	}
	return d.newer[name]
}

func (d *distros) of(r *linux.Release) *distro.Distro {
	known, ok := d.known[r]
	if !ok {
		known = distro.FromRelease(r, distro.DefaultFixChannels())
		d.known[r] = known
	}
	return known
}

// installation counts the visible packages of one type, in one system and of one distribution.
type installation struct {
	typ     pkg.Type
	root    string
	distro  *distro.Distro
	release *linux.Release
	count   int
	files   map[string]bool
}

// installations lists what visible packages of operating systems there are, in the order of the packages.
func (d *distros) installations(inv *inventory.Inventory) []*installation {
	type key struct {
		typ, root, id, version string
	}
	seen := map[key]*installation{}
	var out []*installation
	for i, p := range inv.Packages {
		if p.State != finding.Visible || !isSystemType(p.Type) {
			continue
		}
		release := d.packages[i]
		k := key{typ: p.Type, root: cmp.Or(p.Root, "/")}
		if release != nil {
			k.id, k.version = release.ID, release.VersionID
		}
		if seen[k] == nil {
			seen[k] = &installation{typ: pkg.Type(p.Type), root: k.root, distro: d.of(release), release: release, files: map[string]bool{}}
			out = append(out, seen[k])
		}
		seen[k].count++
		seen[k].files[p.Path] = true
	}
	return out
}

// check refuses to judge packages of an operating system where the image does not say which one it is, or names one
// that cannot have them: no policy can know by which advisories to judge them. A distribution that grype or the
// database does not know is a coverage gap instead, since it is known what was not judged.
func (i *installation) check() error {
	where := "the image has"
	if i.root != "/" {
		where = "the image has below " + i.root
	}
	switch {
	case i.release == nil:
		return fault.WithHint(fmt.Errorf("%s %d packages of type %s and does not say of which distribution", where, i.count, i.typ),
			"keep /etc/os-release in the image: without it the vulnerabilities of these packages cannot be found")
	case i.distro != nil && !packagedAs(i.distro, i.typ):
		return fault.WithHint(fmt.Errorf("%s %d packages of type %s, and says that it is %s", where, i.count, i.typ, i.distro),
			"let /etc/os-release name the distribution that the packages come from")
	}
	return nil
}

// packagedAs tells whether a distribution's packages can be of a type. Of a distribution that is not listed here, all
// can.
func packagedAs(d *distro.Distro, t pkg.Type) bool {
	families := map[distro.Type]pkg.Type{
		distro.Debian: pkg.DebPkg, distro.Ubuntu: pkg.DebPkg, distro.Raspbian: pkg.DebPkg,
		distro.Alpine: pkg.ApkPkg, distro.Wolfi: pkg.ApkPkg, distro.Chainguard: pkg.ApkPkg, distro.PostmarketOS: pkg.ApkPkg,
		distro.ArchLinux: pkg.AlpmPkg, distro.Gentoo: pkg.PortagePkg,
		distro.RedHat: pkg.RpmPkg, distro.CentOS: pkg.RpmPkg, distro.Fedora: pkg.RpmPkg, distro.AmazonLinux: pkg.RpmPkg,
		distro.OracleLinux: pkg.RpmPkg, distro.RockyLinux: pkg.RpmPkg, distro.AlmaLinux: pkg.RpmPkg, distro.SLES: pkg.RpmPkg,
		distro.OpenSuseLeap: pkg.RpmPkg, distro.Photon: pkg.RpmPkg, distro.Mariner: pkg.RpmPkg, distro.Azure: pkg.RpmPkg,
	}
	family, ok := families[d.Type]
	return !ok || family == t
}
