package release_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/release"
)

// read reads a set from a file with a text, in a project of its own.
func read(t *testing.T, name, text string) (*release.Set, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return release.Read(".", name)
}

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name, file, text string
		want             *release.Set
	}{
		{
			name: "services of Compose", file: "deploy/compose.yaml",
			text: `
services:
  web:
    image: registry.example/web:${TAG:-1}
    build: ../web
    environment: {PASSWORD: $SECRET}
  api:
    image: registry.example/api:1
    platform: linux/arm64
    build:
      context: ..
      dockerfile: api/Dockerfile
      target: run
      args: [VERSION=1]
      labels: {team: shop}
      tags: [registry.example/api:latest]
      cache_from: ["type=gha"]
      no_cache: true
      pull: true
      network: none
      secrets: [npm]
      ssh: [default]
  worker:
    image: registry.example/web:${TAG:-1}
    build: ../web
    command: work
  database:
    image: postgres:18
  debug:
    image: registry.example/debug:1
    build: ../debug
    profiles: [debug]
`,
			want: &release.Set{
				Images: []release.Image{
					{Name: "api", Push: []string{"registry.example/api:1", "registry.example/api:latest"}, Build: release.Build{
						Context: ".", Dockerfile: "api/Dockerfile", Target: "run", Args: map[string]string{"VERSION": "1"}, Labels: map[string]string{"team": "shop"},
						Platforms: []string{"linux/arm64"}, CacheFrom: []string{"type=gha"}, NoCache: true, Pull: true, Network: "none", Secrets: []string{"npm"}, SSH: []string{"default"},
					}},
					{Name: "web", Push: []string{"registry.example/web:1"}, Build: release.Build{Context: "web", Args: map[string]string{}}},
				},
				Skipped: []string{"database: it is not built here", "debug: it has profiles, which docker compose leaves out unless it is told otherwise", "worker: it runs the image of web"},
			},
		},
		{
			name: "an image that is there", file: "compose.yaml",
			text: "services:\n  app:\n    image: registry.example/app:1\n    x-layergate-image: app.tar\n",
			want: &release.Set{Images: []release.Image{{Name: "app", Source: "app.tar", Push: []string{"registry.example/app:1"}}}},
		},
		{
			name: "an image that is there, and how it was built", file: "compose.yaml",
			text: "services:\n  app:\n    image: registry.example/app:1\n    build: app\n    x-layergate-image: app.tar\n",
			want: &release.Set{Images: []release.Image{
				{Name: "app", Source: "app.tar", Push: []string{"registry.example/app:1"}, Build: release.Build{Context: "app", Args: map[string]string{}}},
			}},
		},
		{
			name: "targets of bake, relative to the working directory", file: "build/bake.json",
			text: `{
  "group": {"default": {"targets": ["all"]}, "all": {"targets": ["web", "api", "all"]}},
  "target": {
    "web": {"context": "web", "dockerfile": "Dockerfile", "tags": ["registry.example/web:1"], "args": {"PRICE": "$${x}"}},
    "api": {"dockerfile": "api/Dockerfile", "target": "run", "tags": ["registry.example/api:1"], "labels": {"team": "shop"}, "platforms": ["linux/amd64", "linux/arm64"],
            "cache-from": [{"type": "gha", "scope": "api"}], "cache-to": ["type=inline"], "secret": [{"id": "npm", "src": "/etc/passwd"}, "id=pip,env=PIP"], "ssh": ["default", {"id": "git"}],
            "output": [{"type": "image", "push": "true"}], "no-cache": true, "pull": true, "network": "none"},
    "base": {"context": "base"}
  }
}`,
			want: &release.Set{
				Images: []release.Image{
					{Name: "api", Push: []string{"registry.example/api:1"}, Build: release.Build{
						Context: ".", Dockerfile: "api/Dockerfile", Target: "run", Args: map[string]string{}, Labels: map[string]string{"team": "shop"}, Platforms: []string{"linux/amd64", "linux/arm64"},
						CacheFrom: []string{"scope=api,type=gha"}, CacheTo: []string{"type=inline"}, Secrets: []string{"npm", "pip"}, SSH: []string{"default", "git"}, NoCache: true, Pull: true, Network: "none",
					}},
					{Name: "web", Push: []string{"registry.example/web:1"}, Build: release.Build{Context: "web", Dockerfile: "web/Dockerfile", Args: map[string]string{"PRICE": "${x}"}, Labels: map[string]string{}}},
				},
				Skipped: []string{"base: the default group does not have it"},
			},
		},
		{
			name: "all targets where there is no group", file: "bake.json", text: `{"target": {"app": {"context": "app", "tags": ["registry.example/app:1"]}}}`,
			want: &release.Set{Images: []release.Image{
				{Name: "app", Push: []string{"registry.example/app:1"}, Build: release.Build{Context: "app", Args: map[string]string{}, Labels: map[string]string{}}},
			}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read(t, tt.file, tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Read() (-want +got):\n%s", diff)
			}
		})
	}
}

