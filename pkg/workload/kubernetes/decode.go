package kubernetes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/safetext"
	"github.com/layergate/layergate/pkg/workload/document"
)

// decode decodes the whole object by its type, and notes the fields that the type does not have.
func (o *Object) decode(value, into any) error {
	strict, err := o.decodeAt(value, into)
	if err != nil {
		return err
	}
	for _, err := range strict {
		if field, ok := err.(interface{ FieldPath() string }); ok {
			o.Unknown = append(o.Unknown, o.unknown(field.FieldPath(), reflect.TypeOf(into)))
		}
	}
	return nil
}

// decodeAt decodes the value at a path of the object, as the API server does: names of fields are case-sensitive. It returns
// what the server's strict validation says beside an error that it refuses the object for.
func (o *Object) decodeAt(value, into any, path ...any) (strict []error, err error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, o.doc.Error(fmt.Errorf("converting to JSON: %w", err), "", join(o.path, path)...)
	}
	strict, err = kjson.UnmarshalStrict(text, into, kjson.DisallowUnknownFields)
	if err == nil {
		return strict, nil
	}
	at := narrow(value, func(v any) bool {
		text, err := json.Marshal(v)
		return err == nil && kjson.UnmarshalCaseSensitivePreserveInts(text, reflect.New(reflect.TypeOf(into).Elem()).Interface()) != nil
	})
	return nil, o.refused(err, join(join(o.path, path), at))
}

// refused is the error for a value that its field does not take. It says what the value is, and not the value, which may be a secret.
func (o *Object) refused(err error, path []any) error {
	text, said, hint := plain(err), o.doc.Text(path...), "write the value as the API of Kubernetes has it"
	var mismatch *json.UnmarshalTypeError
	switch isType := errors.As(err, &mismatch); {
	case strings.Contains(said, "${"):
		text += "; variables are not filled in here"
		hint = "check what comes of it, such as: envsubst < FILE | layergate check -, or what flux build kustomization or kustomize build writes"
	case !isType:
	case typeName(mismatch.Type) == "a string" && mismatch.Value == "bool" && !strings.EqualFold(said, "true") && !strings.EqualFold(said, "false"):
		text += ": YAML 1.1, which Kubernetes reads, takes y, n, yes, no, on and off for booleans"
		fallthrough
	case typeName(mismatch.Type) == "a string" && (mismatch.Value == "bool" || mismatch.Value == "number"):
		hint = "put it into quotes"
	case typeName(mismatch.Type) == "a number" && mismatch.Value == "string":
		hint = "write a number without quotes"
	}
	at := ""
	if p := o.doc.Place(path...).Path; p != "" {
		at = ", " + p
	}
	return o.doc.Error(fmt.Errorf("%s %q%s: %s", safetext.Escape(o.Kind), safetext.Escape(o.Name), safetext.Escape(at), text), hint, path...)
}

// valueOf is what a document says, in JSON's types, converted as Kubernetes does: by YAML 1.1, where yes is a boolean.
func valueOf(d *document.Document) (any, error) {
	text, err := yaml.YAMLToJSON(d.Raw)
	if err != nil {
		return nil, d.Error(fmt.Errorf("the document is not valid: %s", safetext.Escape(strings.ReplaceAll(err.Error(), "\n", " "))), "")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, d.Error(fmt.Errorf("the document is not valid: %w", err), "")
	}
	return v, nil
}

// inside is what a value has at a path of keys; nil where it has nothing there.
func inside(v any, path ...any) any {
	for _, part := range path {
		key, _ := part.(string)
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// plain is an error of the decoder without the words of Go.
func plain(err error) string {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		is, _, outside := strings.Cut(mismatch.Value, " ") // such as: number 1.5
		if name := typeName(mismatch.Type); !outside {
			return fmt.Sprintf("%s, where %s is needed", valueNames[is], name)
		}
		return "a number that is too large, or not a whole one"
	}
	return safetext.Escape(strings.TrimPrefix(err.Error(), "json: "))
}

// valueNames are the kinds of values as the decoder calls them, and as a manifest does.
var valueNames = map[string]string{"string": "a string", "number": "a number", "bool": "a boolean", "array": "a list", "object": "an object"}

// typeName is what a value of a Go type is called in a manifest.
func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "a boolean"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	}
	return "a number"
}

// narrow is the path of the least part of a value that is refused alone.
func narrow(v any, refused func(any) bool) []any {
	switch v := v.(type) {
	case map[string]any:
		if refused(map[string]any{}) {
			return nil // for being an object
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			alone := func(inner any) bool { return refused(map[string]any{k: inner}) }
			if alone(v[k]) {
				return join([]any{k}, narrow(v[k], alone))
			}
		}
	case []any:
		if refused([]any{}) {
			return nil // for being a list
		}
		for i := range v {
			alone := func(inner any) bool { return refused([]any{inner}) }
			if alone(v[i]) {
				return join([]any{i}, narrow(v[i], alone))
			}
		}
	}
	return nil
}

// unknown is the field at a path as the decoder writes it, in an object of a type that does not have the field.
func (o *Object) unknown(text string, t reflect.Type) Unknown {
	path := o.parsePath(text)
	u := Unknown{Place: o.At(path...)}
	if name, ok := path[len(path)-1].(string); ok {
		u.Name = name
		u.Meant = nearest(name, fieldsAt(t, path[:len(path)-1]))
	}
	return u
}

// nearest is the field that a name is most like, in whatever letters.
func nearest(name string, fields []string) string {
	lower := map[string]string{}
	for _, f := range fields {
		lower[strings.ToLower(f)] = f
	}
	return lower[fault.Nearest(name, slices.Sorted(maps.Keys(lower)))]
}

// parsePath is a path as the decoder writes it, such as spec.containers[0].image, in parts. Keys may hold points themselves.
func (o *Object) parsePath(text string) []any {
	var out []any
	for first := true; first || text != ""; first = false {
		text = strings.TrimPrefix(text, ".")
		if inner, ok := strings.CutPrefix(text, "["); ok {
			number, rest, _ := strings.Cut(inner, "]")
			if i, err := strconv.Atoi(number); err == nil {
				out, text = append(out, i), rest
				continue
			}
		}
		key := text
		for end := 0; end < len(text); end++ {
			if c := text[end]; end > 0 && (c == '.' || c == '[') && o.Has(join(out, []any{text[:end]})...) {
				key = text[:end]
				break
			}
		}
		out, text = append(out, key), text[len(key):]
	}
	return out
}

// fieldsAt lists the names of the fields that a type has at a path.
func fieldsAt(t reflect.Type, path []any) []string {
	for _, part := range path {
		t = element(t)
		switch name, isKey := part.(string); {
		case t.Kind() == reflect.Struct && isKey:
			inner, ok := fields(t)[name]
			if !ok {
				return nil
			}
			t = inner
		case t.Kind() == reflect.Slice:
			t = t.Elem()
		default:
			return nil
		}
	}
	if t = element(t); t.Kind() != reflect.Struct {
		return nil
	}
	return slices.Sorted(maps.Keys(fields(t)))
}

func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// fields are the fields of a type by their names in JSON, those of inlined types included.
func fields(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name != "" && name != "-":
			out[name] = f.Type
		case f.Anonymous && element(f.Type).Kind() == reflect.Struct:
			maps.Copy(out, fields(element(f.Type)))
		}
	}
	return out
}
