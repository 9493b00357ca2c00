package document

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/layergate/layergate/pkg/workload"
)

// Texts lists the strings and numbers within the value in the order of the document. What an alias stands for is listed once.
func (v Value) Texts() []workload.Text {
	w := texts{seen: map[*yaml.Node]bool{}}
	w.walk(v, workload.Text{})
	return w.out
}

// maxWithin is how many texts may be in one another, and maxText how many bytes one has that is looked into.
const (
	maxWithin = 3
	maxText   = 1 << 20
)

// Within lists the texts within a text that is YAML or JSON itself, such as the values of a chart, and within those. Each is where it stands in the
// file, as far as the outer one is written as a block.
func Within(t workload.Text) []workload.Text { return within(t, maxWithin) }

func within(t workload.Text, depth int) []workload.Text {
	if depth == 0 || len(t.Value) > maxText || !strings.Contains(t.Value, ":") || !strings.ContainsAny(t.Value, "\n{") {
		return nil
	}
	docs, err := Split("", []byte(t.Value))
	if err != nil {
		return nil // a text of another kind
	}
	var out []workload.Text
	for _, d := range docs {
		if kind := d.Value().Kind(); kind != Object && kind != List {
			continue
		}
		for _, inner := range d.Value().Texts() {
			at := t.Place.TextLine(inner.Place.Line)
			at.Path += "." + inner.Place.Path
			if at.Text = inner.Place.Text; at.Text > 0 {
				at.Text += t.Place.Text - 1
			}
			if t.Place.Text == 0 {
				at.Text = 0
			}
			inner.Place, inner.Resource, inner.Container = at, t.Resource, t.Container
			out = append(append(out, inner), within(inner, depth-1)...)
		}
	}
	return out
}

// texts is the state of Texts.
type texts struct {
	seen map[*yaml.Node]bool
	out  []workload.Text
}

// walk lists what is within a value, of which as says the names.
func (w *texts) walk(v Value, as workload.Text) {
	n := v.node()
	if n == nil || w.seen[n] {
		return
	}
	w.seen[n] = true
	as.Place = v.Place()
	switch v.Kind() {
	case Text, Number:
		as.Value = v.Text()
		w.out = append(w.out, as)
	case List:
		w.list(v.Items(), as)
	case Object:
		name := ""
		for _, key := range []string{"name", "key"} {
			if f := v.Get(key); name == "" && f.Kind() == Text {
				name = f.Text()
			}
		}
		for key, f := range v.Fields() {
			inner := workload.Text{Key: key, In: as.Key}
			if key == "value" {
				inner.Name = name
			}
			w.walk(f, inner)
		}
	}
}

// list lists what is in a list: as one text where all its items are strings and numbers.
func (w *texts) list(items []Value, as workload.Text) {
	for _, item := range items {
		if k := item.Kind(); k != Text && k != Number {
			for _, item := range items {
				w.walk(item, workload.Text{Key: as.Key, In: as.In})
			}
			return
		}
	}
	for _, item := range items {
		as.Items = append(as.Items, workload.Field[string]{Value: item.Text(), Set: true, Place: item.Place()})
	}
	if len(items) > 0 {
		w.out = append(w.out, as)
	}
}
