package file

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	generator "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/layergate/layergate/pkg/policy"
)

var update = flag.Bool("update", false, "write the schema of policy files")

// schemaFile is what editors check policy files by.
const schemaFile = "policy.schema.json"

// schema is the JSON Schema of a document, made of its types.
func schema(t *testing.T) []byte {
	t.Helper()
	r := &generator.Reflector{
		KeyNamer: kebab, Anonymous: true,
		Mapper: func(typ reflect.Type) *generator.Schema {
			switch v := reflect.Zero(typ).Interface().(type) {
			case policy.Threshold:
				return &generator.Schema{Type: "string", Enum: enum(policy.Thresholds())}
			case action:
				return &generator.Schema{Type: "string", Enum: enum(v.words())}
			case lock:
				return &generator.Schema{Type: "string", Enum: enum(v.words())}
			case days:
				least, most := v.bounds()
				return &generator.Schema{Type: "integer", Minimum: number(least), Maximum: number(most)}
			}
			return nil
		},
	}
	// The comments of fields are what editors show.
	if err := r.AddGoComments("github.com/layergate/layergate/pkg/policy/file", ".."); err != nil {
		t.Fatal(err)
	}
	addUnexported(t, r.CommentMap, "document.go", "defaults.go", "../rules.go")
	s := r.Reflect(&document{})
	s.ID = "https://raw.githubusercontent.com/layergate/layergate/main/pkg/policy/file/policy.schema.json"
	s.Title = "Layergate policy"
	short(s.Definitions, "failOn", "severity")
	short(s.Definitions, "side", "severity")
	keys(s.Definitions, "coverage", coverage{})
	keys(s.Definitions, "grace", grace{})
	rulePattern, _ := rules{}.pattern()
	s.Definitions["rules"].PropertyNames = &generator.Schema{Pattern: rulePattern}
	short(s.Definitions, "checks", "severity")
	short(s.Definitions, "allowedBase", "image")
	shortMap(s.Definitions, "coverage")
	s.Definitions["Exception"].AnyOf = []*generator.Schema{{Required: []string{"expires"}}, {Required: []string{"until"}}}
	for name, def := range s.Definitions {
		notEmpty(name, def)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// addUnexported adds the comments of struct fields, for the types of this package that are not exported.
func addUnexported(t *testing.T, comments map[string]string, files ...string) {
	t.Helper()
	for _, name := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if of, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range of.Fields.List {
					for _, field := range f.Names {
						typ := strings.ToLower(spec.Name.Name[:1]) + spec.Name.Name[1:]
						comments["github.com/layergate/layergate/pkg/policy/file."+typ+"."+field.Name] = strings.TrimSpace(f.Doc.Text() + f.Comment.Text())
					}
				}
			}
			return true
		})
	}
}

func enum[T any](words []T) []any {
	var out []any
	for _, w := range words {
		out = append(out, w)
	}
	return out
}

func number(n float64) json.Number { return json.Number(strconv.FormatFloat(n, 'f', -1, 64)) }

// short lets a word stand for the whole of a mapping.
func short(defs generator.Definitions, name, key string) {
	whole := *defs[name]
	word, _ := whole.Properties.Get(key)
	defs[name] = &generator.Schema{OneOf: []*generator.Schema{word, &whole}, Description: whole.Description}
}

// keys limits the keys of a map.
func keys(defs generator.Definitions, name string, of keyed) {
	defs[name].PropertyNames = &generator.Schema{Enum: enum(of.keys())}
}

// shortMap lets a word stand for the whole of a map.
func shortMap(defs generator.Definitions, name string) {
	whole := *defs[name]
	defs[name] = &generator.Schema{OneOf: []*generator.Schema{whole.AdditionalProperties, &whole}, Description: whole.Description}
}

// notEmpty asks for an item in each list of a definition, but for exceptions, of which there may be none.
func notEmpty(name string, of *generator.Schema) {
	for _, one := range of.OneOf {
		notEmpty(name, one)
	}
	if of.Properties == nil {
		return
	}
	for p := of.Properties.Oldest(); p != nil; p = p.Next() {
		if p.Value.Type == "array" && (name != "document" || p.Key != "exceptions") {
			least := uint64(1)
			p.Value.MinItems = &least
		}
	}
}

