package document

import (
	"fmt"
	"iter"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload"
)

// Kind is what a value is, in words.
type Kind string

// The kinds of values. A missing value has none.
const (
	Null   Kind = "null"
	Text   Kind = "a string"
	Number Kind = "a number"
	Bool   Kind = "a boolean"
	List   Kind = "a list"
	Object Kind = "a mapping"
)

// maxValues is how many values Plain returns, each alias counted as all that it stands for.
const maxValues = 2_000_000

// Value is a value of a document or one that is missing from it, for readers that go from an object to its fields. Fields
// and items with the tag !reset, by which Compose takes out what another file says, are missing from it.
type Value struct {
	d       *Document
	at      *yaml.Node // the value's key, or itself; of a missing value those of the object that it is missing from
	value   *yaml.Node
	missing []any
	path    string
}

// Value is what stands at a path of keys (strings) and indexes (ints): all of the document where there is none.
func (d *Document) Value(path ...any) Value {
	v := Value{d: d, at: d.root, value: d.root}
	for _, part := range path {
		switch part := part.(type) {
		case string:
			v = v.field(part)
		case int:
			v = v.item(part)
		}
	}
	return v
}

// Exists tells whether the document says something there, be it null.
func (v Value) Exists() bool { return len(v.missing) == 0 && v.value != nil }

// IsNull tells whether there is no value: none at all, or null.
func (v Value) IsNull() bool { return !v.Exists() || v.Kind() == Null }

// node is the value, followed where it is an alias; nil for a missing one.
func (v Value) node() *yaml.Node {
	if !v.Exists() {
		return nil
	}
	return resolve(v.value)
}

// Kind says what the value is.
func (v Value) Kind() Kind {
	n := v.node()
	switch {
	case n == nil:
		return ""
	case n.Kind == yaml.MappingNode:
		return Object
	case n.Kind == yaml.SequenceNode:
		return List
	}
	switch n.ShortTag() {
	case "!!null":
		return Null
	case "!!int", "!!float":
		return Number
	case "!!bool":
		return Bool
	}
	return Text
}

// Text is a scalar as it is written, without quotes; it is empty for null and for all else.
func (v Value) Text() string {
	if n := v.node(); n != nil && n.Kind == yaml.ScalarNode && !isNull(n) {
		return n.Value
	}
	return ""
}

// Place is where a field's key stands, or an item; of a missing field it is where it can be added.
func (v Value) Place() workload.Place {
	d := v.d.of(v.at)
	p := workload.Place{File: d.File, Path: v.path}
	if len(v.missing) > 0 {
		d.missing(&p, v.at, v.d.shaped(v.value), v.missing)
		if _, said := child(resolve(v.value), v.missing[0]); said != nil {
			p.Style = workload.Opaque // it is taken out, by !reset: beside that, the key would be there twice
		}
		return p
	}
	p.Line, p.Column, p.Text = d.Line+v.at.Line-1, v.at.Column, v.d.of(v.value).block(v.value)
	return p
}

// Get is the field that the keys lead to, from one object to the next. It is missing where there is none.
func (v Value) Get(keys ...string) Value {
	for _, key := range keys {
		v = v.field(key)
	}
	return v
}

func (v Value) field(name string) Value {
	path := joined(v.path, name)
	if n := v.node(); n != nil {
		if key, value := child(n, name); value != nil && value.Tag != reset {
			return Value{d: v.d, at: key, value: value, path: path}
		}
	}
	v.missing, v.path = append(slices.Clip(v.missing), name), path
	return v
}

const reset = "!reset"

func joined(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// Fields are the fields of an object in the order of the document, behind them those that it merges. Other values have none.
func (v Value) Fields() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if n := v.node(); n != nil {
			v.fields(n, map[string]bool{}, map[*yaml.Node]bool{}, yield)
		}
	}
}

// fields tells whether it is to go on. What was yielded already does not count again.
func (v Value) fields(n *yaml.Node, done map[string]bool, seen map[*yaml.Node]bool, yield func(string, Value) bool) bool {
	if n.Kind != yaml.MappingNode || seen[n] {
		return true
	}
	seen[n] = true
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag == "!!merge" {
			if merged = []*yaml.Node{resolve(value)}; merged[0].Kind == yaml.SequenceNode {
				merged = merged[0].Content
			}
			continue
		}
		if done[key.Value] {
			continue
		}
		done[key.Value] = true
		if value.Tag != reset && !yield(key.Value, Value{d: v.d, at: key, value: value, path: joined(v.path, key.Value)}) {
			return false
		}
	}
	for _, m := range merged {
		if !v.fields(resolve(m), done, seen, yield) {
			return false
		}
	}
	return true
}

// Items are the items of a list. Other values have none.
func (v Value) Items() []Value {
	n := v.node()
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	var out []Value
	for i, item := range n.Content {
		if item.Tag != reset {
			out = append(out, Value{d: v.d, at: item, value: item, path: v.path + "[" + strconv.Itoa(i) + "]"})
		}
	}
	return out
}

// item is the item of a list at an index. It is missing where there is none.
func (v Value) item(i int) Value {
	path := v.path + "[" + strconv.Itoa(i) + "]"
	if n := v.node(); n != nil {
		if _, value := child(n, i); value != nil {
			return Value{d: v.d, at: value, value: value, path: path}
		}
	}
	v.missing, v.path = append(slices.Clip(v.missing), i), path
	return v
}

// Plain is the value as a decoder without types returns it: map[string]any, []any, string, bool, int, uint64, float64 or
// nil. What leave is true for is left out. It fails where aliases stand for too many values.
func (v Value) Plain(leave func(Value) bool) (any, error) {
	left := maxValues
	return v.plain(leave, &left)
}

func (v Value) plain(leave func(Value) bool, left *int) (any, error) {
	if *left--; *left < 0 {
		return nil, v.Errorf("aliases stand for more than %d values", maxValues)
	}
	switch v.Kind() {
	case Object:
		out := map[string]any{}
		for key, f := range v.Fields() {
			if leave(f) {
				continue
			}
			value, err := f.plain(leave, left)
			if err != nil {
				return nil, err
			}
			out[key] = value
		}
		return out, nil
	case List:
		out := []any{}
		for _, item := range v.Items() {
			if leave(item) {
				continue
			}
			value, err := item.plain(leave, left)
			if err != nil {
				return nil, err
			}
			out = append(out, value)
		}
		return out, nil
	case Number, Bool:
		var out any
		if err := v.node().Decode(&out); err != nil {
			return nil, v.Errorf("%q is %s that cannot be read", v.Text(), v.Kind())
		}
		return out, nil
	case Text:
		return v.Text(), nil
	}
	return nil, nil
}

// Errorf is a wrong request that begins with the file's name, the line, the column and the path of the value.
func (v Value) Errorf(format string, args ...any) error {
	return v.Refuse(hide(v.d.root, fmt.Sprintf(format, args...)))
}

// Refuse is Errorf with a text that is shown as it is: it quotes nothing that may be a secret.
func (v Value) Refuse(text string) error {
	p := v.Place()
	text = safetext.Escape(text)
	if v.path != "" {
		text = safetext.Escape(v.path) + ": " + text
	}
	return fault.Request(fmt.Errorf("%s:%d:%d: %s", p.File, p.Line, p.Column, text), "correct the file")
}
