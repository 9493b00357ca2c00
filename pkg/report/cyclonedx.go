package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/github/go-spdx/v2/spdxexp/spdxlicenses"
)

// CycloneDX writes sbom.cdx.json: every package of every platform, shadowed ones included, as CycloneDX 1.6, and the
// vulnerabilities that an exception of the policy accepts. It bears
// no time, and its serial number depends on the image alone, so that the same image has the same SBOM.
func CycloneDX(w io.Writer, r *Report) error {
	lines := newIndenter(w, "  ")
	e := cdx.NewBOMEncoder(lines, cdx.BOMFileFormatJSON).SetEscapeHTML(false)
	return cmp.Or(e.Encode(bom(r)), lines.Flush())
}

// cyclonedxSchema is the JSON Schema of CycloneDX 1.6.
const cyclonedxSchema = "http://cyclonedx.org/schema/bom-1.6.schema.json"

func bom(r *Report) *cdx.BOM {
	root := imageComponent(r)
	components := []cdx.Component{}
	dependencies := []cdx.Dependency{}
	var top []string
	for i := range r.Platforms {
		p := &r.Platforms[i]
		parts := platformComponents(p)
		refs := refsOf(parts)
		if len(r.Platforms) > 1 {
			c := platformComponent(root.Name, p)
			parts = append(parts, c)
			dependencies = append(dependencies, cdx.Dependency{Ref: c.BOMRef, Dependencies: nonEmpty(refs)})
			top = append(top, c.BOMRef)
		} else {
			top = append(top, refs...)
		}
		components = append(components, parts...)
	}
	slices.Sort(top)
	dependencies = append(dependencies, cdx.Dependency{Ref: root.BOMRef, Dependencies: nonEmpty(top)})
	slices.SortFunc(components, func(a, b cdx.Component) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version), cmp.Compare(a.BOMRef, b.BOMRef))
	})
	slices.SortFunc(dependencies, func(a, b cdx.Dependency) int { return cmp.Compare(a.Ref, b.Ref) })

	// The encoder can write an older version of a BOM, for which it makes a copy of all of it: this one is of the older version.
	out := cdx.NewBOM()
	out.SpecVersion, out.JSONSchema = cdx.SpecVersion1_6, cyclonedxSchema
	out.SerialNumber = serialNumber(r, refsOf(components))
	out.Metadata = &cdx.Metadata{
		Tools:     &cdx.ToolsChoice{Components: &[]cdx.Component{{Type: cdx.ComponentTypeApplication, Name: "layergate", Version: r.Tool.Version}}},
		Component: &root,
	}
	out.Metadata.Properties = nonEmpty(metadataOf(r))
	out.Vulnerabilities = nonEmpty(analysedVulnerabilities(r))
	out.Components = nonEmpty(components)
	out.Dependencies = nonEmpty(dependencies)
	return out
}

// nonEmpty is a list as a BOM has it: none is left out.
func nonEmpty[T any](list []T) *[]T {
	if len(list) == 0 {
		return nil
	}
	return &list
}

// metadataOf says that the database is outdated, and of each platform what was looked at.
func metadataOf(r *Report) []cdx.Property {
	var out []cdx.Property
	if text := r.Database.outdated(); text != "" {
		out = append(out, cdx.Property{Name: "layergate:database:outdated", Value: text})
	}
	for _, p := range r.Platforms {
		out = append(out, cdx.Property{Name: "layergate:coverage:" + p.Platform, Value: p.Coverage.sentence()})
	}
	return out
}

// imageComponent is the image itself, or stands for the manifests.
func imageComponent(r *Report) cdx.Component {
	c := cdx.Component{Type: cdx.ComponentTypeContainer, Name: r.reference().repository, Version: r.image().Digest}
	if r.onlyManifests() {
		c.Type = cdx.ComponentTypeFile
	}
	if c.Version == "" && len(r.Platforms) == 1 {
		c.Version = r.Platforms[0].ID
	}
	c.PackageURL = r.purl()
	c.BOMRef = "image-" + digestOf(c.Name, c.Version)
	return c
}

// purl is the image's package URL of type oci, or "" where its name or digest is not known.
func (r *Report) purl() string {
	digest := r.image().Digest
	if r.image().Name == "" || digest == "" {
		return ""
	}
	ref := r.reference()
	name := strings.ToLower(ref.repository[strings.LastIndexByte(ref.repository, '/')+1:])
	s := "pkg:oci/" + escapeSegment(name) + "@" + escapeSegment(digest)
	qualifiers := []string{}
	if strings.Contains(ref.repository, "/") {
		qualifiers = append(qualifiers, "repository_url="+strings.ReplaceAll(escapeSegment(strings.ToLower(ref.repository)), "%2F", "/"))
	}
	if ref.tag != "" {
		qualifiers = append(qualifiers, "tag="+escapeSegment(ref.tag))
	}
	if len(qualifiers) > 0 {
		s += "?" + strings.Join(qualifiers, "&")
	}
	return s
}

