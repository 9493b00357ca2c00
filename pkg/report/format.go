package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

// Format is one form of a report.
type Format struct {
	Name string
	File string // the name by which WriteFiles writes it; empty for what it does not write
	// Render writes a report. It gives the same bytes for the same report.
	Render func(io.Writer, *Report) error
}

// Formats lists every form of a report.
func Formats() []Format {
	return []Format{
		{"sarif", SARIFFile, SARIF},
		{"json", JSONFile, JSON},
		{"html", HTMLFile, HTML},
		{"markdown", MarkdownFile, Markdown},
		{"cyclonedx", SBOMFile, CycloneDX},
		{"table", "", func(w io.Writer, r *Report) error { return Table(w, r, TableOptions{}) }},
	}
}

// ParseFormat finds a format by its name. The error lists the valid ones and names the nearest.
func ParseFormat(name string) (Format, error) {
	formats := Formats()
	i := slices.IndexFunc(formats, func(f Format) bool { return f.Name == name })
	if i >= 0 {
		return formats[i], nil
	}
	names := make([]string, 0, len(formats))
	for _, f := range formats {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	hint := "use one of " + strings.Join(names, ", ")
	if near := fault.Nearest(name, names); near != "" {
		hint = "did you mean " + near + "? " + hint
	}
	return Format{}, fault.Request(fmt.Errorf("unknown format %q", name), hint)
}
