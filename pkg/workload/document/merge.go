package document

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// override is a tag by which Compose has a value take the place of the one below it, whatever it is.
const override = "!override"

// Form says what a field may be written as, and so how two values of it become one.
type Form struct {
	Whole bool   // the value on top counts alone
	Pairs bool   // a list of texts such as name=value stands for a mapping
	Items bool   // a scalar stands for a list of one
	Field string // a scalar stands for a mapping with this field alone
	// Key is what an item of a list is known by: one on top takes the place of the one below with the same key. Without it items are
	// the same that say the same.
	Key func(item Value) string
}

// Merge lays one document over another, as Compose does: mappings have the fields of both, lists the items of both, and of all else the value on
// top counts. Each value keeps its place in the file that says it; what is missing can be added to the lower one. The form of a
// field is asked by the keys that lead to it. Neither document may have more values, with aliases, than Plain returns.
func Merge(under, over Value, form func(path []string) Form) Value {
	d := *under.d
	d.from, d.shape = map[*yaml.Node]*Document{}, map[*yaml.Node]*yaml.Node{}
	maps.Copy(d.shape, under.d.shape)
	maps.Copy(d.shape, over.d.shape)
	m := merging{d: &d, over: over.d, form: form}
	m.mark(over.d.root)
	d.root = m.merge(under.d.root, over.d.root, nil)
	return d.Value()
}

// Extend lays an object over another of the same document, as Merge does, and without a field of its own, such as the one that names the
// other. What is missing can be added to the object itself. The form of a field is asked by the keys that lead to it from there.
func (v Value) Extend(under Value, without string, form func(path []string) Form) {
	d := v.d
	if d.shape == nil {
		d.from, d.shape = map[*yaml.Node]*Document{}, map[*yaml.Node]*yaml.Node{}
	}
	n := v.node()
	said, over := *n, *n
	over.Content = nil
	fields := v.all()
	delete(fields, without)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		over.Content = append(over.Content, fields[name].at, fields[name].value)
	}
	m := merging{d: d, over: d, form: form}
	n.Content = m.mapping(&said, under.node(), &over, nil).Content
	d.shape[n] = &said
}

// merging is the work on two documents.
type merging struct {
	d    *Document // that comes of it
	over *Document
	form func(path []string) Form
}

// mark notes which nodes are of the document on top.
func (m *merging) mark(n *yaml.Node) {
	m.d.from[n] = m.over
	for _, c := range n.Content {
		m.mark(c)
	}
}

// merge returns one of two values, or a new one that has both.
func (m *merging) merge(under, over *yaml.Node, path []string) *yaml.Node {
	u, o := resolve(under), resolve(over)
	f := m.form(path)
	switch {
	case o.Tag == reset, o.Tag == override:
		return over
	case isNull(o):
		return under
	case isNull(u), u.Tag == reset, f.Whole:
		return over
	}
	u, o = m.formed(u, f), m.formed(o, f)
	switch {
	case u.Kind == yaml.MappingNode && o.Kind == yaml.MappingNode:
		return m.mapping(under, u, o, path)
	case u.Kind == yaml.SequenceNode && o.Kind == yaml.SequenceNode:
		return m.list(u, o, f)
	}
	return over
}

// mapping has the fields of both. Those of the lower one keep their order.
func (m *merging) mapping(under, u, o *yaml.Node, path []string) *yaml.Node {
	out := *u
	out.Content = slices.Clone(u.Content)
	at := map[string]int{}
	for i := 0; i+1 < len(out.Content); i += 2 {
		at[out.Content[i].Value] = i
	}
	fields := Value{d: m.over, at: o, value: o}.all()
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		v := fields[name]
		key, below := lookup(u, name, nil)
		if below == nil {
			out.Content = append(out.Content, v.at, v.value)
			continue
		}
		merged := m.merge(below, v.value, append(slices.Clip(path), name))
		if merged == v.value {
			key = v.at
		}
		if i, own := at[name]; own {
			out.Content[i], out.Content[i+1] = key, merged
		} else { // a field of a mapping that the lower one merges itself
			out.Content = append(out.Content, key, merged)
		}
	}
	m.d.shape[&out] = under
	return &out
}

// list has the items of both, those with the same key once.
func (m *merging) list(u, o *yaml.Node, f Form) *yaml.Node {
	out := *u
	out.Content = slices.Clone(u.Content)
	at := map[string]int{}
	for i, item := range u.Content {
		at[m.key(item, f)] = i
	}
	for _, item := range o.Content {
		key := m.key(item, f)
		if i, twice := at[key]; twice {
			out.Content[i] = item
			continue
		}
		at[key] = len(out.Content)
		out.Content = append(out.Content, item)
	}
	return &out
}

func (m *merging) key(item *yaml.Node, f Form) string {
	v := Value{d: m.d, at: item, value: item}
	if f.Key != nil {
		return f.Key(v)
	}
	plain, _ := v.Plain(func(Value) bool { return false }) // which was not too much for either document
	return fmt.Sprint(plain)
}

// formed is a value in the form that its field has where it is written in full.
func (m *merging) formed(n *yaml.Node, f Form) *yaml.Node {
	out := &yaml.Node{Line: n.Line, Column: n.Column}
	word := func(of *yaml.Node, text, tag string) *yaml.Node {
		w := &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text, Line: of.Line, Column: of.Column}
		m.d.from[w] = m.d.from[of]
		return w
	}
	switch {
	case f.Pairs && n.Kind == yaml.SequenceNode:
		out.Kind, out.Tag = yaml.MappingNode, "!!map"
		for _, item := range n.Content {
			name, value, said := strings.Cut(resolve(item).Value, "=")
			tag := "!!str"
			if !said {
				tag = "!!null"
			}
			out.Content = append(out.Content, word(item, name, "!!str"), word(item, value, tag))
		}
	case f.Items && n.Kind == yaml.ScalarNode:
		out.Kind, out.Tag, out.Content = yaml.SequenceNode, "!!seq", []*yaml.Node{n}
	case f.Field != "" && n.Kind == yaml.ScalarNode:
		out.Kind, out.Tag, out.Content = yaml.MappingNode, "!!map", []*yaml.Node{word(n, f.Field, "!!str"), n}
	default:
		return n
	}
	return out
}

// all are the fields of an object as Fields has them, with those that are taken out.
func (v Value) all() map[string]Value {
	out := maps.Collect(v.Fields())
	n := v.node()
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key, value := n.Content[i], n.Content[i+1]; value.Tag == reset {
			out[key.Value] = Value{d: v.d, at: key, value: value}
		}
	}
	return out
}

// of is the document that says what is at a node.
func (d *Document) of(n *yaml.Node) *Document {
	if from := d.from[n]; from != nil {
		return from
	}
	return d
}

// shaped is a value as its file has it, where Merge made another of it.
func (d *Document) shaped(n *yaml.Node) *yaml.Node {
	if below := d.shape[n]; below != nil {
		return below
	}
	return n
}
