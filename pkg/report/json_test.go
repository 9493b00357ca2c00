package report

import (
	"bytes"
	"encoding"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/layergate/layergate/pkg/finding"
)

func parseJSON(t testing.TB, data []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func compileSchema(t *testing.T, url string, resources map[string][]byte) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	for u, data := range resources {
		if err := c.AddResource(u, parseJSON(t, data)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile(url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestJSONFollowsSchema(t *testing.T) {
	t.Parallel()
	schema := compileSchema(t, "layergate.schema.json", map[string][]byte{"layergate.schema.json": JSONSchema()})
	forEachFixture(t, func(t *testing.T, r *Report) {
		data := render(t, JSON, r)
		if err := schema.Validate(parseJSON(t, data)); err != nil {
			t.Error(err)
		}
		if bytes.Contains(data, []byte(": null")) {
			t.Error("JSON wrote null for a list")
		}
	})
	empty := &Report{Schema: SchemaVersion, Subject: Subject{Image: &Image{}}}
	empty.Verdict.Outcome = "clean"
	if err := schema.Validate(parseJSON(t, render(t, JSON, empty))); err != nil {
		t.Errorf("report without anything: %v", err)
	}
}

// TestSchemaCoversFields holds the schema's properties against the fields of Report, both ways.
func TestSchemaCoversFields(t *testing.T) {
	t.Parallel()
	var root map[string]any
	if err := json.Unmarshal(JSONSchema(), &root); err != nil {
		t.Fatal(err)
	}
	compareFields(t, root, root, reflect.TypeFor[Report](), "report")
}

func compareFields(t *testing.T, root, schema map[string]any, typ reflect.Type, path string) {
	t.Helper()
	if ref, ok := schema["$ref"].(string); ok {
		schema = root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	if forms, ok := schema["oneOf"].([]any); ok && schema["properties"] == nil {
		schema = forms[len(forms)-1].(map[string]any) // the others are short for it
	}
	if typ.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return // a text in JSON, such as a time
	}
	switch typ.Kind() {
	case reflect.Pointer:
		compareFields(t, root, schema, typ.Elem(), path)
	case reflect.Slice:
		compareFields(t, root, schema["items"].(map[string]any), typ.Elem(), path+"[]")
	case reflect.Map:
		compareFields(t, root, schema["additionalProperties"].(map[string]any), typ.Elem(), path+"{}")
	case reflect.Struct:
		if schema["additionalProperties"] != false {
			t.Errorf("%s: the schema allows additional properties", path)
		}
		fields := map[string]reflect.Type{}
		var required []string
		for _, f := range reflect.VisibleFields(typ) {
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous || name == "-" {
				continue
			}
			fields[name] = f.Type
			if !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
				required = append(required, name)
			}
		}
		if typ == reflect.TypeFor[finding.Finding]() { // see Finding.MarshalJSON
			fields["package"] = reflect.TypeFor[finding.Package]()
		}
		properties := schema["properties"].(map[string]any)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(fields)), slices.Sorted(maps.Keys(properties))); diff != "" {
			t.Errorf("%s: properties of the schema differ from the fields (-fields +schema):\n%s", path, diff)
			return
		}
		slices.Sort(required)
		var got []string
		list, _ := schema["required"].([]any)
		for _, name := range list {
			got = append(got, name.(string))
		}
		slices.Sort(got)
		if diff := cmp.Diff(required, got); diff != "" {
			t.Errorf("%s: required properties differ from fields that are always written (-fields +schema):\n%s", path, diff)
		}
		for name, typ := range fields {
			compareFields(t, root, properties[name].(map[string]any), typ, path+"."+name)
		}
	}
}
