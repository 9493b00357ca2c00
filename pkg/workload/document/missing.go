package document

import (
	"bytes"

	"go.yaml.in/yaml/v3"

	"github.com/layergate/layergate/pkg/workload"
)

// missing fills in where the first of the keys can be added to the object that value says, itself or as an alias, with the
// place where it is said: its key or itself.
func (d *Document) missing(p *workload.Place, at, value *yaml.Node, keys []any) {
	p.Step = d.step
	for _, key := range keys {
		name, isKey := key.(string)
		if !isKey {
			p.Style = workload.Opaque // an item that a list does not have
		}
		p.Missing = append(p.Missing, name)
	}
	n := resolve(value)
	line, column := at.Line, at.Column
	switch {
	case p.Style == workload.Opaque:
	case n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle != 0:
		line, column = inBraces(p, n)
	case n.Kind == yaml.MappingNode && len(n.Content) > 0:
		p.Style, p.Indent = workload.Block, n.Content[0].Column-1
		line = d.below(at, value, n)
	case isNull(n) && n.Value == "" && at != n:
		p.Style, p.Indent = workload.Block, at.Column-1+d.step
	default:
		p.Style = workload.Opaque
	}
	p.Line, p.Column = d.Line+line-1, column
}

// inBraces is where a field can be added to an object in braces: behind the opening one.
func inBraces(p *workload.Place, n *yaml.Node) (line, column int) {
	p.Alone = len(n.Content) == 0
	if p.Alone || n.Content[0].Line == n.Line {
		p.Style = workload.Inline
		return n.Line, n.Column + 1
	}
	p.Style, p.Indent = workload.Braces, n.Content[0].Column-1
	return n.Line, n.Column
}

// below is the line below which a field can be added to a mapping: that of the key whose value it is or, where it begins on
// the same line, as items of lists do, the last line of its first field.
func (d *Document) below(at, value, n *yaml.Node) int {
	first := n.Content[0]
	switch {
	case value != n || n.Anchor != "" || n.Style&yaml.TaggedStyle != 0:
		return first.Line - 1 // below the line of the anchor or tag, wherever it is
	case at.Line < first.Line:
		return at.Line
	case len(n.Content) > 2 && n.Content[2].Line == first.Line+1:
		return first.Line
	}
	return d.last(first.Line, first.Column, n.Content[1].Kind == yaml.SequenceNode)
}

// last is the last line of the field whose key is at the line and column. Items of a list may stand as far left as its key.
func (d *Document) last(line, column int, list bool) int {
	end := line
	for i := line; i < len(d.lines); i++ {
		text := bytes.TrimRight(d.lines[i], " \r")
		inner := bytes.TrimLeft(text, " ")
		if len(inner) == 0 || inner[0] == '#' {
			continue
		}
		indent := len(text) - len(inner)
		if indent < column-1 || indent == column-1 && !(list && inner[0] == '-') {
			break
		}
		end = i + 1
	}
	return end
}

// step is by how many spaces a document indents: as its first mapping within a mapping does, or else two.
func step(n *yaml.Node) int {
	for n.Kind == yaml.SequenceNode && len(n.Content) > 0 {
		n = n.Content[0]
	}
	if n.Kind != yaml.MappingNode {
		return 2
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, v := n.Content[i], n.Content[i+1]
		if v.Kind == yaml.MappingNode && len(v.Content) > 0 && v.Content[0].Line > key.Line && v.Content[0].Column > key.Column {
			return v.Content[0].Column - key.Column
		}
	}
	return 2
}
