package vex

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	openvex "github.com/openvex/go-vex/pkg/vex"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/strictjson"
)

// kind is what a field of a document holds.
type kind string

const (
	text    kind = "text"
	number  kind = "a whole number from 1"
	date    kind = "a time of the form 2026-01-31T12:00:00Z"
	object  kind = "an object"
	list    kind = "a list"
	status  kind = "status"
	justify kind = "justification"
)

// openVEXFields are the fields of an OpenVEX document by their form. Any other is refused, as the specification's schema does.
func openVEXFields() map[string]kind {
	fields := map[string]kind{
		"@context": text, "@id": text, "author": text, "role": text, "timestamp": date, "last_updated": date,
		"version": number, "tooling": text, "supplier": text, "statements": list,
	}
	add := func(form string, of map[string]kind) {
		for name, k := range of {
			fields[form+"."+name] = k
		}
	}
	add("statements", map[string]kind{
		"@id": text, "version": number, "vulnerability": object, "timestamp": date, "last_updated": date, "products": list,
		"status": status, "supplier": text, "status_notes": text, "justification": justify, "impact_statement": text,
		"action_statement": text, "action_statement_timestamp": date,
	})
	add("statements.vulnerability", map[string]kind{"@id": text, "name": text, "description": text, "aliases": list})
	add("statements.products", map[string]kind{"subcomponents": list})
	for _, form := range []string{"statements.products", "statements.products.subcomponents"} {
		add(form, map[string]kind{"@id": text, "identifiers": object, "hashes": object, "supplier": text})
		add(form+".identifiers", map[string]kind{"purl": text, "cpe22": text, "cpe23": text, "@cpe22": text, "@cpe23": text})
		hashes := map[string]kind{}
		for _, algorithm := range []openvex.Algorithm{
			openvex.MD5, openvex.SHA1, openvex.SHA256, openvex.SHA384, openvex.SHA512, openvex.SHA3224, openvex.SHA3256,
			openvex.SHA3384, openvex.SHA3512, openvex.BLAKE2S256, openvex.BLAKE2B256, openvex.BLAKE2B512, openvex.BLAKE3,
		} {
			hashes[string(algorithm)] = text
		}
		add(form+".hashes", hashes)
	}
	return fields
}

// checkFields refuses fields that OpenVEX does not have, and values that it does not allow. The first one counts.
func checkFields(src source) (err error) {
	fields := openVEXFields()
	strictjson.Walk(src.raw, -1, func(v strictjson.Value) {
		if err != nil || v.Path == "" {
			return
		}
		k, known := fields[v.Form]
		if strings.HasSuffix(v.Path, "]") {
			k = item(v.Form) // of a list, whose own kind is that of the form
		} else if !known {
			form, name := split(v.Form)
			err = src.errorIn(v.Key, fault.OneOf(name, fieldsOf(fields, form)), "OpenVEX has no field %q here", name)
			return
		}
		err = k.check(src, v)
	})
	return err
}

// split is the form of an object and the name of a field of it.
func split(form string) (object, field string) {
	dot := strings.LastIndexByte(form, '.')
	return form[:max(dot, 0)], form[dot+1:]
}

