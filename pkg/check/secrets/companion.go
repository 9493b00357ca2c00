package secrets

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/origin"
	"github.com/layergate/layergate/pkg/secret"
)

// maxCompanion is how many bytes a document may have whose fields are looked at by their names. Provenance has some hundred
// kilobytes; what is larger are SBOMs.
const maxCompanion = 16 << 20

// InCompanions returns what does not keep a rule in the JSON documents that are pushed beside an image's platforms: in its indexes, and
// in its attestations, such as provenance, in which BuildKit writes the build arguments.
func InCompanions(companions []image.Companion) ([]finding.Finding, error) {
	var out []finding.Finding
	for _, d := range companions {
		add := func(r rule, saw, field string) {
			f := r.Finding()
			f.Platform, f.Check.Saw, f.Check.Field = d.Platform, saw, field
			out = append(out, f)
		}
		name, err := nameOf(d)
		if err != nil {
			return nil, fmt.Errorf("reading the attestation %s: %w", d.Digest, err)
		}
		found, err := inCompanion(name, d)
		if err != nil {
			return nil, fmt.Errorf("reading the %s %s: %w", name, d.Digest, err)
		}
		for _, text := range found {
			for _, what := range text.found {
				add(configuration(), what.Saw()+", in "+text.field, text.field)
			}
		}
		if d.Size > maxCompanion && name != "SBOM" {
			add(unsearched(), fmt.Sprintf("%s of %d bytes, in which only tokens and addresses were looked for", name, d.Size), name)
		}
	}
	return numbered(out), nil
}

// nameOf says what a document is: of a statement, by the type of its predicate.
func nameOf(d image.Companion) (string, error) {
	if d.MediaType.IsIndex() {
		return "index", nil
	}
	var s struct{ PredicateType string }
	if err := json.NewDecoder(d.Open()).Decode(&s); err != nil {
		return "", err
	}
	for _, kind := range []struct{ prefix, name string }{
		{"https://slsa.dev/provenance/", "provenance"}, {"https://spdx.dev/Document", "SBOM"}, {"https://cyclonedx.org/", "SBOM"},
	} {
		if strings.HasPrefix(s.PredicateType, kind.prefix) {
			return kind.name, nil
		}
	}
	return "attestation", nil
}

// inCompanion lists the secrets of a document. In an SBOM, which has names and licences of others at any length, they are those that
// are known by their own form.
func inCompanion(name string, d image.Companion) ([]said, error) {
	w := &fields{of: &Subject{From: &origin.Platform{}}, seen: map[string]bool{}}
	if name == "SBOM" || d.Size > maxCompanion {
		err := w.tokens("the "+name, d.Open())
		return w.out, err
	}
	raw, err := io.ReadAll(d.Open())
	w.document(name, raw)
	return w.out, err
}

// tokens looks at the names and texts of a document one by one, without what they are called.
func (w *fields) tokens(field string, r io.Reader) error {
	in := json.NewDecoder(r)
	for {
		t, err := in.Token()
		switch text, ok := t.(string); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case ok:
			w.add(text, field, nil, secret.Tokens(text))
		}
	}
}
