package report

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/common"
	spdx "github.com/spdx/tools-golang/spdx/v2/v2_3"
)

// noAssertion is how SPDX says that nothing is said.
const noAssertion = "NOASSERTION"

// SPDX writes sbom.spdx.json: every package of every platform, shadowed ones included, as SPDX 2.3. The same report has the
// same document: it was created when the advisory database was built, and its namespace is made of its content.
func SPDX(w io.Writer, r *Report) error {
	doc, err := spdxDocument(r)
	if err != nil {
		return err
	}
	return spdxjson.Write(doc, w, spdxjson.Indent("  "), spdxjson.EscapeHTML(false))
}

// spdxDocument is the image, in it its platforms where there are several, and in them the packages.
func spdxDocument(r *Report) (*spdx.Document, error) {
	d := &spdxWriter{added: map[common.ElementID]bool{}, licenses: map[string]string{}, Document: &spdx.Document{
		SPDXVersion: spdx.Version, DataLicense: spdx.DataLicense, SPDXIdentifier: "DOCUMENT", DocumentName: printable(r.reference().repository),
		CreationInfo: &spdx.CreationInfo{
			Creators: []common.Creator{{CreatorType: "Tool", Creator: "layergate-" + cmp.Or(printable(r.Tool.Version), "unknown")}},
			Created:  r.fixedTime().Format(time.RFC3339), CreatorComment: upperFirst(printable(r.Database.outdated())),
		},
	}}
	root := d.subject(r)
	for i := range r.Platforms {
		p, in := &r.Platforms[i], root
		if len(r.Platforms) > 1 {
			in = d.platform(root, r, p)
		}
		d.contents(in, p)
	}
	d.sort()
	var content strings.Builder
	if err := spdxjson.Write(d.Document, &content); err != nil {
		return nil, err
	}
	d.DocumentNamespace = "https://github.com/layergate/layergate/spdx/" + r.slug() + "-" + uuid(content.String())
	return d.Document, nil
}

// fixedTime stands in formats that need a time for when they were made: it is when the advisory database was built, and the
// start of 1970 where none was asked.
func (r *Report) fixedTime() time.Time {
	if t, err := time.Parse(time.RFC3339, r.Database.Built); err == nil {
		return t.UTC()
	}
	return time.Unix(0, 0).UTC()
}

// spdxWriter gathers the parts of a document.
type spdxWriter struct {
	*spdx.Document
	added    map[common.ElementID]bool
	licenses map[string]string // the expression for each license as a package names it
}

// add adds a package, once, with what every package of a document has, and says how another element has to do with it.
func (d *spdxWriter) add(from common.ElementID, how string, p spdx.Package) common.ElementID {
	id := p.PackageSPDXIdentifier
	if d.added[id] {
		return id
	}
	d.added[id] = true
	p.PackageName = cmp.Or(p.PackageName, noAssertion)
	p.PackageDownloadLocation, p.PackageCopyrightText, p.PackageLicenseConcluded = noAssertion, noAssertion, noAssertion
	p.PackageLicenseDeclared = cmp.Or(p.PackageLicenseDeclared, noAssertion)
	d.Packages = append(d.Packages, &p)
	d.Relationships = append(d.Relationships, &spdx.Relationship{
		RefA: common.DocElementID{ElementRefID: from}, RefB: common.DocElementID{ElementRefID: id}, Relationship: how,
	})
	return id
}

// subject adds the image, or what stands for the manifests.
func (d *spdxWriter) subject(r *Report) common.ElementID {
	c := imageComponent(r)
	p := spdx.Package{
		PackageSPDXIdentifier: common.ElementID(c.BOMRef), PackageName: printable(c.Name), PackageVersion: printable(c.Version),
		PackageChecksums: checksums(c.Version), PackageExternalReferences: purlReference(c.PackageURL), PrimaryPackagePurpose: "CONTAINER",
	}
	if r.onlyManifests() {
		p.PrimaryPackagePurpose = "FILE"
	}
	return d.add("DOCUMENT", common.TypeRelationshipDescribe, p)
}