// platformComponent stands for one platform of an index.
func platformComponent(name string, p *Platform) cdx.Component {
	return cdx.Component{
		Type:       cdx.ComponentTypeContainer,
		Name:       name,
		Version:    cmp.Or(p.Digest, p.ID),
		BOMRef:     "platform-" + digestOf(p.Platform, p.Digest, p.ID),
		Properties: properties(propertyPlatform, p.Platform),
	}
}

// platformComponents lists the distribution and the packages of a platform, each once.
func platformComponents(p *Platform) []cdx.Component {
	components := make([]cdx.Component, 0, len(p.Packages)+1)
	if c, ok := distroComponent(p); ok {
		components = append(components, c)
	}
	diffIDs := map[int]string{}
	for _, l := range p.Layers {
		diffIDs[l.Index] = l.DiffID
	}
	seen := map[string]bool{}
	for _, k := range p.Packages {
		c := packageComponent(p, diffIDs[k.Layer], k)
		if !seen[c.BOMRef] {
			seen[c.BOMRef] = true
			components = append(components, c)
		}
	}
	return components
}

// distroComponent is the distribution of a platform; false means that none was recognised.
func distroComponent(p *Platform) (cdx.Component, bool) {
	return cdx.Component{
		Type: cdx.ComponentTypeOS, Name: p.Distro.ID, Version: p.Distro.Version, Description: p.Distro.Name,
		BOMRef:     "os-" + digestOf(p.Platform, p.ID, p.Distro.ID, p.Distro.Version),
		Properties: properties(propertyPlatform, p.Platform),
	}, p.Distro.ID != ""
}

func packageComponent(p *Platform, diffID string, k Package) cdx.Component {
	layer := strconv.Itoa(k.Layer)
	c := cdx.Component{
		Type: cdx.ComponentTypeLibrary, Name: k.Name, Version: k.Version, PackageURL: k.PURL,
		BOMRef:   "package-" + digestOf(p.Platform, p.ID, layer, k.Type, k.Name, k.Version, k.PURL, k.Path, string(k.State)),
		Licenses: licenses(k.Licenses),
	}
	if k.Type == "binary" {
		c.Type = cdx.ComponentTypeApplication
	}
	pairs := []string{
		propertyDistribution, k.Distribution,
		propertyDiffID, diffID,
		propertyLayer, layer,
		propertyPath, k.Path,
		propertyPlatform, p.Platform,
		propertyState, string(k.State),
		propertyType, k.Type,
	}
	for i, name := range slices.Sorted(slices.Values(k.CPEs)) {
		if i == 0 {
			c.CPE = name
		} else {
			pairs = append(pairs, propertyCPE, name)
		}
	}
	c.Properties = properties(pairs...)
	return c
}

// The properties of components. ReadCycloneDX reads them back.
const (
	propertyDistribution = "layergate:distribution"
	propertyDiffID       = "layergate:layer:diffID"
	propertyLayer        = "layergate:layer:index"
	propertyPath         = "layergate:path"
	propertyPlatform     = "layergate:platform"
	propertyState        = "layergate:state"
	propertyType         = "layergate:type"
	// propertyCPE is how syft and grype name the CPEs after the first, of which a component has room for one.
	propertyCPE = "syft:cpe23"
)

// properties pairs names and values and drops what has no value.
func properties(pairs ...string) *[]cdx.Property {
	var out []cdx.Property
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, cdx.Property{Name: pairs[i], Value: pairs[i+1]})
		}
	}
	return nonEmpty(out)
}

// licenses names each license by its SPDX identifier where it has one, because the schema allows no other identifiers.
func licenses(names []string) *cdx.Licenses {
	var out cdx.Licenses
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		switch id, ok := spdxID(name); {
		case ok:
			out = append(out, cdx.LicenseChoice{License: &cdx.License{ID: id}})
		case name != "":
			out = append(out, cdx.LicenseChoice{License: &cdx.License{Name: name}})
		}
	}
	if len(out) == 0 {
		return nil
	}
	return &out
}

func spdxID(name string) (string, bool) {
	if ok, id := spdxlicenses.IsActiveLicense(name); ok {
		return id, true
	}
	if ok, id := spdxlicenses.IsDeprecatedLicense(name); ok {
		return id, true
	}
	return "", false
}

func refsOf(components []cdx.Component) []string {
	refs := make([]string, 0, len(components))
	for _, c := range components {
		refs = append(refs, c.BOMRef)
	}
	slices.Sort(refs)
	return refs
}

// digestOf is a short digest of its parts.
func digestOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}

// uuid makes a UUID of version 8 (RFC 9562, section 5.8) out of its parts: the same one for the same parts.
func uuid(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	u := sum[:16]
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// serialNumber is made of the image and its components.
func serialNumber(r *Report, refs []string) string {
	image := r.image()
	parts := []string{"layergate", image.Name, image.Digest}
	for _, p := range r.Platforms {
		parts = append(parts, p.Platform, p.Digest, p.ID)
	}
	return "urn:uuid:" + uuid(append(parts, refs...)...)
}
