package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

// Format is one form of a report.
type Format struct {
	Name        string
	File        string // the name under which a directory of reports holds it; empty for what is only shown
	Description string // one phrase, for help and documentation
	Always      bool   // every run writes it; the others are written on demand
	// Render writes a report. It gives the same bytes for the same report.
	Render func(io.Writer, *Report) error
}

// Formats lists every form of a report. The slice is the caller's.
func Formats() []Format {
	return []Format{
		{Name: "sarif", File: SARIFFile, Always: true, Render: SARIF, Description: "SARIF 2.1.0, for GitHub code scanning and other systems"},
		{Name: "json", File: JSONFile, Always: true, Render: JSON, Description: "the whole report, from which every other format can be made"},
		{Name: "html", File: HTMLFile, Always: true, Render: HTML, Description: "one page for a browser"},
		{Name: "markdown", File: MarkdownFile, Always: true, Render: Markdown, Description: "the summary that GitHub and Azure Pipelines show"},
		{Name: "cyclonedx", File: SBOMFile, Always: true, Render: CycloneDX, Description: "the SBOM, as CycloneDX 1.6 in JSON"},
		{Name: "spdx", File: SPDXFile, Render: SPDX, Description: "the SBOM, as SPDX 2.3 in JSON"},
		{Name: "junit", File: JUnitFile, Render: JUnit, Description: "test results, one for each thing to repair, as JUnit's XML"},
		{Name: "gitlab", File: GitLabFile, Render: GitLab, Description: "GitLab's report of container scanning"},
		{Name: "badge", File: BadgeFile, Render: Badge, Description: "the verdict as a badge, for the endpoint of shields.io"},
		{Name: "table", Render: func(w io.Writer, r *Report) error { return Table(w, r, TableOptions{Width: TableWidth}) }, Description: "the table of a terminal"},
	}
}

// FormatNames lists the names of all formats, sorted.
func FormatNames() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

// ParseFormat finds a format by its name. The error says what stands for a format of another tool, or lists the valid ones and names the nearest.
func ParseFormat(name string) (Format, error) {
	formats := Formats()
	if i := slices.IndexFunc(formats, func(f Format) bool { return f.Name == name }); i >= 0 {
		return formats[i], nil
	}
	bare, _, _ := strings.Cut(name, "@") // syft takes versions, as cyclonedx-json@1.6
	return Format{}, fault.Request(fmt.Errorf("unknown format %q", name), cmp.Or(foreignFormat(bare), fault.OneOf(bare, FormatNames())))
}

// ParseFormats finds formats by their names, each once, to be written beside those that every run writes. It refuses what
// is only shown.
func ParseFormats(names []string) ([]Format, error) {
	var out []Format
	for _, name := range names {
		f, err := ParseFormat(name)
		if err != nil {
			return nil, err
		}
		if f.File == "" {
			return nil, fault.Request(fmt.Errorf("%s is shown and has no file of its own", name), "name other formats, such as spdx or junit")
		}
		if !slices.ContainsFunc(out, func(o Format) bool { return o.Name == f.Name }) {
			out = append(out, f)
		}
	}
	return out, nil
}
