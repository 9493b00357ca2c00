// Package vex reads VEX documents, of the formats OpenVEX and CSAF, and finds out which findings of an image their
// statements are about. Whether a statement counts is the policy's to decide: policy.Judge takes the statements as data.
//
// It must not import anything that reads images or registries.
package vex

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/attest"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/purl"
	"github.com/layergate/layergate/pkg/strictjson"
	"github.com/layergate/layergate/pkg/textfile"
)

// MaxSize is how many bytes a document may have, and maxValues how many JSON values. The largest that vendors publish
// have some ten megabytes.
const (
	MaxSize   = 64 << 20
	maxValues = 4_000_000
)

// Document is a VEX document that was read and found valid.
type Document struct {
	Name   string // of the file or blob
	Digest string // of its bytes, sha256:…
	Origin policy.Origin
	Author string

	signedBy   []string // the keys of trusted authors that verify its signature
	subjects   []string // the digests that its envelope is about; without any it is about whatever its products name
	statements []statement
}

// statement is one statement about vulnerabilities of products.
type statement struct {
	ids      []string // of the vulnerability, in lower case
	products []product
	policy.Statement
}

// product is a piece of software, or of it only some components.
type product struct {
	component
	subcomponents []component
	partial       bool // only the subcomponents are meant, whether or not they are known
}

// component names a piece of software in one or more ways.
type component struct {
	purls   []string
	digests []string // sha256:…
	release
}

// addURL adds a package URL, unless it lacks what it was to say: it would mean more than its author did. What is no package URL names nothing.
func (c *component) addURL(text string) {
	if purl.Blank(text) == nil {
		c.purls = append(c.purls, text)
	}
}

// source is the text of a document.
type source struct {
	name string
	raw  []byte
	file []byte              // the whole text that it is a part of
	at   strictjson.Position // where it begins there
}

// newSource is the text of a document that has a file for itself.
func newSource(name string, raw []byte) source {
	return source{name: name, raw: raw, file: raw, at: strictjson.Position{Line: 1, Column: 1}}
}

// part is the text of the value at a path.
func (s source) part(path string, raw []byte) source {
	return source{name: s.name, raw: raw, file: s.file, at: s.at.Within(strictjson.Find(s.raw, path))}
}

// linesOf are the lines of the entries of a list at the top of the document.
func (s source) linesOf(list string) []int {
	var out []int
	strictjson.Walk(s.raw, 2, func(v strictjson.Value) {
		if v.Form == list && v.Path != list {
			out = append(out, s.at.Within(v.Position).Line)
		}
	})
	return out
}

// errorAt makes an error about the value at a path, such as statements[2].status. The hint may be empty.
func (s source) errorAt(path, hint, format string, args ...any) error {
	return s.errorIn(strictjson.Find(s.raw, path), hint, format, args...)
}

// errorBehind makes an error about what stands behind some bytes.
func (s source) errorBehind(offset int64, err error) error {
	return s.errorIn(strictjson.PositionAt(s.raw, offset), "", "it is not valid JSON: %s", err)
}

// errorIn makes a *textfile.Error about a place in the text.
func (s source) errorIn(place strictjson.Position, hint, format string, args ...any) error {
	place = s.at.Within(place)
	return fault.WithHint(&textfile.Error{
		What: "VEX document", File: s.name, Line: place.Line, Column: place.Column, Err: fmt.Errorf(format, args...),
		Excerpt: textfile.Excerpt(s.file, place.Line, place.Column),
	}, hint)
}

// unmarshal decodes the text, which every reader has to take for the same thing.
func (s source) unmarshal(into any) error {
	return s.explain((strictjson.Config{Values: maxValues}).Unmarshal(s.raw, into))
}

// explain names the place in the text of an error that came from decoding it.
func (s source) explain(err error) error {
	var strict *strictjson.Error
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &strict):
		return s.errorBehind(strict.Offset, strict.Err)
	case errors.As(err, &wrong):
		return s.errorBehind(wrong.Offset, fmt.Errorf("%s is a %s", wrong.Field, wrong.Value))
	}
	return s.errorBehind(0, err)
}

// Parse reads a document: OpenVEX 0.2.0 or CSAF 2.0, either of them by itself, in an in-toto statement, or in one that is
// signed: a DSSE envelope or a Sigstore bundle. The error names the line and the column; what is encoded inside of an envelope has lines of its
// own. Keys are those that a signature may be of; one that is of none of them does not count.
func Parse(name string, raw []byte, keys attest.Keys) (Document, error) {
	sum := sha256.Sum256(raw)
	d := Document{Name: strings.ToValidUTF8(name, "?"), Digest: "sha256:" + hex.EncodeToString(sum[:])}
	if len(raw) > MaxSize {
		return d, newSource(d.Name, nil).errorAt("", "", "it has more than the %d bytes that are allowed", MaxSize)
	}
	text, err := textfile.Decode(raw)
	if err != nil {
		return d, newSource(d.Name, nil).errorAt("", "", "%w", err)
	}
	err = d.open(newSource(d.Name, text), keys)
	return d, err
}

// head are the fields that tell what a document is.
type head struct {
	Context  *string          `json:"@context"`
	CSAF     *json.RawMessage `json:"document"`
	Format   *string          `json:"bomFormat"`
	Envelope *string          `json:"payloadType"`
	Bundle   *json.RawMessage `json:"dsseEnvelope"`
	InToto   *string          `json:"_type"`
}

// head reads the fields that tell what the text is.
func (s source) head() (h head, err error) {
	err = s.unmarshal(&h)
	return h, err
}

// parse reads what is in no envelope.
func (d *Document) parse(src source, h head) error {
	switch {
	case h.Context != nil:
		return d.parseOpenVEX(src)
	case h.CSAF != nil:
		return d.parseCSAF(src)
	case h.Format != nil:
		return src.errorAt("bomFormat", "write the statements as OpenVEX or CSAF", "documents of the format %q are not read as VEX", *h.Format)
	}
	return src.errorAt("", "an OpenVEX document has an @context, and a CSAF one a document", "it is not a VEX document")
}
