//go:build e2e

package ci

import (
	"bytes"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestTaskManifestSchema validates task.json against tasks.schema.json of azure-pipelines-task-lib, which that project's
// npm package does not hold: LAYERGATE_TASK_SCHEMA names a copy of the file that $schema in task.json points to.
func TestTaskManifestSchema(t *testing.T) {
	t.Parallel()
	file := os.Getenv("LAYERGATE_TASK_SCHEMA")
	if file == "" {
		t.Skip("LAYERGATE_TASK_SCHEMA does not name a tasks.schema.json")
	}
	schema, err := jsonschema.NewCompiler().Compile(file)
	if err != nil {
		t.Fatalf("reading the schema: %v", err)
	}
	task, err := jsonschema.UnmarshalJSON(bytes.NewReader(readFile(t, "task.json")))
	if err != nil {
		t.Fatalf("reading task.json: %v", err)
	}
	if err := schema.Validate(task); err != nil {
		t.Errorf("task.json: %v", err)
	}
}