// platform adds one image of the index root.
func (d *spdxWriter) platform(root common.ElementID, r *Report, p *Platform) common.ElementID {
	c := platformComponent(r.reference().repository, p)
	return d.add(root, common.TypeRelationshipContains, spdx.Package{
		PackageSPDXIdentifier: common.ElementID(c.BOMRef), PackageName: printable(c.Name), PackageVersion: printable(c.Version),
		PackageChecksums: checksums(c.Version), PrimaryPackagePurpose: "CONTAINER", PackageSummary: "the image for " + printable(p.Platform),
	})
}

// contents adds the distribution and the packages of a platform. Their identifiers are those that CycloneDX has for them.
func (d *spdxWriter) contents(in common.ElementID, p *Platform) {
	if c, ok := distroComponent(p); ok {
		d.add(in, common.TypeRelationshipContains, spdx.Package{
			PackageSPDXIdentifier: common.ElementID(c.BOMRef), PackageName: printable(c.Name), PackageVersion: printable(c.Version),
			PackageSummary: printable(c.Description), PrimaryPackagePurpose: "OPERATING_SYSTEM",
		})
	}
	for _, k := range p.Packages {
		diffID := p.Layers[k.Layer].DiffID
		purpose := "LIBRARY"
		if k.Type == "binary" {
			purpose = "APPLICATION"
		}
		source := fmt.Sprintf("found in %s of layer %d", cmp.Or(printable(k.Path), "a file"), k.Layer)
		if diffID != "" {
			source += " (" + printable(diffID) + ")"
		}
		d.add(in, common.TypeRelationshipContains, spdx.Package{
			PackageSPDXIdentifier: common.ElementID(packageComponent(p, diffID, k).BOMRef), PackageName: printable(k.Name), PackageVersion: printable(k.Version),
			PackageSourceInfo: source + ", " + string(k.State), PrimaryPackagePurpose: purpose, PackageLicenseDeclared: d.declared(k.Licenses),
			PackageExternalReferences: slices.Concat(purlReference(k.PURL), cpeReferences(k.CPEs)),
		})
	}
}

// sort puts the parts into an order that does not depend on the report's.
func (d *spdxWriter) sort() {
	slices.SortFunc(d.Packages, func(a, b *spdx.Package) int {
		return cmp.Or(cmp.Compare(a.PackageName, b.PackageName), cmp.Compare(a.PackageVersion, b.PackageVersion), cmp.Compare(a.PackageSPDXIdentifier, b.PackageSPDXIdentifier))
	})
	slices.SortFunc(d.Relationships, func(a, b *spdx.Relationship) int {
		return cmp.Or(cmp.Compare(b.Relationship, a.Relationship), cmp.Compare(a.RefA.ElementRefID, b.RefA.ElementRefID), cmp.Compare(a.RefB.ElementRefID, b.RefB.ElementRefID))
	})
	slices.SortFunc(d.OtherLicenses, func(a, b *spdx.OtherLicense) int { return cmp.Compare(a.LicenseIdentifier, b.LicenseIdentifier) })
}

// checksums has a digest in SPDX's form, or nothing of what is none.
func checksums(digest string) []common.Checksum {
	algorithm, value, _ := strings.Cut(digest, ":")
	if raw, err := hex.DecodeString(value); err != nil || len(raw) == 0 {
		return nil
	}
	switch algorithm {
	case "sha256", "sha384", "sha512":
		return []common.Checksum{{Algorithm: common.ChecksumAlgorithm(strings.ToUpper(algorithm)), Value: value}}
	}
	return nil
}

// purlReference has a package URL in SPDX's form, which knows no white space in it.
func purlReference(purl string) []*spdx.PackageExternalReference {
	return externalReference(common.CategoryPackageManager, common.TypePackageManagerPURL, purl)
}

func cpeReferences(cpes []string) []*spdx.PackageExternalReference {
	var out []*spdx.PackageExternalReference
	for _, cpe := range slices.Compact(slices.Sorted(slices.Values(cpes))) {
		out = append(out, externalReference(common.CategorySecurity, common.TypeSecurityCPE23Type, cpe)...)
	}
	return out
}

func externalReference(category, kind, locator string) []*spdx.PackageExternalReference {
	if locator == "" || locator != printable(locator) || strings.Contains(locator, " ") {
		return nil
	}
	return []*spdx.PackageExternalReference{{Category: category, RefType: kind, Locator: locator}}
}