// What a set cannot be is a wrong request, which says where and why.
func TestReadRefuses(t *testing.T) {
	service := func(lines string) string {
		return "services:\n  app:\n    image: registry.example/app:1\n" + lines
	}
	target := func(fields string) string {
		return `{"target": {"app": {"tags": ["registry.example/app:1"], ` + fields + `}}}`
	}
	for _, tt := range []struct {
		name, file, text, want string
	}{
		{"HCL", "docker-bake.hcl", "target \"app\" {}", "only docker buildx bake resolves"},
		{"something else", "values.yaml", "image: app", "neither a Compose file nor"},
		{"nothing to release", "compose.yaml", "services: {db: {image: postgres}}", "names no image to release"},
		{"nowhere to push", "compose.yaml", "services: {app: {build: .}}", "app: nothing says where the image is pushed to"},
		{"no tags", "bake.json", `{"target": {"app": {}}}`, "app: nothing says where the image is pushed to"},
		{"a variable", "compose.yaml", "services:\n  app:\n    image: registry.example/app:$TAG\n    build: .\n", "variable without a default"},
		{"an argument of the environment", "compose.yaml", service("    build: {context: ., args: [TOKEN]}\n"), "the build argument TOKEN has no value"},
		{"an argument of the environment in bake", "bake.json", target(`"args": {"TOKEN": null}`), "the build argument TOKEN has no value"},
		{"a template", "bake.json", target(`"args": {"A": "${TOKEN}"}`), "is a template"},
		{"a template in a tag", "bake.json", `{"target": {"app": {"tags": ["registry.example/app:${TAG}"]}}}`, "is a template"},
		{"includes", "compose.yaml", "include: [other.yaml]\n" + service("    build: .\n"), "includes other.yaml"},
		{"extends", "compose.yaml", service("    build: .\n    extends: {file: other.yaml, service: base}\n"), "app extends other.yaml base"},
		{"extends in the file", "compose.yaml", service("    build: .\n  web:\n    extends: app\n"), "web extends another service"},
		{"what Compose refuses", "compose.yaml", service("    biuld: .\n"), "biuld"},
		{"what no build has", "compose.yaml", service("    build: {context: ., additional_contexts: {lib: ../lib}}\n"), "app: build.additional_contexts is nothing"},
		{"a Dockerfile in the file", "compose.yaml", service("    build: {context: ., dockerfile_inline: FROM scratch}\n"), "app: build.dockerfile_inline is nothing"},
		{"what no build has in bake", "bake.json", target(`"contexts": {"base": "target:base"}`), `unknown field "contexts"`},
		{"a variable of bake", "bake.json", `{"variable": {"TAG": {}}, "target": {}}`, `unknown field "variable"`},
		{"two values of a key", "bake.json", target(`"target": "a", "target": "b"`), "duplicate"},
		{"an option in an option", "bake.json", target(`"cache-to": [{"type": "local,dest=/"}]`), "an option cannot have"},
		{"a group of nothing", "bake.json", `{"group": {"default": {"targets": ["gone"]}}, "target": {}}`, `the target "gone", which is not there`},
		{"a remote context", "compose.yaml", service("    build: https://git.example/app.git\n"), "is not in the project"},
		{"a remote context of bake", "bake.json", target(`"context": "git@git.example:app.git"`), "is not in the project"},
		{"a context elsewhere", "compose.yaml", service("    build: ..\n"), "outside of the project"},
		{"a Dockerfile elsewhere", "bake.json", target(`"dockerfile": "/etc/passwd"`), "/etc/passwd lies outside of the project"},
		{"names that differ in case", "bake.json", `{"target": {"app": {"tags": ["a:1"]}, "App": {"tags": ["a:2"]}}}`, "the same but for upper and lower case"},
		{"a misspelt extension", "compose.yaml", service("    x-layergate-imag: app.tar\n"), "x-layergate-imag is nothing that is read"},
		{"a misspelt extension, otherwise", "compose.yaml", service("    x-layerGate_image: app.tar\n"), "x-layerGate_image is nothing that is read"},
		{"a source that is none", "compose.yaml", service("    x-layergate-image: [app.tar]\n"), "x-layergate-image names no image"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read(t, tt.file, tt.text)
			if err == nil || !fault.IsRequest(err) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Read() = %v, %v, want a wrong request with %q", got, err, tt.want)
			}
		})
	}
	t.Run("no file", func(t *testing.T) {
		if _, err := release.Read(t.TempDir(), "gone.yaml"); err == nil || !fault.IsRequest(err) {
			t.Errorf("Read() = %v, want a wrong request", err)
		}
	})
}
