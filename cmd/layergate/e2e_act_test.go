//go:build e2e

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registrytest"
)

const (
	workspaceUser = 1001 // the user of GitHub's runners
	pushedCommit  = "0123456789abcdef0123456789abcdef01234567"
	actPassword   = "open;sesame]50%"
)

// standInActions take the place of actions that a machine that tests cannot fetch, in whatever version a workflow uses
// them. They are given what those would be given, and fail where those would.
var standInActions = map[string]string{
	"github/codeql-action/upload-sarif": `
inputs: {sarif_file: {required: true}}
runs:
  using: composite
  steps:
    - run: cp "$FILE" uploaded.sarif
      env: {FILE: "${{ inputs.sarif_file }}"}
      shell: sh
`,
	"docker/setup-qemu-action": `
inputs: {cache-image: {}}
runs:
  using: composite
  steps:
    - run: "true"
      shell: sh
`,
	"docker/setup-buildx-action": `
inputs: {cache-binary: {}}
runs:
  using: composite
  steps:
    - run: "true"
      shell: sh
`,
	// The archive is beside the action.
	"docker/build-push-action": `
inputs: {context: {required: true}, platforms: {}, outputs: {}}
runs:
  using: composite
  steps:
    - run: test "$CONTEXT" = . && test "$PLATFORMS" = linux/amd64,linux/arm64 && test "$OUTPUTS" = type=oci,dest=app.tar && cp "$GITHUB_ACTION_PATH/app.tar" .
      env: {CONTEXT: "${{ inputs.context }}", PLATFORMS: "${{ inputs.platforms }}", OUTPUTS: "${{ inputs.outputs }}"}
      shell: sh
`,
}

// TestActExamples runs workflows of the examples as GitHub does, with a runner that others wrote: act builds the
// action from this repository's Dockerfile, starts it as a container, and reads what it says. Nothing of the workflows
// is changed but the registry, which is one on loopback that demands the user and the password, and the update server.
func TestActExamples(t *testing.T) {
	needDocker(t, "act")
	if err := errors.Join(runner(), compiler()); err != nil {
		t.Fatal(err)
	}
	action, updates := checkOut(t), updateServer(t)
	for _, workflow := range []struct {
		file    string
		uploads bool     // the SARIF file
		tags    []string // that a clean image gets
	}{
		{file: "build-and-gate.yml", uploads: true, tags: []string{pushedCommit}},
		{file: "build-push-action.yml", tags: []string{"v1.2", "latest"}},
	} {
		for _, test := range []struct{ verdict, lodash string }{{"blocked", "4.17.4"}, {"clean", "4.17.21"}} {
			t.Run(strings.TrimSuffix(workflow.file, ".yml")+"/"+test.verdict, func(t *testing.T) {
				registry, err := registrytest.Start(registrytest.Config{Username: "user", Password: actPassword})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { registry.Close() })
				run := runAct(t, actJob{
					workflow: workflow.file, lodash: test.lodash, registry: registry.Host,
					actions: map[string]string{"layergate/layergate": action},
					updates: updates,
				})
				var failed []string
				if test.verdict == "blocked" {
					failed = []string{"layergate/layergate"}
				}
				if run.outputs["verdict"] != test.verdict || !slices.Equal(run.failed, failed) || (run.ended != nil) != (failed != nil) {
					t.Fatalf("outputs = %q, failed = %q and act ended with %v, want the verdict %s and %q; the log:\n%s",
						run.outputs, run.failed, run.ended, test.verdict, failed, run.log)
				}
				annotations := len(run.annotations)
				run.annotations = slices.DeleteFunc(run.annotations, func(a actAnnotation) bool { return strings.HasPrefix(a.message, ignoringVariables) })
				if annotations != len(run.annotations)+1 {
					t.Errorf("%d annotations name the workflow's variables, want 1", annotations-len(run.annotations))
				}
				checkRun(t, run)
				if workflow.uploads {
					checkUpload(t, run)
				}
				if test.verdict == "blocked" {
					checkBlockedRun(t, run)
					if requests := registry.Requests(); len(requests) > 0 {
						t.Errorf("the registry heard of a blocked image: %q", requests)
					}
					return
				}
				if len(run.annotations) > 0 || run.outputs["blocking"] != "0" {
					t.Errorf("annotations = %v and outputs = %q, want nothing that blocks", run.annotations, run.outputs)
				}
				for _, tag := range workflow.tags {
					if pushed := registryDigest(t, registry, "team/app", tag, actPassword); pushed != run.outputs["digest"] {
						t.Errorf("the registry has %s as %s, and the output says %s", pushed, tag, run.outputs["digest"])
					}
				}
			})
		}
	}
}