// fieldsOf lists the fields of an object of a form in order.
func fieldsOf(fields map[string]kind, form string) []string {
	var out []string
	for field := range fields {
		if object, name := split(field); object == form {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// item is what an entry of a list holds.
func item(form string) kind {
	if strings.HasSuffix(form, ".aliases") {
		return text
	}
	return object
}

// check tells whether a value is of the kind.
func (k kind) check(src source, v strictjson.Value) error {
	s, isText := v.Token.(string)
	ok := false
	switch k {
	case object:
		ok = v.Token == json.Delim('{')
	case list:
		ok = v.Token == json.Delim('[')
	case number:
		n, _ := v.Token.(float64)
		ok = n >= 1 && n == float64(int64(n))
	case date:
		_, err := time.Parse(time.RFC3339, s)
		ok = err == nil
	case status, justify:
		words := openvex.Statuses()
		if k == justify {
			words = policy.Justifications()
		}
		if !slices.Contains(words, s) {
			word := fmt.Sprint(v.Token)
			return src.errorIn(v.Position, fault.OneOf(word, words), "%q is not a %s of OpenVEX", word, k)
		}
		return nil
	default:
		ok = isText
	}
	if !ok {
		return src.errorIn(v.Position, "", "%s is not %s", v.Path, k)
	}
	return nil
}

// contextPrefix begins the @context of documents of the versions that are read.
const contextPrefix = openvex.Context + "/v0.2"

// parseOpenVEX reads an OpenVEX document (https://github.com/openvex/spec, version 0.2.0).
func (d *Document) parseOpenVEX(src source) error {
	if err := checkFields(src); err != nil {
		return err
	}
	var doc openvex.VEX
	if err := src.unmarshal(&doc); err != nil {
		return err
	}
	if !strings.HasPrefix(doc.Context, contextPrefix) {
		return src.errorAt("@context", "write the document anew, with "+openvex.ContextLocator(), "the @context %q is not that of OpenVEX 0.2", doc.Context)
	}
	for _, missing := range []struct {
		field string
		is    bool
	}{
		{"@id", doc.ID == ""}, {"author", strings.TrimSpace(doc.Author) == ""}, {"timestamp", doc.Timestamp == nil},
		{"version", doc.Version == 0}, {"statements", len(doc.Statements) == 0},
	} {
		if missing.is {
			return src.errorAt(missing.field, "", "the document has no %s", missing.field)
		}
	}
	d.Author = doc.Author
	lines := src.linesOf("statements")
	for i := range doc.Statements {
		s, err := d.openVEXStatement(src, &doc, i)
		if err != nil {
			return err
		}
		s.Line = lines[i]
		d.statements = append(d.statements, s)
	}
	return nil
}

// openVEXStatement reads one statement. What it leaves out cascades from the document.
func (d *Document) openVEXStatement(src source, doc *openvex.VEX, i int) (statement, error) {
	of := &doc.Statements[i]
	path := fmt.Sprintf("statements[%d]", i)
	s := statement{ids: vulnerabilityIDs(of.Vulnerability), Statement: policy.Statement{
		Status: policy.Status(of.Status), Justification: string(of.Justification), Author: doc.Author,
		Detail: cmp.Or(of.ImpactStatement, of.ActionStatement, of.StatusNotes),
	}}
	if len(s.ids) == 0 {
		return s, src.errorAt(path+".vulnerability", "", "the statement names no vulnerability")
	}
	if err := of.Validate(); err != nil {
		return s, src.errorAt(path, "", "%s", err)
	}
	for _, p := range of.Products {
		out := product{component: newComponent(p.Component), partial: p.Subcomponents != nil}
		for _, sub := range p.Subcomponents {
			out.subcomponents = append(out.subcomponents, newComponent(sub.Component))
		}
		s.products = append(s.products, out)
	}
	if len(s.products) == 0 {
		if len(d.subjects) == 0 {
			return s, src.errorAt(path, "name the image or the package as a product", "the statement names no product")
		}
		s.products = []product{{component: component{digests: d.subjects}}} // it is about what its envelope names
	}
	for _, t := range []*time.Time{of.LastUpdated, of.Timestamp, doc.LastUpdated, doc.Timestamp} {
		if t != nil {
			s.Time = t.UTC()
			break
		}
	}
	return s, nil
}

// vulnerabilityIDs are the names of a vulnerability in lower case. Its IRI names it where the last part of it does.
func vulnerabilityIDs(v openvex.Vulnerability) []string {
	names := []string{string(v.Name)}
	for _, alias := range v.Aliases {
		names = append(names, string(alias))
	}
	if v.Name == "" {
		names = append(names, v.ID[strings.LastIndexByte(v.ID, '/')+1:])
	}
	var out []string
	for _, name := range names {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// newComponent takes from a component what names it.
func newComponent(of openvex.Component) component {
	var c component
	for _, id := range []string{of.ID, of.Identifiers[openvex.PURL]} {
		c.addURL(id)
	}
	if hash := of.Hashes[openvex.SHA256]; hash != "" {
		c.digests = append(c.digests, "sha256:"+strings.ToLower(string(hash)))
	}
	return c
}
