package marathon

import (
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/document"
	"github.com/layergate/layergate/pkg/workload/engine"
)

// refuse keeps the first problem of the file.
func (r *reader) refuse(v document.Value, text string) {
	if r.err == nil {
		r.err = v.Errorf("%s", text)
	}
}

// expect refuses a value that is there and of none of the kinds, and tells whether there is one.
func (r *reader) expect(v document.Value, kinds ...document.Kind) bool {
	if v.IsNull() {
		return false
	}
	for _, k := range kinds {
		if v.Kind() == k {
			return true
		}
	}
	r.refuse(v, "it must be "+string(kinds[0])+", and is "+string(v.Kind()))
	return false
}

func (r *reader) text(v document.Value) workload.Field[string] {
	return workload.Field[string]{Value: v.Text(), Set: r.expect(v, document.Text), Place: v.Place()}
}

// oneOf is a text that is one of some words, as they are written here: Marathon takes them in any case.
func (r *reader) oneOf(v document.Value, words ...string) workload.Field[string] {
	f := r.text(v)
	i := slices.IndexFunc(words, func(word string) bool { return strings.EqualFold(word, f.Value) })
	switch {
	case i >= 0:
		f.Value = words[i]
	case f.Set:
		r.refuse(v, "it must be "+strings.Join(words[:len(words)-1], ", ")+" or "+words[len(words)-1])
	}
	return f
}

func (r *reader) boolean(v document.Value) workload.Field[bool] {
	return workload.Field[bool]{Value: v.Text() == "true", Set: r.expect(v, document.Bool), Place: v.Place()}
}

func (r *reader) items(v document.Value) []document.Value {
	if !r.expect(v, document.List) {
		return nil
	}
	for _, item := range v.Items() {
		if item.IsNull() { // which Marathon refuses, too
			r.refuse(item, "it is null")
		}
	}
	return v.Items()
}

// object returns v, which has no fields where it is no object.
func (r *reader) mapping(v document.Value) document.Value {
	r.expect(v, document.Object)
	return v
}

func (r *reader) port(v document.Value) int {
	if !r.expect(v, document.Number) {
		return 0
	}
	n, err := strconv.Atoi(v.Text())
	if err != nil || n < 0 || n > 65535 {
		r.refuse(v, "it is no port")
	}
	return n
}

// number is a number as written, or what Marathon takes where there is none.
func (r *reader) number(v document.Value, otherwise string) workload.Field[string] {
	f := workload.Field[string]{Value: otherwise, Set: r.expect(v, document.Number), Place: v.Place()}
	if f.Set {
		f.Value = v.Text()
	}
	return f
}

// limit is a limit of what is requested, which counts itself where there is none.
func (r *reader) limit(limit, request document.Value, otherwise string) workload.Field[string] {
	if !r.expect(limit, document.Number, document.Text) {
		return r.number(request, otherwise)
	}
	if limit.Kind() == document.Text && limit.Text() != engine.Unlimited {
		r.refuse(limit, `it must be a number or "unlimited"`)
	}
	return workload.Field[string]{Value: limit.Text(), Set: true, Place: limit.Place()}
}

// env reads variables: strings, and objects that name a secret.
func (r *reader) env(c *workload.Container, v document.Value) {
	for name, value := range r.mapping(v).Fields() {
		variable := workload.Variable{Name: name, Value: workload.Field[string]{Value: value.Text(), Set: true, Place: value.Place()}}
		if value.Kind() == document.Object {
			variable.Secret, variable.Value.Set = true, false
			r.text(value.Get("secret"))
		} else {
			r.expect(value, document.Text, document.Number, document.Bool)
		}
		c.Env = append(c.Env, variable)
	}
}
