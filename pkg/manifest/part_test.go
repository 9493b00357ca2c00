package manifest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/manifest"
)

// What one file leaves to another is known where that was read, too.
func TestJoin(t *testing.T) {
	t.Parallel()
	const web = "include: [db.yaml]\nservices:\n  web: {extends: {file: db.yaml, service: base}}\n"
	for name, tt := range map[string]struct {
		files         map[string]string
		parts, filled int
	}{
		"parts that are there":     {map[string]string{"compose.yaml": web, "db.yaml": "services: {base: {image: base}}\n"}, 0, 0},
		"parts that are not":       {map[string]string{"compose.yaml": web}, 2, 0},
		"a service of two files":   {map[string]string{"compose.yaml": "services: {web: {image: web}}\n", "compose.prod.yaml": "services: {web: {read_only: true}}\n"}, 0, 0},
		"one that is built":        {map[string]string{"compose.yaml": "services: {web: {build: .}}\n", "compose.prod.yaml": "services: {web: {read_only: true}}\n"}, 0, 0},
		"a service of one of them": {map[string]string{"compose.yaml": "services: {web: {image: web}}\n", "compose.prod.yaml": "services: {api: {read_only: true}}\n"}, 0, 1},
		"a trigger beside a fixed one": {map[string]string{
			"a.yaml": "apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig\nmetadata: {name: a}\nspec:\n  triggers: [{type: ImageChange, imageChangeParams: {containerNames: [a]}}]\n  template: {spec: {containers: [{name: a, image: \"a:1\"}]}}\n",
		}, 0, 1},
	} {
		dir := t.TempDir()
		for file, text := range tt.files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		set, err := manifest.Read(manifest.Config{Root: dir, Paths: []string{dir}})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		parts, filled := 0, 0
		for _, f := range set.Workloads() {
			parts += len(f.Parts)
			for _, w := range f.Workloads {
				if w.Containers[0].Filled.Set {
					filled++
				}
			}
		}
		if parts != tt.parts || filled != tt.filled {
			t.Errorf("%s: %d parts are left and %d images, want %d and %d", name, parts, filled, tt.parts, tt.filled)
		}
	}
}

// What the API server refuses for want of an image is a wrong request.
func TestUnnamed(t *testing.T) {
	t.Parallel()
	_, err := manifest.Read(manifest.Config{Paths: []string{manifest.Pipe}, Stdin: strings.NewReader("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a}]}\n")})
	if !fault.IsRequest(err) || !strings.Contains(err.Error(), "the container a names no image") {
		t.Errorf("Read() = %v, want a wrong request", err)
	}
}
