package match

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/anchore/grype/grype/distro"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/natural"
	"github.com/layergate/layergate/pkg/regex"
)

// mark is how versions of packages say for which release of a distribution they were built.
type mark struct {
	typ  pkg.Type
	of   []distro.Type
	in   *regex.Regex // the groups are the numbers of the release; the last place counts, since a backport adds its own behind
	id   string       // of the distribution, where it is called otherwise since
	rest string       // what os-release adds to the numbers
}

var marks = []mark{
	{typ: pkg.DebPkg, of: []distro.Type{distro.Debian, distro.Raspbian}, in: regex.New(`[+~]deb(\d\d?)u\d|~bpo\d`)}, // a backport has no advisories of its own anywhere
	{typ: pkg.DebPkg, of: []distro.Type{distro.Ubuntu}, in: regex.New(`(?:ubuntu\d*\.|~)(\d\d)\.(04|10)(?:[.~+]|$)`)},
	{
		typ: pkg.RpmPkg, in: regex.New(`[._+]el(\d+)`),
		of: []distro.Type{distro.RedHat, distro.CentOS, distro.RockyLinux, distro.AlmaLinux, distro.OracleLinux, distro.Scientific},
	},
	{typ: pkg.RpmPkg, of: []distro.Type{distro.Fedora}, in: regex.New(`\.fc(\d+)`)},
	{typ: pkg.RpmPkg, of: []distro.Type{distro.AmazonLinux}, in: regex.New(`\.amzn(\d+)`)},
	{typ: pkg.RpmPkg, of: []distro.Type{distro.Mariner}, in: regex.New(`\.cm(\d+)`), rest: ".0"},
	{typ: pkg.RpmPkg, of: []distro.Type{distro.Mariner, distro.Azure}, in: regex.New(`\.azl(\d+)`), id: "azurelinux", rest: ".0"},
	{typ: pkg.RpmPkg, of: []distro.Type{distro.Photon}, in: regex.New(`\.ph(\d+)`), rest: ".0"},
	{typ: pkg.RpmPkg, of: []distro.Type{distro.SLES, distro.OpenSuseLeap}, in: regex.New(`-(15)0([0-7])00\.|-[bl]p(15)([0-7])\.`)},
}

// newer is the release of its distribution for which a package of a system was built, by its version, where that is newer than the system's:
// the advisories of the older one say nothing of such a version. One that was built for an older release was carried over, and the system's
// advisories know it. It is nil where the package says nothing of the kind.
func newer(p inventory.Package, system *linux.Release) *linux.Release {
	if system == nil || system.VersionID == "" {
		return nil
	}
	typ := distro.TypeFromRelease(*system)
	for _, m := range marks {
		if string(m.typ) != p.Type || !slices.Contains(m.of, typ) {
			continue
		}
		all := m.in.FindAllStringSubmatch(p.Version, -1)
		if len(all) == 0 {
			continue
		}
		numbers := slices.DeleteFunc(slices.Clone(all[len(all)-1][1:]), func(n string) bool { return n == "" })
		if version := strings.Join(numbers, "."); natural.Compare(version, system.VersionID) > 0 {
			out := *system
			out.ID, out.VersionID, out.Version, out.VersionCodename = cmp.Or(m.id, system.ID), version+m.rest, "", ""
			out.PrettyName = cmp.Or(system.Name, system.ID) + " " + out.VersionID
			return &out
		}
	}
	return nil
}

// mixed says of which newer releases than its own a system has packages. Those that name their release are judged by it. The gap is about the
// others: most packages do not name theirs, and any of them may have come with these.
func (t Target) mixed(inv *inventory.Inventory, known *distros) []finding.Finding {
	packages := map[string][]string{}
	var order []string
	for i, p := range inv.Packages {
		if p.State != finding.Visible || p.Root == "" {
			continue
		}
		if r := known.packages[i]; r != p.Release {
			subject := nameOf(r) + " on " + nameOf(p.Release)
			if packages[subject] == nil {
				order = append(order, subject)
			}
			packages[subject] = append(packages[subject], p.Name+" "+p.Version)
		}
	}
	var out []finding.Finding
	for _, subject := range order {
		list := packages[subject]
		c := finding.Coverage{Gap: finding.GapMixed, Distribution: subject, Count: len(list), Reason: fmt.Sprintf("newer than the system's release are %s", natural.Enumerate(list))}
		out = append(out, t.gap(c, ""))
	}
	return out
}