// checkRun checks what every run with a verdict leaves behind.
func checkRun(t *testing.T, run actRun) {
	t.Helper()
	digest := "^sha256:[0-9a-f]{64}$"
	if run.outputs["verdict"] == "blocked" {
		digest = "^(sha256:[0-9a-f]{64})?$" // a daemon that keeps no manifests gives none, and what is blocked gets none
	}
	for name, want := range map[string]string{"digest": digest, "findings": "^[0-9]+$", "blocking": "^[0-9]+$", "reports": `^layergate-results/(image|app)$`, "sarif": `^layergate-results/(image|app)/layergate\.sarif$`} {
		if !regexp.MustCompile(want).MatchString(run.outputs[name]) {
			t.Errorf("the output %s = %q, want %s", name, run.outputs[name], want)
		}
	}
	if !strings.Contains(strings.ToLower(run.summary), run.outputs["verdict"]) {
		t.Errorf("the summary does not say %s:\n%s", run.outputs["verdict"], run.summary)
	}
	if strings.Contains(run.log, actPassword) {
		t.Errorf("the log shows the password:\n%s", run.log)
	}
	files := 0
	err := filepath.WalkDir(filepath.Join(run.workspace, "layergate-results"), func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		files++
		if uid, gid, _ := owner(info); uid != workspaceUser || gid != workspaceUser {
			t.Errorf("%s belongs to %d:%d, want %d, whose the workspace is", file, uid, gid, workspaceUser)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if files < 5 {
		t.Errorf("%d files were written to the workspace, want all reports", files)
	}
}

func checkBlockedRun(t *testing.T, run actRun) {
	t.Helper()
	if len(run.annotations) == 0 || len(run.annotations) > 10 || run.outputs["blocking"] == "0" {
		t.Errorf("%d annotations and %s findings that block, want some, and at most 10 annotations", len(run.annotations), run.outputs["blocking"])
	}
	for _, a := range run.annotations {
		if a.properties["file"] != "Dockerfile" || a.properties["line"] != "3" || !strings.Contains(a.properties["title"]+a.message, "lodash") {
			t.Errorf("annotation = %q, want one on line 3 of the Dockerfile about lodash", a)
		}
	}
}

// checkUpload checks what code scanning is given: the findings, or none, which closes alerts.
func checkUpload(t *testing.T, run actRun) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(run.workspace, "uploaded.sarif"))
	if err != nil {
		t.Fatal(err)
	}
	var log struct {
		Runs []struct {
			Results           []json.RawMessage
			AutomationDetails struct{ ID string }
		}
	}
	if err := json.Unmarshal(raw, &log); err != nil || len(log.Runs) != 1 {
		t.Fatalf("reading the uploaded SARIF file: %v\n%s", err, raw)
	}
	if results := log.Runs[0].Results; results == nil || len(results) == 0 != (run.outputs["verdict"] == "clean") {
		t.Errorf("%d results were uploaded of a %s image", len(results), run.outputs["verdict"])
	}
	if id := log.Runs[0].AutomationDetails.ID; id != "layergate/image/" {
		t.Errorf("the uploaded SARIF file has the category %q, want one after the image", id)
	}
}

// actJob is a workflow to run.
type actJob struct {
	workflow, lodash, registry string
	actions                    map[string]string // directories of actions by name
	updates                    string            // address of the update server
}

// actRun is what came of it.
type actRun struct {
	workspace   string
	ended       error
	failed      []string          // the actions that failed, without their refs
	outputs     map[string]string // of the gate's step
	annotations []actAnnotation
	summary     string
	log         string // what a person sees
}

type actAnnotation struct {
	properties map[string]string
	message    string
}

