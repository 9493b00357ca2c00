package inventory

import (
	"fmt"
	"slices"
	"strings"

	grypepkg "github.com/anchore/grype/grype/pkg"
	"github.com/anchore/syft/syft/cpe"
	"github.com/anchore/syft/syft/linux"
	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/finding"
)

// Listing is what an SBOM lists of one platform of an image.
type Listing struct {
	Distribution Distribution // of the final file system; zero where none was recognised
	Packages     []Listed
}

// Distribution names a Linux distribution as its os-release does.
type Distribution struct {
	ID, Version string
	Name        string // to be read by people
}

// Listed is a package of a Listing.
type Listed struct {
	finding.Package
	Path  string
	Layer int
	State finding.State
	CPEs  []string
	// Distribution is that of the system which the package is installed in, as ID and version, such as debian 11; empty where that is
	// the image's own.
	Distribution string
}

// FromListing makes an inventory of what an SBOM lists, to be matched. It knows less than one that Take made: of what a matcher asks, only
// what package URLs and CPE names hold, and nothing of files. Where that makes a difference, more is found and not less. The Inventory
// has to be checked, as any that was not taken here.
func FromListing(l Listing) (*Inventory, error) {
	inv := &Inventory{Release: l.Distribution.release()}
	other := map[string]*linux.Release{"": inv.Release}
	for _, p := range l.Packages {
		details, err := detailsOf(p)
		if err != nil {
			return nil, fmt.Errorf("%s %s, %q: %w", p.Type, p.Name, p.PURL, err)
		}
		out := Package{Package: p.Package, Path: p.Path, Layer: p.Layer, State: p.State, CPEs: p.CPEs, Details: details}
		if t := pkg.Type(p.Type); t != pkg.NixPkg && slices.Contains(systems(), t) {
			if _, ok := other[p.Distribution]; !ok {
				id, version, _ := strings.Cut(p.Distribution, " ")
				other[p.Distribution] = Distribution{ID: id, Version: version}.release()
			}
			out.Root, out.Release = rootOf(p.Path, p.Path), other[p.Distribution]
		}
		inv.Packages = append(inv.Packages, out)
	}
	return inv, nil
}

// release is the distribution as grype asks for it; nil for none.
func (d Distribution) release() *linux.Release {
	if d.ID == "" {
		return nil
	}
	return &linux.Release{ID: d.ID, VersionID: d.Version, PrettyName: d.Name}
}

// detailsOf reads from the package URL and the CPE names of a package what matchers ask for, with grype's reader of package URLs.
func detailsOf(p Listed) (Details, error) {
	out := Details{Places: []place{{Path: p.Path, Access: p.Path, Primary: true}}}
	for _, name := range p.CPEs {
		c, err := cpe.New(name, cpe.DeclaredSource)
		if err != nil {
			return out, fmt.Errorf("its CPE name %.100q is not valid: %w", name, err)
		}
		out.CPEs = append(out.CPEs, c)
	}
	if p.PURL == "" {
		return out, nil
	}
	list, _, _, err := grypepkg.ProvideFromReader(strings.NewReader(p.PURL), grypepkg.ProviderConfig{})
	if err != nil {
		return out, fmt.Errorf("reading its package URL: %w", err)
	}
	if len(list) != 1 {
		return out, fmt.Errorf("its package URL names %d packages", len(list))
	}
	out.Language, out.Upstreams, out.Metadata = list[0].Language, list[0].Upstreams, metadata{list[0].Metadata}
	if !out.Metadata.known() {
		return out, fmt.Errorf("its metadata is of a type that is not known: %T", list[0].Metadata)
	}
	return out, nil
}
