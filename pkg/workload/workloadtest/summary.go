// Package workloadtest writes what a reader of manifests returned as text, which tests compare with files.
package workloadtest

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/layergate/layergate/pkg/workload"
)

// Summary lists what a file says, a line for each value with its place as line:column: all fields that are set or have a
// default that is not the zero value, each with the names of the Go fields that lead to it.
func Summary(f *workload.File) string {
	var b strings.Builder
	fmt.Fprintf(&b, "documents %d, skipped %d\n", f.Documents, f.Skipped)
	for i := range f.Workloads {
		w := &f.Workloads[i]
		fmt.Fprintf(&b, "\n%s\n", w.Resource())
		write(&b, "", reflect.ValueOf(*w))
	}
	for _, o := range f.Objects {
		fmt.Fprintf(&b, "\n%T\n", o)
		write(&b, "", reflect.ValueOf(o))
	}
	return b.String()
}

// write lists the values in v, whose names begin with the name.
func write(b *strings.Builder, name string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			write(b, name, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			write(b, fmt.Sprintf("%s[%d]", name, i), v.Index(i))
		}
	case reflect.Struct:
		if p, ok := v.Interface().(workload.Place); ok {
			if p.File != "" {
				fmt.Fprintf(b, "  %s = %d:%d\n", name, p.Line, p.Column)
			}
			return
		}
		if set := v.FieldByName("Set"); set.IsValid() {
			field(b, name, v, set.Bool())
			return
		}
		for i := range v.NumField() {
			write(b, strings.TrimPrefix(name+"."+v.Type().Field(i).Name, "."), v.Field(i))
		}
	default:
		if !v.IsZero() {
			fmt.Fprintf(b, "  %s = %v\n", name, v)
		}
	}
}

// field lists a workload.Field.
func field(b *strings.Builder, name string, v reflect.Value, set bool) {
	value, place := v.FieldByName("Value"), v.FieldByName("Place").Interface().(workload.Place)
	switch {
	case set:
		fmt.Fprintf(b, "  %s = %v at %d:%d\n", name, value, place.Line, place.Column)
	case !value.IsZero():
		fmt.Fprintf(b, "  %s = %v by default\n", name, value)
	}
}
