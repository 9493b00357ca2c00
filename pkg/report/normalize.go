package report

import (
	"reflect"
	"strings"
	"unicode/utf8"
)

// Normalize makes the report what it is when it is read back from JSON, so that it renders to the same bytes before
// and after: all text is valid UTF-8, which paths in an image need not be, no list is missing, and the policy is in
// words. It comes before findings are sorted and judged, and changes what the report points to.
func (r *Report) Normalize() {
	*r = *withLists(r)
	validText(reflect.ValueOf(r))
}

// validText replaces what is not valid UTF-8 in every string below v, which can be set.
func validText(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			validText(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			validText(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			validText(v.Index(i))
		}
	case reflect.String:
		if s := v.String(); !utf8.ValidString(s) {
			v.SetString(strings.ToValidUTF8(s, string(utf8.RuneError)))
		}
	}
}
