package vex_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/policy/vex"
)

// project writes files and links (those that begin with ->) to a directory beside one that is not the project's.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	root := filepath.Join(dir, "project")
	files["../elsewhere/good.json"] = document(t, "openvex.json")
	for name, body := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, is := strings.CutPrefix(body, "->"); is {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(body), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestReadProject(t *testing.T) {
	t.Parallel()
	good := document(t, "openvex.json")
	tests := []struct {
		name    string
		files   map[string]string
		want    []string
		problem string
	}{
		{name: "no directory", files: map[string]string{"Dockerfile": ""}},
		{name: "documents in their order", files: map[string]string{".vex/b.openvex.json": good, ".vex/a.json": document(t, "csaf.json"), ".vex/README.md": "Hello", ".vex/old/c.json": "{"}, want: []string{".vex/a.json", ".vex/b.openvex.json"}},
		{name: "a link inside", files: map[string]string{".vex/a.json": "->../statements.json", "statements.json": good}, want: []string{".vex/a.json"}},
		{name: "a document that is not valid", files: map[string]string{".vex/a.json": "{}"}, problem: ".vex/a.json:1:1: it is not a VEX document"},
		{name: "a link out of the project", files: map[string]string{".vex/a.json": "->../../elsewhere/good.json"}, problem: "escapes"},
		{name: "a directory that is a link out of the project", files: map[string]string{".vex": "->../elsewhere"}, problem: "escapes"},
		{name: "a directory that is a link to nothing", files: map[string]string{".vex": "->nowhere"}, problem: ".vex"},
		{name: "a directory that is a file", files: map[string]string{".vex": good}, problem: ".vex"},
		{name: "a document that is a directory", files: map[string]string{".vex/a.json/b": ""}, problem: "not a regular file"},
	}
	if _, err := vex.ReadProject(filepath.Join(t.TempDir(), "none"), nil); err == nil {
		t.Error("ReadProject(no project) is no error")
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			documents, err := vex.ReadProject(project(t, tt.files), nil)
			check(t, documents, err, policy.OriginProject, tt.want, tt.problem)
		})
	}
}

func TestReadFiles(t *testing.T) {
	t.Parallel()
	files := map[string]string{"good.json": document(t, "openvex.json"), "bad.json": "{}", "out.json": "->../elsewhere/good.json"}
	root := project(t, files)
	elsewhere := filepath.Join(filepath.Dir(root), "elsewhere", "good.json")
	tests := []struct {
		name, path string
		want       []string
		problem    string
	}{
		{name: "below the root", path: filepath.Join(root, "good.json"), want: []string{"good.json"}},
		{name: "elsewhere", path: elsewhere, want: []string{filepath.ToSlash(elsewhere)}},
		{name: "not there", path: filepath.Join(root, "none.json"), problem: "does not exist"},
		{name: "not valid", path: filepath.Join(root, "bad.json"), problem: "bad.json:1:1: it is not a VEX document"},
		{name: "a link out of the root", path: filepath.Join(root, "out.json"), problem: "escapes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			documents, err := vex.ReadFiles(root, []string{tt.path}, nil)
			check(t, documents, err, policy.OriginFile, tt.want, tt.problem)
		})
	}
}

func check(t *testing.T, documents []vex.Document, err error, origin policy.Origin, want []string, problem string) {
	t.Helper()
	if problem != "" {
		if err == nil || !strings.Contains(err.Error(), problem) || !fault.IsRequest(err) {
			t.Errorf("reading gives %v, want a wrong request with %q", err, problem)
		}
		return
	}
	var names []string
	for _, d := range documents {
		names = append(names, d.Name)
		if d.Origin != origin {
			t.Errorf("%s comes from %s, want %s", d.Name, d.Origin, origin)
		}
	}
	if diff := cmp.Diff(want, names); err != nil || diff != "" {
		t.Errorf("reading gives %v (-want +got):\n%s", err, diff)
	}
}
