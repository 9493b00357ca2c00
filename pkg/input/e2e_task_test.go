//go:build e2e

package input

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestTaskManifestSchema validates task.json against tasks.schema.json of azure-pipelines-task-lib, which that
// project's npm package does not hold: LAYERGATE_TASK_SCHEMA names a copy of the file that $schema in task.json points
// to.
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

// TestTaskPackage looks into what package.sh made, which LAYERGATE_TASK_PACKAGE names, and runs the task from it.
func TestTaskPackage(t *testing.T) {
	t.Parallel()
	file := os.Getenv("LAYERGATE_TASK_PACKAGE")
	if file == "" {
		t.Skip("LAYERGATE_TASK_PACKAGE does not name a .vsix")
	}
	version := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "layergate-"), ".vsix")
	files := readPackage(t, file)

	var task, own struct {
		Version   struct{ Major, Minor, Patch int }
		Inputs    []any
		Execution map[string]struct{ Target string }
	}
	unmarshal(t, files, "task/task.json", &task)
	if got := fmt.Sprintf("%d.%d.%d", task.Version.Major, task.Version.Minor, task.Version.Patch); got != version {
		t.Errorf("the packed task has the version %s, want %s", got, version)
	}
	if err := json.Unmarshal(readFile(t, "task.json"), &own); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(own.Inputs, task.Inputs); diff != "" {
		t.Errorf("the packed task has other inputs than task.json (-want +got):\n%s", diff)
	}
	for handler, run := range task.Execution {
		if !bytes.Equal(files["task/"+run.Target], readFile(t, "cmd/azure-task/index.js")) {
			t.Errorf("%s runs %s, which is not the launcher", handler, run.Target)
		}
	}
	var release struct {
		Version, URL string
		SHA256       map[string]string
	}
	unmarshal(t, files, "task/release.json", &release)
	if release.Version != version || !strings.HasPrefix(release.URL, "https://") || len(release.SHA256) == 0 {
		t.Errorf("release.json = %+v, want the version %s, an address and checksums", release, version)
	}
	packed := 0
	for name, want := range release.SHA256 {
		if binary, ok := files["task/"+name]; ok {
			packed++
			if sum := sha256.Sum256(binary); hex.EncodeToString(sum[:]) != want {
				t.Errorf("%s is packed and is not the one of release.json", name)
			}
		}
	}
	if packed == 0 {
		t.Error("no binary is packed")
	}
	checkPNG(t, files["task/icon.png"], "task/icon.png", 32)
	checkPNG(t, files["extension-icon.png"], "extension-icon.png", 128)
	manifest := string(files["extension.vsixmanifest"])
	for _, want := range []string{`Version="` + version + `"`, "Microsoft.VisualStudio.Services.Icons.Default", "Microsoft.VisualStudio.Services.Content.Details"} {
		if !strings.Contains(manifest, want) {
			t.Errorf("extension.vsixmanifest has no %s:\n%s", want, manifest)
		}
	}
	if readme := string(files["README.md"]); readme == "" || strings.Contains(readme, "](docs") {
		t.Error("the packed README is empty or has links that lead nowhere")
	}
	checkTab(t, files)
	runPackage(t, files, version)
}

// checkTab makes sure that the package brings the tab for runs of its task, with the files of the repository and the one
// permission that it needs: to read builds.
func checkTab(t *testing.T, files map[string][]byte) {
	t.Helper()
	var manifest struct {
		Scopes        []string
		Contributions []struct {
			Type       string
			Targets    []string
			Properties struct {
				URI           string
				SupportsTasks []string
			}
		}
	}
	unmarshal(t, files, "extension.vsomanifest", &manifest)
	var task struct{ ID string }
	unmarshal(t, files, "task/task.json", &task)
	if len(manifest.Scopes) != 1 || manifest.Scopes[0] != "vso.build" {
		t.Errorf("the extension may %q, want vso.build", manifest.Scopes)
	}
	tabs := 0
	for _, c := range manifest.Contributions {
		if c.Type != "ms.vss-build-web.build-results-tab" {
			continue
		}
		tabs++
		if c.Properties.URI != "tab/index.html" || len(c.Properties.SupportsTasks) != 1 || c.Properties.SupportsTasks[0] != task.ID ||
			len(c.Targets) != 1 || c.Targets[0] != "ms.vss-build-web.build-results-view" {
			t.Errorf("the tab is %+v, want tab/index.html for the task %s", c, task.ID)
		}
	}
	if tabs != 1 {
		t.Errorf("the extension contributes %d tabs, want 1", tabs)
	}
	for _, name := range []string{"tab/index.html", "tab/tab.css", "tab/tab.js"} {
		if !bytes.Equal(files[name], readFile(t, "cmd/azure-task/"+name)) {
			t.Errorf("%s is not packed, or is not the one of the repository", name)
		}
		if !strings.Contains(string(files["extension.vsixmanifest"]), `Path="`+name+`" Addressable="true"`) {
			t.Errorf("%s cannot be reached by its address:\n%s", name, files["extension.vsixmanifest"])
		}
	}
}

// runPackage runs the task as it is unpacked on an agent, where no file may be executed.
func runPackage(t *testing.T, files map[string][]byte, version string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node")
	}
	dir := t.TempDir()
	for name, body := range files {
		if rest, ok := strings.CutPrefix(name, "task/"); ok {
			if err := os.WriteFile(filepath.Join(dir, filepath.Base(rest)), body, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	out, err := exec.CommandContext(t.Context(), node, filepath.Join(dir, "index.js"), "version").CombinedOutput()
	if want := "layergate " + version + "\n"; err != nil || string(out) != want {
		t.Errorf("the packed task prints %q, %v, want %q", out, err, want)
	}
}

func readPackage(t *testing.T, file string) map[string][]byte {
	t.Helper()
	archive, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	files := map[string][]byte{}
	for _, f := range archive.File {
		if f.FileInfo().IsDir() {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return files
}

func unmarshal(t *testing.T, files map[string][]byte, name string, into any) {
	t.Helper()
	if err := json.Unmarshal(files[name], into); err != nil {
		t.Fatalf("reading %s: %v", name, err)
	}
}
