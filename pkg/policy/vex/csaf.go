package vex

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gocsaf/csaf/v3/csaf"
	"github.com/package-url/packageurl-go"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/strictjson"
)

// The types below are what is taken of a CSAF document (https://docs.oasis-open.org/csaf/csaf/v2.0). Those of package csaf do not
// take groups of products as the standard has them.
type csafDocument struct {
	Document struct {
		Publisher struct{ Name string }
		Tracking  struct {
			Status             string
			CurrentReleaseDate time.Time `json:"current_release_date"`
		}
	}
	ProductTree struct {
		Branches         []csafBranch
		FullProductNames []csafProduct `json:"full_product_names"`
		ProductGroups    []struct {
			GroupID    string   `json:"group_id"`
			ProductIDs []string `json:"product_ids"`
		} `json:"product_groups"`
		Relationships []struct {
			FullProductName  csafProduct `json:"full_product_name"`
			ProductReference string      `json:"product_reference"`
			RelatesTo        string      `json:"relates_to_product_reference"`
		}
	} `json:"product_tree"`
	Vulnerabilities []csafVulnerability
}

type csafBranch struct {
	Category, Name string
	Branches       []csafBranch
	Product        *csafProduct
}

type csafProduct struct {
	ProductID string `json:"product_id"`
	Helper    struct {
		PURL   string
		Hashes []struct {
			FileHashes []struct{ Algorithm, Value string } `json:"file_hashes"`
		}
	} `json:"product_identification_helper"`
}

type csafVulnerability struct {
	CVE           string
	IDs           []struct{ Text string }
	ProductStatus map[string][]string `json:"product_status"`
	Flags         []csafAbout
	Threats       []csafAbout
	Remediations  []csafAbout
}

// csafAbout is a flag, a threat or a remediation, which is about some products.
type csafAbout struct {
	Label, Category, Details string
	ProductIDs               []string `json:"product_ids"`
	GroupIDs                 []string `json:"group_ids"`
}

// csafStatus is what each list of a product_status says, but for recommended, which says nothing of the vulnerability.
func csafStatus() map[string]policy.Status {
	return map[string]policy.Status{
		"known_not_affected": policy.StatusNotAffected, "fixed": policy.StatusFixed, "first_fixed": policy.StatusFixed,
		"known_affected": policy.StatusAffected, "first_affected": policy.StatusAffected, "last_affected": policy.StatusAffected,
		"under_investigation": policy.StatusUnderInvestigation,
	}
}

// parseCSAF reads a CSAF document of version 2.0.
func (d *Document) parseCSAF(src source) error {
	var doc csafDocument
	if err := src.unmarshal(&doc); err != nil {
		return err
	}
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(src.raw))
	if err != nil {
		return src.errorBehind(0, err)
	}
	problems, err := csaf.ValidateCSAF(tree)
	if err != nil {
		return fmt.Errorf("reading the schema of CSAF: %w", err)
	}
	if len(problems) > 0 {
		// The last is the innermost.
		pointer, problem, _ := strings.Cut(problems[len(problems)-1], ": ")
		return csafError(src, pointerPath(pointer), problem)
	}
	if doc.Document.Tracking.Status == "draft" {
		return src.errorAt("document.tracking.status", "wait until its publisher releases it", "the document is a draft")
	}
	d.Author = doc.Document.Publisher.Name
	products := doc.products()
	lines := src.linesOf("vulnerabilities")
	for i, v := range doc.Vulnerabilities {
		statements, err := doc.statements(src, i, products)
		if err != nil {
			return err
		}
		for _, s := range statements {
			s.ids, s.Line = v.names(), lines[i]
			s.Author, s.Time = d.Author, doc.Document.Tracking.CurrentReleaseDate.UTC()
			d.statements = append(d.statements, s)
		}
	}
	return nil
}

// The problems that a word has: it is none of some, or no field of an object.
var (
	csafWords = regex.New(`^value must be one of ('.*')$`)
	csafField = regex.New(`^additional properties? '([^']*)'.* not allowed$`)
)

// csafError is a problem that the schema has with the value at a path, with the nearest word that would be valid.
func csafError(src source, path, problem string) error {
	place, hint := strictjson.Find(src.raw, path), ""
	words, field := csafWords.FindStringSubmatch(problem), csafField.FindStringSubmatch(problem)
	strictjson.Walk(src.raw, -1, func(v strictjson.Value) {
		switch {
		case words != nil && v.Path == path:
			hint = fault.OneOf(fmt.Sprint(v.Token), strings.Split(strings.Trim(words[1], "'"), "', '"))
		case field != nil && v.Path == path+"."+field[1]:
			place = v.Key
		}
	})
	if field != nil && strings.HasSuffix(path, ".product_status") {
		hint = fault.OneOf(field[1], append(sortedKeys(csafStatus()), "recommended"))
	}
	return src.errorIn(place, hint, "it is not valid CSAF 2.0: %s", problem)
}