func TestSchema(t *testing.T) {
	t.Parallel()
	got := schema(t)
	if *update {
		if err := os.WriteFile(schemaFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s differs from the types; run go test -update if it should", schemaFile)
	}
}

// An editor has something to show for every key.
func TestSchemaDescribesEveryKey(t *testing.T) {
	t.Parallel()
	var tree any
	if err := json.Unmarshal(schema(t), &tree); err != nil {
		t.Fatal(err)
	}
	described := 0
	var walk func(path string, node any)
	walk = func(path string, node any) {
		switch node := node.(type) {
		case []any:
			for i, v := range node {
				walk(path+"/"+strconv.Itoa(i), v)
			}
		case map[string]any:
			properties, _ := node["properties"].(map[string]any)
			for key, v := range properties {
				if of, _ := v.(map[string]any); of["description"] == nil || of["description"] == "" {
					t.Errorf("%s/%s has no description", path, key)
				}
				described++
			}
			for key, v := range node {
				walk(path+"/"+key, v)
			}
		}
	}
	walk("", tree)
	if described < 50 {
		t.Errorf("the schema has only %d keys", described)
	}
}

// What the reader takes, the schema takes, and what it refuses for its form, the schema refuses.
func TestSchemaAgreesWithReader(t *testing.T) {
	t.Parallel()
	c := jsonschema.NewCompiler()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema(t)))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AddResource("policy.json", parsed); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"fail-on: high", "fail-on: hihg", "fail-on: {severity: any, base: critical, own: {unfixable: never, unknown: pass}}", "fail-on: {sevrity: any}",
		"coverage: warn", "coverage: {default: ignore, unread-format: block}", "coverage: {unread: block}", "coverage: pass",
		"grace: {high: 3}", "grace: {high: 0}", "grace: {severe: 3}", "max-exception: 30", "max-exception: many", "shadowed: report", "shadowed: warn",
		"always-block: {known-exploited: true, epss: 0.5, ids: [A], packages: [b], malicious: pass}", "always-block: {kev: true}", "always-block: {epss: 50}", "exeptions: []",
		"checks: high", "checks: hihg", "checks: {severity: low, base: never, own: any}", "checks: {unknown: pass}", "secrets: warn", "secrets: pass",
		"rules: {LG-IMG-001: warn, LG-IMG-*: ignore, LG-*: block}", "rules: {CVE-2026-1: ignore}", "rules: {lg-img-001: warn}", "rules: {LG-*-001: warn}", "rules: {LG-IMG-001: pass}", "rules: LG-IMG-001", "rules: {\"*\": warn}",
		"licenses: {deny: [GPL-*], unknown: warn, base: {deny: [AGPL-3.0-only], unknown: ignore}, own: {deny: [SSPL-1.0]}}", "licenses: {deny: GPL}", "licenses: {allow: [MIT]}", "licenses: {unknown: pass}",
		"defaults: {context: app, dockerfile: app/Dockerfile, target: t, platform: [linux/arm64], name: n, output-dir: off, formats: [junit]}",
		"defaults: {image: app.tar, image-name: a}", "defaults: {fail-on: never}", "defaults: {context: [a]}", "defaults: {formats: junit}", "defaults: a",
		"exceptions: []", "allowed-bases: []", "allowed-images: []", "labels: []", "require: []", "attesters: []", "bases: []", "lock: []", "vex: {trust: []}",
		"vex: {trust: [{author: a, from: []}]}", "always-block: {ids: []}", "always-block: {packages: []}", "licenses: {deny: []}", "licenses: {own: {deny: []}}",
		"defaults: {platform: []}", "defaults: {formats: []}", "exceptions: [{id: A, reason: r, owner: o, until: fixed, paths: []}]",
		"gate-on: new", "gate-on: old", "lock: [checks, secrets, rules, licenses, gate-on]",
		"exceptions: [{id: A, reason: r, owner: o, until: fixed}]", "exceptions: [{id: A, reason: r, owner: o}]", "exceptions: [{id: A, owner: o, until: fixed}]",
		"exceptions: [{id: A, reason: r, owner: o, until: soon}]", "extends: ./org.yaml", "extends: [./org.yaml]", "lock: [fail-on]", "lock: [failon]", "lock: fail-on", "exceptions: [{id: A, reason: r, owner: o, expires: 2027-01-01, layer: base, paths: [/a]}]",
	} {
		_, refused := Parse("p.yaml", []byte(text))
		asJSON, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
		if err != nil {
			t.Fatal(err)
		}
		if invalid := compiled.Validate(value); (invalid != nil) != (refused != nil) {
			t.Errorf("%s: the schema says %v, the reader %v", text, invalid, refused)
		}
	}
}
