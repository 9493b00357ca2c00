package report

import (
	_ "embed"
	"encoding/json"
	"io"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

//go:embed layergate.schema.json
var jsonSchema string

// JSONSchema is the JSON Schema (2020-12) of what JSON writes.
func JSONSchema() []byte { return []byte(jsonSchema) }

// JSON writes layergate.json: the whole report, described by JSONSchema. Lists are never null.
func JSON(w io.Writer, r *Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(withLists(r))
}

// withLists is the report with an empty list wherever it has none; the original is not touched.
func withLists(r *Report) *Report {
	out := *r
	out.Warnings = list(r.Warnings)
	out.Verdict.Blocking = append([]policy.Block{}, r.Verdict.Blocking...)
	out.Findings = append([]finding.Finding{}, r.Findings...)
	for i := range out.Findings {
		f := &out.Findings[i]
		f.Aliases, f.URLs, f.Fix.Versions = list(f.Aliases), list(f.URLs), list(f.Fix.Versions)
	}
	out.Platforms = append([]Platform{}, r.Platforms...)
	for i := range out.Platforms {
		p := &out.Platforms[i]
		p.Layers = append([]Layer{}, p.Layers...)
		p.Packages = append([]Package{}, p.Packages...)
		for j := range p.Packages {
			k := &p.Packages[j]
			k.Licenses, k.CPEs = list(k.Licenses), list(k.CPEs)
		}
	}
	return &out
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return slices.Clip(s)
}
