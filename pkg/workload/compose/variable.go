package compose

import (
	"iter"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
)

// unset stands in a text for a variable without a value.
const unset = "\x00"

// say is the text of a scalar as the tools take it where no variable is set: each is its default. A variable without a
// default leaves it unknown; the text is as written then.
func say(v document.Value) (text string, known bool) {
	return settle(v, v.Text())
}

// settle is say for a part of a scalar's text.
func settle(v document.Value, written string) (text string, known bool) {
	if !variable(v) {
		return written, true
	}
	return substitute(written)
}

// substitute gives the variables in a text their defaults, and tells whether each has one.
func substitute(written string) (text string, known bool) {
	out, err := template.SubstituteWithOptions(written, func(string) (string, bool) { return unset, false }, template.WithoutLogging)
	if err != nil || strings.Contains(out, unset) {
		return written, false
	}
	return out, true
}

// misspelt tells whether a scalar has what the tools refuse as no variable.
func misspelt(v document.Value) bool {
	if !variable(v) {
		return false
	}
	_, err := template.SubstituteWithOptions(v.Text(), func(string) (string, bool) { return unset, true }, template.WithoutLogging)
	return err != nil
}

// variable tells whether a scalar has variables, or at least signs of them.
func variable(v document.Value) bool {
	return v.Kind() == document.Text && strings.Contains(v.Text(), "$")
}

// unknown tells whether a value cannot be told from the file.
func unknown(v document.Value) bool {
	_, known := say(v)
	return !known
}

// text is a field that is a string or written as one.
func text(v document.Value) workload.Field[string] {
	s, known := say(v)
	if !known || v.IsNull() {
		return workload.Field[string]{Place: v.Place()}
	}
	return workload.Field[string]{Value: s, Set: true, Place: v.Place()}
}

// written is a field that is a string, as the file says it where it is not known whole.
func written(v document.Value) workload.Field[string] {
	s, _ := say(v)
	return workload.Field[string]{Value: s, Set: !v.IsNull(), Variable: variable(v), Place: v.Place()}
}

// boolean is a field that is true or false; the loaders have refused all else.
func boolean(v document.Value) workload.Field[bool] {
	t := text(v)
	out := workload.Field[bool]{Set: t.Set, Place: t.Place}
	switch strings.ToLower(t.Value) {
	case "true", "yes", "y", "on":
		out.Value = true
	}
	return out
}

// list is a field that is a list of strings, or one string.
func list(v document.Value) []document.Value {
	if v.Kind() == document.Text || v.Kind() == document.Number {
		return []document.Value{v}
	}
	return v.Items()
}

// variables are those of an environment or of a build.
func variables(v document.Value) []workload.Variable {
	var out []workload.Variable
	for key, value := range pairs(v) {
		out = append(out, workload.Variable{Name: key, Value: value})
	}
	return out
}

// pairs yields the fields of an object, or of a list of strings such as key=value. One that the file gives no value to, or
// only a variable's, is not set.
func pairs(v document.Value) iter.Seq2[string, workload.Field[string]] {
	return func(yield func(string, workload.Field[string]) bool) {
		for key, f := range v.Fields() {
			if !yield(key, pair(f, f.Text(), !f.IsNull())) {
				return
			}
		}
		for _, item := range v.Items() {
			key, value, ok := strings.Cut(item.Text(), "=")
			if !yield(key, pair(item, value, ok)) {
				return
			}
		}
	}
}

func pair(v document.Value, value string, said bool) workload.Field[string] {
	s, known := settle(v, value)
	whole := strings.HasPrefix(value, "$") && (strings.Count(value, "$") == 1 || strings.HasPrefix(value, "${") && strings.HasSuffix(value, "}"))
	if !said || !known && whole {
		return workload.Field[string]{Place: v.Place()}
	}
	return workload.Field[string]{Value: s, Set: true, Place: v.Place()}
}
