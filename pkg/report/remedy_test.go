package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/finding"
)

// The base image's package manager upgrades its packages: one that an own layer brings is not there behind FROM, and one of a single
// platform fails the build of the others.
func TestRemedyInputInstalled(t *testing.T) {
	t.Parallel()
	pkg := func(name, typ string, layer int, state finding.State) Package {
		return Package{Package: finding.Package{Name: name, Type: typ}, Layer: layer, State: state}
	}
	platform := func(packages ...Package) Platform {
		return Platform{Layers: []Layer{{Layer: finding.Layer{Base: true}}, {Layer: finding.Layer{Index: 1}}}, Packages: packages}
	}
	npm, own := pkg("yum", "npm", 0, finding.Visible), pkg("dnf", "rpm", 1, finding.Visible)
	r := &Report{Subject: Subject{Image: &Image{Base: &BaseImage{Name: "ubi9-minimal"}}}, Platforms: []Platform{
		platform(npm, own, pkg("microdnf", "rpm", 0, finding.Visible), pkg("bash", "rpm", 0, finding.Visible), pkg("tdnf", "rpm", 0, finding.Visible)),
		platform(npm, own, pkg("microdnf", "rpm", 0, finding.Visible), pkg("bash", "rpm", 0, finding.Shadowed), pkg("dnf5", "rpm", 0, finding.Visible)),
	}}
	if diff := cmp.Diff(map[string]bool{"microdnf": true}, r.RemedyInput().Base.Installed); diff != "" {
		t.Errorf("RemedyInput().Base.Installed (-want +got):\n%s", diff)
	}
}