// pointerPath writes a JSON pointer (RFC 6901) as a path.
func pointerPath(pointer string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if strings.Trim(part, "0123456789") == "" {
			b.WriteString("[" + part + "]")
			continue
		}
		b.WriteString("." + strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
	}
	return strings.TrimPrefix(b.String(), ".")
}

// names are the identifiers of the vulnerability, in lower case.
func (v csafVulnerability) names() []string {
	var out []string
	for _, id := range v.IDs {
		out = append(out, strings.ToLower(id.Text))
	}
	if v.CVE != "" {
		out = append(out, strings.ToLower(v.CVE))
	}
	return out
}

// products are the products of the document by their identifiers. One that is a component of another is that other one, and of it
// the component.
func (doc *csafDocument) products() map[string]product {
	out := map[string]product{}
	add := func(p csafProduct, r release) { out[p.ProductID] = product{component: p.component(r)} }
	var branches func(list []csafBranch, r release)
	branches = func(list []csafBranch, above release) {
		for _, b := range list {
			r := b.narrowed(above)
			if b.Product != nil {
				add(*b.Product, r)
			}
			branches(b.Branches, r)
		}
	}
	branches(doc.ProductTree.Branches, release{})
	for _, p := range doc.ProductTree.FullProductNames {
		add(p, release{})
	}
	for _, r := range doc.ProductTree.Relationships {
		whole, part := out[r.RelatesTo], out[r.ProductReference]
		out[r.FullProductName.ProductID] = product{component: whole.component, subcomponents: []component{part.component}, partial: true}
	}
	return out
}

// narrowed is what is meant below the branch, where so much is meant above it. The lowest version counts: those above it are of a product
// that has this one as a part.
func (b csafBranch) narrowed(above release) release {
	switch b.Category {
	case "product_version":
		above.version, above.versions = b.Name, ""
	case "product_version_range":
		above.version, above.versions = "", b.Name
	case "architecture":
		above.architecture = goArchitecture(b.Name)
	}
	return above
}

// component is what the product is called, and which releases of it the branches above it mean. A version in the package URL is more exact than the name
// of a branch.
func (p csafProduct) component(r release) component {
	c := component{release: r}
	c.addURL(p.Helper.PURL)
	url, _ := packageurl.FromString(p.Helper.PURL) // without one there is nothing of which a version counts
	if c.version = versionOf(r.version, url); url.Version != "" {
		c.version = ""
	}
	for _, h := range p.Helper.Hashes {
		for _, file := range h.FileHashes {
			if strings.EqualFold(file.Algorithm, "sha256") {
				c.digests = append(c.digests, "sha256:"+strings.ToLower(file.Value))
			}
		}
	}
	return c
}

// statements are those about one vulnerability: one for each product and status.
func (doc *csafDocument) statements(src source, i int, products map[string]product) ([]statement, error) {
	v := doc.Vulnerabilities[i]
	path := fmt.Sprintf("vulnerabilities[%d]", i)
	if len(v.names()) == 0 {
		return nil, src.errorAt(path, "give it a cve, or ids", "the vulnerability has no identifier")
	}
	var out []statement
	for _, list := range sortedKeys(v.ProductStatus) {
		status, known := csafStatus()[list]
		if !known {
			continue // recommended: the schema allows no other
		}
		at := path + ".product_status." + list
		for _, id := range v.ProductStatus[list] {
			p, ok := products[id]
			if !ok {
				return nil, src.errorAt(at, "", "the product %q is not in the product tree", id)
			}
			s := statement{products: []product{p}, Statement: policy.Statement{Status: status}}
			switch status {
			case policy.StatusNotAffected:
				s.Justification = doc.about(v.Flags, id, func(a csafAbout) string { return a.Label })
				s.Detail = doc.about(v.Threats, id, func(a csafAbout) string {
					if a.Category == "impact" {
						return a.Details
					}
					return ""
				})
				if s.Justification == "" && s.Detail == "" {
					return nil, src.errorAt(at, "add a flag, or a threat of the category impact, for the product",
						"the product %q is not affected, and nothing says why (CSAF 2.0, section 4.5)", id)
				}
			case policy.StatusAffected:
				s.Detail = doc.about(v.Remediations, id, func(a csafAbout) string { return a.Details })
			}
			out = append(out, s)
		}
	}
	return out, nil
}

// about is what the first of some flags, threats or remediations that is about a product says.
func (doc *csafDocument) about(list []csafAbout, id string, says func(csafAbout) string) string {
	for _, a := range list {
		ids := slices.Clone(a.ProductIDs)
		for _, g := range doc.ProductTree.ProductGroups {
			if slices.Contains(a.GroupIDs, g.GroupID) {
				ids = append(ids, g.ProductIDs...)
			}
		}
		if slices.Contains(ids, id) && says(a) != "" {
			return says(a)
		}
	}
	return ""
}

// sortedKeys lists the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, cmp.Compare[string])
	return keys
}
