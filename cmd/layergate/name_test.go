package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
)

// valuesOf are inputs of a command line.
func valuesOf(t *testing.T, inputs map[string]string) *input.Values {
	t.Helper()
	none := func(string) string { return "" }
	values := input.Read(input.CommandLine, none, none)
	for name, value := range inputs {
		values.Set(name, value)
	}
	return values
}

func TestNameOfSet(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for path, want := range map[string]string{"compose.yaml": "compose", "deploy/docker-bake.json": "deploy.docker-bake", "../release": "release"} {
		if got := nameOfSet(filepath.Join(root, path), root); got != want {
			t.Errorf("nameOfSet(%s) = %q, want %q", path, got, want)
		}
	}
}

func TestNameOfImage(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	in := func(name string) string { return filepath.Join(root, filepath.FromSlash(name)) }
	for name, tt := range map[string]struct {
		inputs map[string]string
		want   string
	}{
		"root of the project":              {map[string]string{"context": in("."), "push": "registry.example/team/app:1"}, "image"},
		"the same without a push":          {map[string]string{"context": in(".")}, "image"},
		"its own Dockerfile":               {map[string]string{"context": in("."), "dockerfile": in("Dockerfile")}, "image"},
		"another Dockerfile":               {map[string]string{"context": in("."), "dockerfile": in("Dockerfile.api")}, "Dockerfile.api"},
		"a Dockerfile with its own ending": {map[string]string{"context": in("."), "dockerfile": in("docker/api.Dockerfile")}, "docker.api.Dockerfile"},
		"a Dockerfile below":               {map[string]string{"context": in("."), "dockerfile": in("services/api/Dockerfile")}, "services.api"},
		"a stage":                          {map[string]string{"context": in("."), "target": "api"}, "api"},
		"a service":                        {map[string]string{"context": in("services/api")}, "services.api"},
		"a service and a stage":            {map[string]string{"context": in("services/api"), "target": "debug"}, "services.api.debug"},
		"a service's own Dockerfile":       {map[string]string{"context": in("services/api"), "dockerfile": in("services/api/Dockerfile")}, "services.api"},
		"a service's other Dockerfile":     {map[string]string{"context": in("services/api"), "dockerfile": in("services/api/Dockerfile.arm")}, "services.api.Dockerfile.arm"},
		"a Dockerfile of several":          {map[string]string{"context": in("services/api"), "dockerfile": in("docker/Dockerfile")}, "services.api.docker"},
		"outside of the project":           {map[string]string{"context": filepath.Join(root, "..", "elsewhere")}, "elsewhere"},
		"a hidden directory":               {map[string]string{"context": in(".docker")}, "docker-"},
		"no name at all":                   {map[string]string{"context": in("日本")}, "image-"},
		"an archive":                       {map[string]string{"image": "out/app.tar"}, "app"},
		"a compressed archive":             {map[string]string{"image": "oci-archive:app.tar.gz"}, "app"},
		"a layout":                         {map[string]string{"image": "oci-dir:dist/image/"}, "image"},
		"an image of an archive":           {map[string]string{"image": "all.tar", "image-name": "registry.example:5000/team/api:1.2"}, "team.api"},
		"an image of an archive, digest":   {map[string]string{"image": "all.tar", "image-name": "sha256:" + strings.Repeat("a", 64)}, "all"},
		"of the daemon":                    {map[string]string{"image": "docker:shop:1.4"}, "shop"},
		"of a registry":                    {map[string]string{"image": "registry:registry.example/team/shop:pr-7"}, "team.shop"},
		"of another registry":              {map[string]string{"image": "registry:localhost:5000/team/shop@sha256:" + strings.Repeat("a", 64)}, "team.shop"},
		"of Docker Hub":                    {map[string]string{"image": "registry:team/shop"}, "team.shop"},
		"named":                            {map[string]string{"context": in("."), "name": "shop-api"}, "shop-api"},
		"nothing":                          {nil, "image"},
		"a path upwards":                   {map[string]string{"image": ".."}, "image-"},
		"a name with what cannot be in it": {map[string]string{"image": "a b.tar"}, "a-b-"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := nameOfImage(valuesOf(t, tt.inputs), root)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want && (!strings.HasSuffix(tt.want, "-") || !strings.HasPrefix(got, tt.want)) {
				t.Errorf("nameOfImage(%v) = %q, want %q", tt.inputs, got, tt.want)
			}
			if !validName.MatchString(got) {
				t.Errorf("nameOfImage(%v) = %q, which is not a name", tt.inputs, got)
			}
		})
	}
}

