package document

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/layergate/layergate/pkg/workload"
)

// Place is where the value at a path of keys (strings) and indexes (ints) is said: a field's at its key, another at itself.
// Where the manifest does not say it, the place is where its first missing key can be added.
func (d *Document) Place(path ...any) workload.Place {
	p := workload.Place{File: d.File, Path: Path(path...)}
	at, value := d.root, d.root
	for i, part := range path {
		key, inner := child(resolve(value), part)
		if inner == nil {
			d.missing(&p, at, value, path[i:])
			return p
		}
		if at = inner; key != nil {
			at = key
		}
		value = inner
	}
	p.Line, p.Column, p.Text = d.Line+at.Line-1, at.Column, d.block(value)
	return p
}

// block is the line of the file in which a text begins that is written as a block (YAML 1.2.2, 8.1.2, literal style); 0 of all else.
func (d *Document) block(value *yaml.Node) int {
	if n := resolve(value); n.Kind == yaml.ScalarNode && n.Style&yaml.LiteralStyle != 0 {
		return d.Line + n.Line
	}
	return 0
}

// Has tells whether the manifest says a value at the path, and not null.
func (d *Document) Has(path ...any) bool {
	n := d.node(path)
	return n != nil && !isNull(n)
}

// Text is the text of the scalar at the path as the file writes it, without quotes, such as yes; empty where there is none, or null.
func (d *Document) Text(path ...any) string {
	if n := d.node(path); n != nil && n.Kind == yaml.ScalarNode && !isNull(n) {
		return n.Value
	}
	return ""
}

// Keys lists the keys of the object at the path in the file's order, without those that it merges; nil where it is none.
func (d *Document) Keys(path ...any) []string {
	n := d.node(path)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	keys := make([]string, 0, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		keys = append(keys, n.Content[i].Value)
	}
	return keys
}

// Len is how many items the list at the path has; 0 where it is none.
func (d *Document) Len(path ...any) int {
	if n := d.node(path); n != nil && n.Kind == yaml.SequenceNode {
		return len(n.Content)
	}
	return 0
}

// Decode decodes the value at the path as package yaml does; into stays as it is where there is none.
func (d *Document) Decode(into any, path ...any) error {
	n := d.node(path)
	if n == nil {
		return nil
	}
	if err := n.Decode(into); err != nil {
		return d.syntaxError(err)
	}
	return nil
}

func (d *Document) node(path []any) *yaml.Node {
	n := resolve(d.root)
	for _, part := range path {
		_, n = child(n, part)
		if n = resolve(n); n == nil {
			return nil
		}
	}
	return n
}

// Path writes a path as people do: spec.containers[0].image.
func Path(path ...any) string {
	var b strings.Builder
	for _, part := range path {
		switch part := part.(type) {
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(part)
		case int:
			b.WriteString("[" + strconv.Itoa(part) + "]")
		}
	}
	return b.String()
}

// child is the value of a key, with the key's own node, or the item of an index, which has none.
func child(n *yaml.Node, part any) (key, value *yaml.Node) {
	switch part := part.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && part >= 0 && part < len(n.Content) {
			return nil, n.Content[part]
		}
	case string:
		return lookup(n, part, nil)
	}
	return nil, nil
}

// lookup finds a key in a mapping, else in those that it merges, the first of which counts (yaml.org/type/merge.html).
func lookup(n *yaml.Node, name string, seen map[*yaml.Node]bool) (key, value *yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode || seen[n] {
		return nil, nil
	}
	var merged *yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch k := n.Content[i]; {
		case k.Value == name:
			return k, n.Content[i+1]
		case k.Tag == "!!merge":
			merged = resolve(n.Content[i+1])
		}
	}
	if merged == nil {
		return nil, nil
	}
	if seen == nil {
		seen = map[*yaml.Node]bool{}
	}
	seen[n] = true
	if merged.Kind == yaml.MappingNode {
		return lookup(merged, name, seen)
	}
	for _, m := range merged.Content {
		if key, value = lookup(resolve(m), name, seen); value != nil {
			return key, value
		}
	}
	return nil, nil
}

func resolve(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }
