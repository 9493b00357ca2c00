package vex

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	openvex "github.com/openvex/go-vex/pkg/vex"
	"github.com/package-url/packageurl-go"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// Export is what an OpenVEX document is made of.
type Export struct {
	Author     string
	Time       time.Time
	Image      Image
	Findings   []finding.Finding
	Decisions  []policy.Decision  // about the findings
	Exceptions []policy.Exception // of the policy that decided
}

// ErrNothing is the error for an export without any statement: no exception that says not affected waives a finding.
var ErrNothing = errors.New("no finding is waived by an exception with the status not_affected")

// Write writes the exceptions that say not affected, and waive a finding, as an OpenVEX document: one statement for each
// exception and vulnerability, about the image, by its digest where it has one, and the packages that are concerned.
func (e Export) Write(w io.Writer) error {
	at := e.Time.UTC().Truncate(time.Second)
	doc := openvex.VEX{Metadata: openvex.Metadata{
		Context: openvex.ContextLocator(), Author: e.Author, Timestamp: &at, Version: 1, Tooling: "layergate",
	}}
	image, err := e.Image.component()
	if err != nil {
		return err
	}
	type key struct {
		exception int
		id        string
	}
	index := map[key]int{}
	for _, d := range e.Decisions {
		f := e.Findings[d.Finding]
		if d.Exception == nil || e.Exceptions[*d.Exception].Status != policy.StatusNotAffected || f.Vulnerability == nil {
			continue
		}
		purl := f.Vulnerability.Package.PURL
		if purl == "" {
			return fmt.Errorf("the package %s of %s has no package URL, and VEX cannot name it", f.Vulnerability.Package.Name, f.ID)
		}
		k := key{*d.Exception, f.ID}
		n, known := index[k]
		if !known {
			n = len(doc.Statements)
			index[k] = n
			doc.Statements = append(doc.Statements, newStatement(f, e.Exceptions[*d.Exception], image))
		}
		parts := &doc.Statements[n].Products[0].Subcomponents
		if !slices.ContainsFunc(*parts, func(s openvex.Subcomponent) bool { return s.ID == purl }) {
			*parts = append(*parts, openvex.Subcomponent{Component: openvex.Component{ID: purl}})
		}
	}
	if len(doc.Statements) == 0 {
		return ErrNothing
	}
	if _, err := doc.GenerateCanonicalID(); err != nil {
		return err
	}
	return doc.ToJSON(w)
}

// newStatement is what an exception says of a finding, of no package yet.
func newStatement(f finding.Finding, e policy.Exception, image openvex.Component) openvex.Statement {
	v := openvex.Vulnerability{Name: openvex.VulnerabilityID(f.ID)}
	for _, alias := range f.Vulnerability.Aliases {
		v.Aliases = append(v.Aliases, openvex.VulnerabilityID(alias))
	}
	return openvex.Statement{
		Vulnerability: v, Products: []openvex.Product{{Component: image}}, Status: openvex.StatusNotAffected,
		Justification: openvex.Justification(e.Justification), ImpactStatement: e.Reason,
	}
}

// component names the image in OpenVEX: by a package URL of the type oci where it has a name, the first one, and by its digest.
func (i Image) component() (openvex.Component, error) {
	var c openvex.Component
	if digest, ok := strings.CutPrefix(i.Digest, "sha256:"); ok {
		c.Hashes = map[openvex.Algorithm]openvex.Hash{openvex.SHA256: openvex.Hash(digest)}
	}
	var repositories []string
	var tag string
	if len(i.Names) > 0 {
		repositories, tag = spellings(i.Names[0])
	}
	if len(repositories) == 0 {
		if len(c.Hashes) == 0 {
			return c, errors.New("the image has neither a name nor a digest by which VEX could name it")
		}
		return c, nil
	}
	repository := repositories[len(repositories)-1]
	qualifiers := map[string]string{"repository_url": repository}
	if tag != "" {
		qualifiers["tag"] = tag
	}
	name := repository[strings.LastIndexByte(repository, '/')+1:]
	c.ID = packageurl.NewPackageURL(packageurl.TypeOCI, "", name, i.Digest, packageurl.QualifiersFromMap(qualifiers), "").ToString()
	return c, nil
}
