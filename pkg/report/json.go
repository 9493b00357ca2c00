package report

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"io"
	"slices"
)

//go:embed layergate.schema.json
var jsonSchema string

// JSONSchema is the JSON Schema (2020-12) of what JSON writes.
func JSONSchema() []byte { return []byte(jsonSchema) }

// JSON writes layergate.json: the whole report, described by JSONSchema. Lists are never null.
func JSON(w io.Writer, r *Report) error {
	lines := newIndenter(w, "  ")
	e := json.NewEncoder(lines)
	e.SetEscapeHTML(false)
	return cmp.Or(e.Encode(withLists(r)), lines.Flush())
}

// withLists is the report with an empty list wherever it has none and the policy in words; the original is not touched.
func withLists(r *Report) *Report {
	out := *r
	out.Policy = r.Policy.WithDefaults()
	out.Warnings = list(r.Warnings)
	out.Verdict.Decisions, out.Verdict.Notes = list(r.Verdict.Decisions), list(r.Verdict.Notes)
	out.Remedies = r.Remedies.WithLists()
	out.Findings = list(slices.Clone(r.Findings))
	for i := range out.Findings {
		f := &out.Findings[i]
		f.URLs = list(f.URLs)
		if f.Vulnerability != nil {
			v := *f.Vulnerability
			v.Aliases, v.Fix.Versions = list(v.Aliases), list(v.Fix.Versions)
			f.Vulnerability = &v
		}
	}
	if r.Manifests != nil {
		of := *r.Manifests
		of.Files = list(of.Files)
		out.Manifests = &of
	}
	if r.Image != nil && r.Image.Dockerfile != nil {
		of, file := *r.Image, *r.Image.Dockerfile
		file.Lines = list(file.Lines)
		of.Dockerfile = &file
		out.Image = &of
	}
	out.Rules = slices.Clone(r.Rules)
	for i := range out.Rules {
		out.Rules[i].References = list(out.Rules[i].References)
	}
	out.Platforms = list(slices.Clone(r.Platforms))
	for i := range out.Platforms {
		p := &out.Platforms[i]
		p.Layers = list(p.Layers)
		p.Coverage = p.Coverage.withLists()
		p.Packages = list(slices.Clone(p.Packages))
		for j := range p.Packages {
			k := &p.Packages[j]
			k.Licenses, k.CPEs = list(k.Licenses), list(k.CPEs)
		}
	}
	return &out
}

func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