// runAct has act run a workflow of the examples on a project of its own.
func runAct(t *testing.T, job actJob) actRun {
	t.Helper()
	workspace, home := t.TempDir(), t.TempDir()
	writeFile := func(name string, content []byte) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, content, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	const dockerfile = "# The application.\nFROM scratch\nCOPY app /srv/\nUSER 65532:65532\nHEALTHCHECK CMD [\"/srv/app\", \"--health\"]\n"
	lodash := fmt.Sprintf(`{"name": "lodash", "version": %q, "license": "MIT"}`, job.lodash)
	example, err := os.ReadFile(filepath.Join(repository, "examples", "github", job.workflow))
	if err != nil {
		t.Fatal(err)
	}
	workflow := filepath.Join(workspace, ".github", "workflows", job.workflow)
	example = bytes.ReplaceAll(example, []byte("registry.example"), []byte(job.registry))
	const push = "\n          push:" // an input of the gate's step, before which another is put
	if bytes.Count(example, []byte(push)) != 1 {
		t.Fatalf("%s does not have the input push once", job.workflow)
	}
	writeFile(workflow, bytes.ReplaceAll(example, []byte(push), []byte("\n          db-url: "+job.updates+push)))
	writeFile(filepath.Join(workspace, "Dockerfile"), []byte(dockerfile))
	writeFile(filepath.Join(workspace, "app", "node_modules", "lodash", "package.json"), []byte(lodash))
	if err := filepath.WalkDir(workspace, func(file string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(file, workspaceUser, workspaceUser))
	}); err != nil {
		t.Fatal(err)
	}
	event := filepath.Join(home, "event.json")
	writeFile(event, []byte(`{"ref": "refs/tags/v1.2", "after": "`+pushedCommit+`", "deleted": false}`))
	writeFile(filepath.Join(home, "act", "actrc"), nil) // without it act asks which image it may download

	args := []string{
		"push", "--json", "--bind", "--rm", "--pull=false", "--no-cache-server", "--directory", workspace, "--workflows", workflow,
		"--eventpath", event, "--platform", "ubuntu-latest=" + runnerImage,
		"--secret", "REGISTRY_USERNAME=user", "--secret", "REGISTRY_PASSWORD=" + actPassword,
	}
	for _, variable := range hostileVariables(t) { // as a step before the gate could set them; others would stop act itself
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "GRYPE_") || strings.HasPrefix(name, "LAYERGATE_") || strings.HasPrefix(name, "AZURE_") || name == "SSL_CERT_FILE" || name == "DOCKER_CONFIG" {
			args = append(args, "--env", variable)
		}
	}
	for name, directory := range job.actions {
		if repository, _, ok := usedAs(example, name); ok {
			args = append(args, "--local-repository", repository+"="+directory)
		}
	}
	for name, manifest := range standInActions {
		repository, below, ok := usedAs(example, name)
		if !ok {
			continue
		}
		directory := filepath.Join(home, name, below)
		writeFile(filepath.Join(directory, "action.yml"), []byte("name: "+name+manifest))
		if name == "docker/build-push-action" {
			writeArchive(t, filepath.Join(directory, "app.tar"), "srv/node_modules/lodash/package.json", lodash)
		}
		args = append(args, "--local-repository", repository+"="+filepath.Join(home, name))
	}

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "act", args...)
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home)
	out, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	run := readActLog(string(out))
	run.workspace, run.ended = workspace, err
	return run
}

// usedAs returns the repository of an action, OWNER/NAME/DIRECTORY, with the ref that a workflow uses it by, and the directory
// in it; false where the workflow does not use it.
func usedAs(workflow []byte, action string) (repository, directory string, ok bool) {
	m := regexp.MustCompile(`uses: ` + regexp.QuoteMeta(action) + `@(\S+)`).FindSubmatch(workflow)
	if m == nil {
		return "", "", false
	}
	owner, rest, _ := strings.Cut(action, "/")
	name, directory, _ := strings.Cut(rest, "/")
	return owner + "/" + name + "@" + string(m[1]), directory, true
}

// readActLog reads what act made of the commands that the gate's step gave it.
func readActLog(log string) actRun {
	run := actRun{outputs: map[string]string{}}
	for line := range strings.Lines(log) {
		var entry struct {
			Msg, Step, StepResult, Command, Name, Arg, Content string
			KvPairs                                            map[string]string
		}
		if json.Unmarshal([]byte(line), &entry) != nil {
			entry.Msg = line
		}
		run.log += strings.TrimSuffix(entry.Msg, "\n") + "\n"
		if entry.StepResult == "failure" {
			action, _, _ := strings.Cut(entry.Step, "@")
			run.failed = append(run.failed, action)
		}
		switch entry.Command {
		case "error", "warning", "notice":
			run.annotations = append(run.annotations, actAnnotation{entry.KvPairs, entry.Arg})
		case "set-output":
			run.outputs[entry.Name] = entry.Arg
		case "summary":
			run.summary += entry.Content
		}
	}
	return run
}

// checkout copies this repository as act would fetch it. The compiler's image is the only thing that is changed: an
// action is built without build arguments, and its default cannot be pulled.
func checkOut(t *testing.T) string {
	t.Helper()
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = repository
	names, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimRight(string(names), "\x00"), "\x00") {
		from, to := filepath.Join(repository, name), filepath.Join(dir, name)
		content, err := os.ReadFile(from)
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted, and not yet committed
		}
		if name == "Dockerfile" {
			arg := regexp.MustCompile(`(?m)^ARG GO_IMAGE=.*$`)
			if len(arg.FindAll(content, -1)) != 1 {
				t.Fatal("the Dockerfile does not have the build argument GO_IMAGE once")
			}
			content = arg.ReplaceAllLiteral(content, []byte("ARG GO_IMAGE="+goImage))
		}
		if err := errors.Join(err, os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, content, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// writeArchive writes what docker/build-push-action does: an index of two platforms, with the layer of a COPY.
func writeArchive(t *testing.T, path, name, content string) {
	t.Helper()
	var entry imagetest.Entry
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		entry.Images = append(entry.Images, imagetest.Image{Platform: platform, Layers: []imagetest.Layer{{
			CreatedBy: "COPY app /srv/ # buildkit", Compression: imagetest.Gzip,
			Files: []imagetest.File{{Name: name, Body: content}, {Name: "srv/platform", Body: platform}},
		}}})
	}
	files, err := imagetest.OCI(entry)
	if err != nil {
		t.Fatal(err)
	}
	if err := files.WriteArchive(path, imagetest.None); err != nil {
		t.Fatal(err)
	}
}
