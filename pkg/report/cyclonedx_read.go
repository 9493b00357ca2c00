package report

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/layergate/layergate/pkg/finding"
)

// maxSBOMLayers is how many layers an image in an SBOM may have. Runtimes stop at 128.
const maxSBOMLayers = 1000

// ReadCycloneDX reads the platforms of an image from an SBOM that CycloneDX wrote, in the order of their names: packages, distributions
// and the layers that brought packages. Licenses, sizes and digests are not read. Any other SBOM is an error, since it does not say
// where in the image its packages are.
func ReadCycloneDX(raw []byte) ([]Platform, error) {
	var b cdx.BOM
	if err := cdx.NewBOMDecoder(bytes.NewReader(raw), cdx.BOMFileFormatJSON).Decode(&b); err != nil {
		return nil, fmt.Errorf("the SBOM is not valid CycloneDX: %w", err)
	}
	if b.Components == nil {
		return nil, errors.New("the SBOM lists no components")
	}
	platforms := map[string]*Platform{}
	for i, c := range *b.Components {
		if err := addComponent(platforms, c); err != nil {
			return nil, fmt.Errorf("component %d of the SBOM, %.100q: %w", i, c.Name, err)
		}
	}
	var out []Platform
	for _, p := range platforms {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b Platform) int { return strings.Compare(a.Platform, b.Platform) })
	return out, nil
}

// addComponent adds a component to its platform.
func addComponent(platforms map[string]*Platform, c cdx.Component) error {
	is, cpes := propertiesOf(c)
	name := is[propertyPlatform]
	if name == "" {
		return fmt.Errorf("it has no property %s, so that Layergate did not write it", propertyPlatform)
	}
	p := platforms[name]
	if p == nil {
		p = &Platform{Platform: name, Layers: []Layer{}, Packages: []Package{}}
		platforms[name] = p
	}
	switch c.Type {
	case cdx.ComponentTypeContainer:
		return nil // stands for the platform
	case cdx.ComponentTypeOS:
		p.Distro = Distribution{ID: c.Name, Version: c.Version, Name: c.Description}
		return nil
	}
	layer, err := strconv.Atoi(is[propertyLayer])
	if err != nil || layer < 0 || layer >= maxSBOMLayers {
		return fmt.Errorf("its property %s is %.20q", propertyLayer, is[propertyLayer])
	}
	for len(p.Layers) <= layer {
		p.Layers = append(p.Layers, Layer{Layer: finding.Layer{Index: len(p.Layers)}})
	}
	p.Layers[layer].DiffID = is[propertyDiffID]
	p.Packages = append(p.Packages, Package{
		Package: finding.Package{Name: c.Name, Version: c.Version, Type: is[propertyType], PURL: c.PackageURL},
		Path:    is[propertyPath], Layer: layer, State: finding.State(is[propertyState]), Distribution: is[propertyDistribution],
		Licenses: []string{}, CPEs: cpes,
	})
	return nil
}

// propertiesOf are the properties of a component by their names, and all its CPEs.
func propertiesOf(c cdx.Component) (is map[string]string, cpes []string) {
	is, cpes = map[string]string{}, []string{}
	if c.CPE != "" {
		cpes = append(cpes, c.CPE)
	}
	if c.Properties == nil {
		return is, cpes
	}
	for _, p := range *c.Properties {
		if p.Name == propertyCPE {
			cpes = append(cpes, p.Value)
		} else {
			is[p.Name] = p.Value
		}
	}
	return is, cpes
}