// In the examples a pull request and the main branch have the same name for one image, and several images of a workflow have
// several.
func TestNamesOfExamples(t *testing.T) {
	t.Parallel()
	for file, want := range map[string][]string{
		"github/pull-request.yml":   {"image"},
		"github/build-and-gate.yml": {"image"},
		"github/baseline.yml":       {"image", "image"},
		"github/matrix.yml":         {"services.api", "services.web", "services.worker"},
		"azure-pipelines.yml":       {"image"},
		"azure/pull-request.yml":    {"image"},
		"azure/sarif.yml":           {"image"},
		"azure/baseline.yml":        {"image", "image"},
		"azure/images.yml":          {"services.api", "services.web", "services.worker"},
	} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "examples", filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		legs := []string{"api"}
		if strings.Contains(string(raw), "matrix:") {
			legs = []string{"api", "web", "worker"}
		}
		got := []string{}
		for _, leg := range legs {
			var document any
			if err := yaml.Unmarshal([]byte(strings.NewReplacer("${{ matrix.service }}", leg, "$(service)", leg).Replace(string(raw))), &document); err != nil {
				t.Fatal(err)
			}
			for _, inputs := range stepsOf(document) {
				name, err := nameOfImage(valuesOf(t, inputs), ".")
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, name)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("names of the images of %s (-want +got):\n%s", file, diff)
		}
	}
}

// stepsOf collects the inputs that decide about names of every Layergate step of a workflow or pipeline.
func stepsOf(node any) []map[string]string {
	var out []map[string]string
	switch node := node.(type) {
	case []any:
		for _, n := range node {
			out = append(out, stepsOf(n)...)
		}
	case map[string]any:
		with := node["with"]
		if node["task"] == "Layergate@1" {
			with = node["inputs"]
		} else if uses, _ := node["uses"].(string); !strings.HasPrefix(uses, "layergate/layergate@") {
			for _, key := range slices.Sorted(maps.Keys(node)) {
				out = append(out, stepsOf(node[key])...)
			}
			return out
		}
		inputs := map[string]string{}
		for _, name := range []string{"name", "context", "dockerfile", "target", "image"} {
			if value, ok := with.(map[string]any)[name]; ok {
				inputs[name] = fmt.Sprint(value)
			}
		}
		out = append(out, inputs)
	}
	return out
}

func TestInvalidName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a/b", "..", ".hidden", "-x", "dot.", `a\b`, "a b", "a\nb", "<!--", "é", strings.Repeat("a", 101)} {
		got, err := nameOfImage(valuesOf(t, map[string]string{"name": name, "image": "app.tar"}), ".")
		if !fault.IsRequest(err) || got != "app" {
			t.Errorf("nameOfImage(%q) = %q, %v, want app and a wrong request", name, got, err)
		}
	}
}

// Texts that cannot be names have names of their own.
func TestSafeName(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, text := range []string{"a b", "a-b", "a/b", "日本", "中国", ".a", "a.", strings.Repeat("x", 101), strings.Repeat("x", 102)} {
		name := safeName(text)
		if other, ok := seen[name]; ok {
			t.Errorf("safeName(%q) = %q, which is that of %q", text, name, other)
		}
		if seen[name] = text; !validName.MatchString(name) || len(name) > maxName {
			t.Errorf("safeName(%q) = %q, which is not a name", text, name)
		}
	}
}

// Steps of a job that mean one image share its name, and the others do not.
func TestWhichImage(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	in := func(name string) string { return filepath.Join(root, filepath.FromSlash(name)) }
	built := func(more ...string) map[string]string {
		out := map[string]string{"context": in("api")}
		for i := 0; i < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		return out
	}
	for name, tt := range map[string]struct {
		a, b map[string]string
		same bool
	}{
		"a file in two spellings":            {map[string]string{"image": "app.tar"}, map[string]string{"image": "./out/../app.tar"}, true},
		"two files":                          {map[string]string{"image": "app.tar"}, map[string]string{"image": "api.tar"}, false},
		"two images of an archive":           {map[string]string{"image": "app.tar", "image-name": "a:1"}, map[string]string{"image": "app.tar", "image-name": "b:1"}, false},
		"two tags":                           {map[string]string{"image": "registry:r.example/app:1"}, map[string]string{"image": "registry:r.example/app:2"}, false},
		"names are no paths":                 {map[string]string{"image": "r.example/a/../app:1"}, map[string]string{"image": "r.example/app:1"}, false},
		"a push is nothing of the image":     {built(), built("push", "r.example/app:1"), true},
		"the context's own Dockerfile":       {built(), built("dockerfile", in("api/Dockerfile")), true},
		"another Dockerfile":                 {built(), built("dockerfile", in("api/Dockerfile.arm")), false},
		"another context":                    {built(), built("context", in("web")), false},
		"another stage":                      {built(), built("target", "debug"), false},
		"other arguments":                    {built("build-arg", "A=1"), built("build-arg", "A=2"), false},
		"another platform":                   {built("platform", "linux/arm64"), built("platform", "linux/amd64"), false},
		"an argument that a platform is not": {built("build-arg", "linux/arm64"), built("target", "linux/arm64"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of := func(inputs map[string]string) string {
				return whichImage(valuesOf(t, inputs), root)
			}
			if a, b := of(tt.a), of(tt.b); (a == b) != tt.same {
				t.Errorf("whichImage(%v) = %q and whichImage(%v) = %q, want the same: %v", tt.a, a, tt.b, b, tt.same)
			}
		})
	}
}
