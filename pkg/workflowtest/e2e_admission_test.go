//go:build e2e

package workflowtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// schemaFiles are the custom resource definitions of the products that examples/admission is for, by the Go modules that have them.
var schemaFiles = map[string]string{
	"github.com/kyverno/api@v0.0.1-alpha.3.0.20260723090831-fb2785727f98":                   "config/crds/policies.kyverno.io_imagevalidatingpolicies.yaml", // what Kyverno 1.19.0 has
	"github.com/sigstore/policy-controller@v0.15.1":                                         "config/300-clusterimagepolicy.yaml",
	"github.com/ratify-project/ratify@v1.4.4":                                               "config/crd/bases/config.ratify.deislabs.io_*s.yaml",
	"github.com/open-policy-agent/frameworks/constraint@v0.0.0-20260616163050-e1eaa1bf6d62": "config/crds/templates.gatekeeper.sh_constrainttemplates.yaml",
}

type definition struct {
	Spec struct {
		Group    string
		Names    struct{ Kind string }
		Versions []struct {
			Name   string
			Schema struct {
				OpenAPIV3Schema map[string]any `yaml:"openAPIV3Schema"`
			}
		}
	}
}

// TestAdmissionSchemas holds the objects of examples/admission against the schemas that a cluster has of them, and allows no field
// that these do not know. A constraint of Gatekeeper's has none but what its template says.
func TestAdmissionSchemas(t *testing.T) {
	t.Parallel()
	schemas := map[string]*jsonschema.Schema{}
	for module, pattern := range schemaFiles {
		for _, file := range moduleFiles(t, module, pattern) {
			addSchemas(t, schemas, file)
		}
	}
	checked := 0
	for _, file := range globRoot(t, "examples/admission/*.yaml") {
		for _, object := range documents[map[string]any](t, file) {
			version, kind := object["apiVersion"].(string), object["kind"].(string)
			if version == "constraints.gatekeeper.sh/v1beta1" {
				continue
			}
			schema := schemas[version+" "+kind]
			if schema == nil {
				t.Errorf("%s: nobody knows the kind %s of %s", file, kind, version)
				continue
			}
			checked++
			if err := schema.Validate(object); err != nil {
				t.Errorf("%s: %s: %v", file, kind, err)
			}
			object["spec"].(map[string]any)["unheardOf"] = true
			if schema.Validate(object) == nil {
				t.Errorf("the schema of %s allows fields that there are not", kind)
			}
		}
	}
	if checked < 7 {
		t.Errorf("%d objects were checked, want those of four products", checked)
	}
}

// moduleFiles are the files of a module that a pattern matches.
func moduleFiles(t *testing.T, module, pattern string) []string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir() // the modules are none of this project
	out, err := cmd.Output()
	var downloaded struct{ Dir, Error string }
	if decoded := json.Unmarshal(out, &downloaded); err != nil || decoded != nil {
		t.Fatalf("downloading %s: %v, %v, %s", module, err, decoded, downloaded.Error)
	}
	files, err := filepath.Glob(filepath.Join(downloaded.Dir, filepath.FromSlash(pattern)))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has the files %q, %v, want %s", module, files, err, pattern)
	}
	return files
}

// addSchemas adds the schemas of a file by the version and the kind of the objects that they are for.
func addSchemas(t *testing.T, schemas map[string]*jsonschema.Schema, file string) {
	t.Helper()
	for _, d := range documents[definition](t, file) {
		for _, version := range d.Spec.Versions {
			name := d.Spec.Group + "/" + version.Name + " " + d.Spec.Names.Kind
			schema := version.Schema.OpenAPIV3Schema
			allowNothingElse(schema)
			for _, common := range []string{"apiVersion", "kind", "metadata"} { // which every object has
				schema["properties"].(map[string]any)[common] = true
			}
			compiler := jsonschema.NewCompiler()
			address := "https://schemas.example/" + d.Spec.Names.Kind + version.Name
			if err := compiler.AddResource(address, asJSON(t, schema)); err != nil {
				t.Fatal(err)
			}
			compiled, err := compiler.Compile(address)
			if err != nil {
				t.Fatalf("the schema of %s: %v", name, err)
			}
			schemas[name] = compiled
		}
	}
}

// allowNothingElse makes a schema refuse the fields that it does not name, which a cluster drops without a word.
func allowNothingElse(schema map[string]any) {
	_, properties := schema["properties"]
	_, others := schema["additionalProperties"]
	if properties && !others && schema["x-kubernetes-preserve-unknown-fields"] != true {
		schema["additionalProperties"] = false
	}
	for name, child := range schema {
		switch child := child.(type) {
		case map[string]any:
			if name == "properties" {
				for _, property := range child {
					allowNothingElse(property.(map[string]any))
				}
			} else if slices.Contains([]string{"items", "additionalProperties"}, name) {
				allowNothingElse(child)
			}
		}
	}
}

// documents reads the documents of a YAML file.
func documents[T any](t *testing.T, file string) []T {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []T
	for decoder := yaml.NewDecoder(bytes.NewReader(raw)); ; {
		var one T
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatalf("reading %s: %v", file, err)
		}
		out = append(out, one)
	}
}

// asJSON is a value as the validator takes it.
func asJSON(t *testing.T, value any) any {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return out
}
