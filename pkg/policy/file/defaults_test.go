package file

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
)

func TestReadDefaults(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("p.yaml", "extends: ./below.yaml\ndefaults: {context: a/b, platform: [linux/amd64, linux/arm64], output-dir: \"off\"}\n")
	write("below.yaml", "defaults: {name: shop, platform: [linux/s390x]}\n")
	write("image.yaml", "defaults: {image: docker:shop:1, output-dir: out}\n")
	write("both.yaml", "extends: ./p.yaml\ndefaults: {image: app.tar}\n")
	if _, err := Read(root, filepath.Join(root, "both.yaml"), nil); err != nil {
		t.Errorf("Read(both.yaml) = %v, want that an image and the context below are not of one file", err)
	}
	tests := []struct {
		name, file string
		want       []Default
	}{
		{name: "a build, and nothing from below", file: "p.yaml", want: []Default{
			{Input: "context", Value: filepath.Join(root, "a", "b"), Path: true, AboutImage: true},
			{Input: "platform", Value: "linux/amd64\nlinux/arm64", AboutImage: true}, {Input: "output-dir", Value: "off"},
		}},
		{name: "the daemon's image", file: "image.yaml", want: []Default{
			{Input: "image", Value: "docker:shop:1", AboutImage: true}, {Input: "output-dir", Value: filepath.Join(root, "out"), Path: true},
		}},
		{name: "no file", file: "none.yaml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ReadDefaults(root, filepath.Join(root, tt.file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ReadDefaults(%s) (-want +got):\n%s", tt.file, diff)
			}
		})
	}
}

func TestDefaultsAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want, hint string }{
		{name: "a rule", text: "fail-on: never", want: `p.yaml:1:19: defaults has no key "fail-on": what decides, and who is told, is for each run to say`, hint: "remove it here"},
		{name: "where to push", text: "push: [a]", want: "where an image goes"},
		{name: "the environment's values", text: "build-arg: [TOKEN]", want: "what a build takes from outside"},
		{name: "the database", text: "db-url: http://e", want: "which advisories"},
		{name: "a login", text: "registry-username: u", want: "who logs in"},
		{name: "a secret", text: "registry-password: p", want: "a secret"},
		{name: "a secret of the build", text: "ssh: [default]", want: "a secret"},
		{name: "the network", text: "proxy: http://e", want: "of the machine and its network"},
		{name: "a limit", text: "max-unpacked-size: 1", want: "of the machine and its network"},
		{name: "a mistake", text: "contxt: .", want: `defaults has no key "contxt"`, hint: "did you mean context?"},
		{name: "two images", text: "image: a.tar, context: .", want: "image and context both say what to scan"},
		{name: "a registry's image", text: "image: registry:e/app", want: "is no file of the project"},
		{name: "an image that is only named", text: "image: nginx:latest", want: "is no file of the project"},
		{name: "a directory above", text: "context: ../other", want: "p.yaml:1:28: ../other is outside of the directory of this file"},
		{name: "an absolute path", text: "output-dir: /etc", want: "is outside of the directory"},
		{name: "a file above", text: "dockerfile: a/../../Dockerfile", want: "is outside of the directory"},
		{name: "an archive above", text: "image: ../a.tar", want: "is outside of the directory"},
		{name: "no text", text: "platform: linux/amd64", want: "platform is a list"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("p.yaml", []byte("defaults: {"+strings.Repeat(" ", 7)+tt.text+"}"))
			if !fault.IsRequest(err) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(strings.Join(fault.Hints(err), " "), tt.hint) {
				t.Errorf("Parse(%s) = %v, %q, want a wrong request with %q, %q", tt.text, err, fault.Hints(err), tt.want, tt.hint)
			}
		})
	}
}

// Each default is an input, and each other input is refused with a reason.
func TestDefaultsKnowEveryInput(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{}
	whole := defaults{Context: "a", Dockerfile: "a", Target: "a", Platform: []string{"a"}, Image: "a", ImageName: "a", Name: "a", OutputDir: "a", Formats: []string{"a"}}
	for _, d := range whole.list() {
		allowed[d.Input] = true
	}
	if len(allowed) != 9 {
		t.Errorf("list() has %d inputs, want one for each field", len(allowed))
	}
	for _, in := range input.Table() {
		_, err := Parse("p.yaml", []byte("defaults: {"+in.Name+": 1}"))
		if err == nil {
			t.Fatalf("defaults take a number for %s", in.Name)
		}
		if refused := strings.Contains(err.Error(), "for each run to say"); refused == allowed[in.Name] {
			t.Errorf("defaults: {%s: …} gives %v, want a reason = %t", in.Name, err, !allowed[in.Name])
		}
		delete(allowed, in.Name)
	}
	if len(allowed) > 0 {
		t.Errorf("no inputs are %v", allowed)
	}
}
