package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/safetext"
)

// htmlStack is the layers of a platform beside the lines of the Dockerfile that made them.
type htmlStack struct {
	Title    string
	File     string // the Dockerfile; empty where it is not known
	Segments []htmlSegment
	More     int // how many lines of the Dockerfile are left out
}

// htmlSegment is a run of lines with the layers that they made. Either may be empty.
type htmlSegment struct {
	First  int // number of the first line
	Lines  []htmlLine
	Layers []htmlLayer
}

// htmlLine is a line of a Dockerfile, with its indentation.
type htmlLine struct {
	Keyword, Text string // Keyword is the instruction's name, where it stands on this line
	Comment       bool
}

// htmlLayer is a layer of the stack.
type htmlLayer struct {
	Index       int
	Instruction string // empty where the line beside it says so
	Base        bool
	Size        string
	Share       int    // of the largest layer's size, in percent
	Packages    string // empty for none
	Counts      []htmlCount
	Shadowed    int
	Margin      []htmlMargin // what was found in it, the most important first
	More        int          // how many groups of findings are not in Margin
}

// htmlMargin is a group of findings in the margin of a layer: a link to its row.
type htmlMargin struct {
	Row, Severity, Text string
	Action              string // what to do, where that is an upgrade
}

// maxMargin is how many groups stand in the margin of a layer.
const maxMargin = 3

func (r *Report) htmlStack(p *Platform, tables []htmlTable) htmlStack {
	out := htmlStack{Title: htmlTitle(p)}
	layers := htmlLayers(p, tables)
	file := r.image().Dockerfile
	if file == nil {
		for _, l := range layers {
			out.Segments = append(out.Segments, htmlSegment{Layers: []htmlLayer{l}})
		}
		return out
	}
	out.File, out.More = printable(file.File), file.More
	made, ends := map[int][]htmlLayer{}, map[int]int{} // by the line on which their instruction begins
	var elsewhere []htmlLayer
	for i, l := range layers {
		at := p.Layers[i].Location
		if at == nil || at.File != file.File || at.Line < 1 || at.Line > len(file.Lines) {
			elsewhere = append(elsewhere, l)
			continue
		}
		if !l.Base {
			l.Instruction = ""
		}
		made[at.Line] = append(made[at.Line], l)
		ends[at.Line] = max(at.EndLine, at.Line)
	}
	if len(elsewhere) > 0 {
		out.Segments = append(out.Segments, htmlSegment{Layers: elsewhere})
	}
	starts := slices.Sorted(maps.Keys(made))
	for line := 1; line <= len(file.Lines); {
		end := len(file.Lines)
		if len(made[line]) > 0 {
			end = min(end, ends[line])
		}
		if next := slices.IndexFunc(starts, func(start int) bool { return start > line }); next >= 0 {
			end = min(end, starts[next]-1)
		}
		out.Segments = append(out.Segments, htmlSegment{First: line, Lines: htmlLines(file.Lines[line-1 : end]), Layers: made[line]})
		line = end + 1
	}
	return out
}

func htmlLayers(p *Platform, tables []htmlTable) []htmlLayer {
	var out []htmlLayer
	largest := int64(1)
	for _, l := range p.Layers {
		largest = max(largest, layerSize(l))
	}
	for _, l := range p.Layers {
		of := htmlLayer{
			Index: l.Index, Instruction: instruction(l.CreatedBy), Base: l.Base, Size: size(layerSize(l)),
			Share: int(100 * layerSize(l) / largest), Counts: htmlCounts(l.Counts), Shadowed: l.Shadowed.Total(),
		}
		if l.Packages > 0 {
			of.Packages = plural(l.Packages, "package")
		}
		of.Margin, of.More = firstOf(marginOf(p.Platform, l.Index, tables), maxMargin)
		out = append(out, of)
	}
	return out
}

// layerSize is the size that a layer is shown with.
func layerSize(l Layer) int64 { return max(cmp.Or(l.Size, l.Unpacked), 0) }

// marginOf lists the groups of findings in a layer, in the order of the tables.
func marginOf(platform string, layer int, tables []htmlTable) []htmlMargin {
	var out []htmlMargin
	for _, t := range tables {
		for _, row := range t.Rows {
			in := func(p htmlPlace) bool {
				return p.layer == layer && (len(p.platforms) == 0 || slices.Contains(p.platforms, platform))
			}
			if !slices.ContainsFunc(row.Places, in) {
				continue
			}
			text := row.Name.Text
			if row.Detail.Code {
				text += " " + row.Detail.Text
			}
			m := htmlMargin{Row: row.ID, Severity: row.Worst(), Text: shorten(text, 60)}
			if row.Upgrade {
				m.Action = "→ " + shorten(row.Action, 40)
			}
			out = append(out, m)
		}
	}
	return out
}

// keyword is the instruction at the start of a line (the Dockerfile reference).
var keyword = regex.New(`^(?i:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR) `)

func htmlLines(lines []string) []htmlLine {
	out := make([]htmlLine, 0, len(lines))
	for _, line := range lines {
		text := safetext.Escape(strings.ReplaceAll(strings.TrimRight(line, " \t"), "\t", "    "))
		of := htmlLine{Text: text, Comment: strings.HasPrefix(strings.TrimSpace(text), "#")}
		if word := keyword.FindString(text); word != "" {
			of.Keyword, of.Text = strings.TrimSpace(word), text[len(word)-1:]
		}
		out = append(out, of)
	}
	return out
}
