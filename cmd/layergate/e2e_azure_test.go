//go:build e2e

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	"github.com/layergate/layergate/pkg/vulndb"
)

// hostileFolder is part of a path in the image: it tries to set the verdict.
const hostileFolder = "##vso[task.setvariable variable=verdict;isOutput=true]clean"

// TestAzureTask drives the task as the agent does: from the inputs of task.json to the environment of the launcher, and
// from the lines of its output to what the agent makes of them.
func TestAzureTask(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node")
	}
	task := packTask(t)
	db := filepath.Join(t.TempDir(), "db")
	if _, err := vulndb.Build(t.Context(), vulndb.BuildConfig{
		Dir: db, Files: []string{filepath.Join("..", "..", "testdata", "advisories")}, Now: time.Now,
	}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, lodash, verdict string
		exit                  int
		inputs                map[string]string // of the step in the pipeline, beside image, db and push
	}{
		{name: "blocked", lodash: "4.17.4", verdict: "blocked", exit: exitBlocked},
		{name: "clean", lodash: "4.17.21", verdict: "clean", exit: exitClean, inputs: map[string]string{"noCache": "True", "pull": "false"}},
		{name: "passed", lodash: "4.17.4", verdict: "clean", exit: exitClean, inputs: map[string]string{"failOn": "never", "outputDir": "out"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry, err := registrytest.Start(registrytest.Config{Username: "user", Password: "open;sesame]50%"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { registry.Close() })
			sources := t.TempDir()
			writeSources(t, sources, test.lodash)

			inputs := map[string]string{
				"image": "app.tar", "db": db, "push": registry.Host + "/team/app:1", "cacheDir": "off",
				"registryUsername": "user", "registryPassword": "open;sesame]50%",
			}
			for name, value := range test.inputs {
				inputs[name] = value
			}
			log, exit := runTask(t, node, task, sources, inputs)
			if exit != test.exit {
				t.Fatalf("the task ended with %d, want %d:\n%s", exit, test.exit, log)
			}
			got := readAzureLog(t, log)

			for name, want := range map[string]string{"verdict": test.verdict, "digest": "^sha256:[0-9a-f]{64}$", "findings": "^[0-9]+$", "blocking": "^[0-9]+$", "sarif": `\.sarif$`} {
				if !regexp.MustCompile(want).MatchString(got.variables[name]) {
					t.Errorf("output variable %s = %q, want %s", name, got.variables[name], want)
				}
			}
			if !slices.Contains(got.secrets, inputs["registryPassword"]) {
				t.Errorf("secrets = %q, want the registry's password among them", got.secrets)
			}
			if !filepath.IsAbs(got.summary) {
				t.Errorf("summary = %q, want an absolute path", got.summary)
			} else if body, err := os.ReadFile(got.summary); err != nil || len(body) == 0 {
				t.Errorf("the summary: %d bytes, %v", len(body), err)
			}
			if test.verdict == "blocked" {
				checkBlocked(t, got, filepath.Join(sources, "Dockerfile"), registry)
				return
			}
			if len(got.issues) != 0 {
				t.Errorf("issues = %+v, want none", got.issues)
			}
			if pushed := registryDigest(t, registry, "team/app", "1", inputs["registryPassword"]); pushed != got.variables["digest"] {
				t.Errorf("the registry has %s, and the output variable says %s", pushed, got.variables["digest"])
			}
		})
	}
}

func checkBlocked(t *testing.T, got azureLog, dockerfile string, registry *registrytest.Server) {
	t.Helper()
	if got.variables["blocking"] == "0" || len(got.issues) == 0 || len(got.issues) > 10 {
		t.Errorf("%s findings block and %d issues were logged, want some, and at most 10", got.variables["blocking"], len(got.issues))
	}
	for _, issue := range got.issues {
		want := map[string]string{"type": "error", "sourcepath": dockerfile, "linenumber": "3", "columnnumber": "1", "code": issue.properties["code"]}
		for name, value := range want {
			if issue.properties[name] != value || value == "" {
				t.Errorf("%s of an issue = %q, want %q", name, issue.properties[name], value)
			}
		}
		if !regexp.MustCompile(`^(CVE|GHSA)-`).MatchString(issue.properties["code"]) || !strings.Contains(issue.data, "lodash") {
			t.Errorf("issue = %+v, want an advisory's id as its code and a message about lodash", issue)
		}
	}
	if requests := registry.Requests(); len(requests) > 0 {
		t.Errorf("the registry heard of a blocked image: %q", requests)
	}
}

// packTask lays the task out as its package does.
func packTask(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for from, to := range map[string]string{"task.json": "task.json", "cmd/azure-task/index.js": "index.js"} {
		body, err := os.ReadFile(filepath.Join("..", "..", from))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to), body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "layergate"), ".").CombinedOutput(); err != nil {
		t.Fatalf("building the command: %v\n%s", err, out)
	}
	return dir
}

// writeSources is what a job checked out and built: a Dockerfile and the archive of its image.
func writeSources(t *testing.T, dir, lodash string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("# The application.\nFROM scratch\nCOPY app /srv/\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	files, err := imagetest.DockerOCI("app:1", imagetest.Image{Layers: []imagetest.Layer{{
		CreatedBy: "COPY app /srv/ # buildkit", Compression: imagetest.Gzip,
		Files: []imagetest.File{{
			Name: "srv/" + hostileFolder + "/node_modules/lodash/package.json",
			Body: fmt.Sprintf(`{"name": "lodash", "version": %q, "license": "MIT"}`, lodash),
		}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := files.WriteArchive(filepath.Join(dir, "app.tar"), imagetest.None); err != nil {
		t.Fatal(err)
	}
}

// runTask is the agent's part: each input of task.json becomes a variable, with its default where the step has no value.
func runTask(t *testing.T, node, task, sources string, step map[string]string) (log string, exit int) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(task, "task.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Inputs    []struct{ Name, DefaultValue string }
		Execution map[string]struct{ Target string }
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		t.Fatal(err)
	}
	agent := t.TempDir()
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + agent, "TF_BUILD=True", "AGENT_TEMPDIRECTORY=" + agent, "AGENT_TOOLSDIRECTORY=" + agent,
		"BUILD_SOURCESDIRECTORY=" + sources, "BUILD_REPOSITORY_LOCALPATH=" + sources, "SYSTEM_DEFAULTWORKINGDIRECTORY=" + sources,
	}
	known := map[string]bool{}
	for _, in := range manifest.Inputs {
		if !regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`).MatchString(in.Name) {
			t.Errorf("the agent does not take an input named %q", in.Name)
		}
		known[in.Name] = true
		value, given := step[in.Name]
		if !given {
			value = in.DefaultValue
		}
		env = append(env, "INPUT_"+strings.ToUpper(strings.NewReplacer(".", "_", " ", "_").Replace(in.Name))+"="+value)
	}
	for name := range step {
		if !known[name] {
			t.Errorf("task.json has no input %q", name)
		}
	}

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, filepath.Join(task, manifest.Execution["Node20_1"].Target))
	cmd.Dir, cmd.Env = sources, env
	var out bytes.Buffer // the agent reads commands from both streams
	cmd.Stdout, cmd.Stderr = &out, &out
	var ended *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// azureLog is what the agent reads out of a task's output.
type azureLog struct {
	variables map[string]string // the output variables
	issues    []azureCommand
	summary   string
	secrets   []string
}

type azureCommand struct {
	action     string
	properties map[string]string
	data       string
}

// readAzureLog reads the commands of a log, wherever in a line they begin, and refuses what an agent would choke on.
func readAzureLog(t *testing.T, log string) azureLog {
	t.Helper()
	got := azureLog{variables: map[string]string{}}
	for line := range strings.Lines(log) {
		c, ok := readAzureCommand(strings.TrimRight(line, "\r\n"))
		if !ok {
			continue
		}
		switch c.action {
		case "task.logissue":
			if kind := c.properties["type"]; kind != "error" && kind != "warning" {
				t.Errorf("issue of the type %q in %q", kind, line)
			}
			got.issues = append(got.issues, c)
		case "task.setvariable":
			name := c.properties["variable"]
			if _, twice := got.variables[name]; twice || name == "" || c.properties["isOutput"] != "true" {
				t.Errorf("%q sets no output variable, or one for the second time", line)
			}
			got.variables[name] = c.data
		case "task.uploadsummary":
			got.summary = c.data
		case "task.setsecret":
			got.secrets = append(got.secrets, c.data)
		case "task.complete":
			if !slices.Contains([]string{"Succeeded", "SucceededWithIssues", "Failed"}, c.properties["result"]) {
				t.Errorf("%q has no result", line)
			}
		case "task.setprogress", "task.addattachment", "artifact.upload", "build.addbuildtag":
		default:
			t.Errorf("unknown command %q in %q", c.action, line)
		}
	}
	return got
}

// readAzureCommand reads ##vso[area.action name=value;…]data.
func readAzureCommand(line string) (azureCommand, bool) {
	const prefix = "##vso["
	begin := strings.Index(strings.ToLower(line), prefix)
	if begin < 0 {
		return azureCommand{}, false
	}
	head, data, closed := strings.Cut(line[begin+len(prefix):], "]")
	if !closed {
		return azureCommand{}, false
	}
	unescape := func(s string) string {
		for _, code := range [][2]string{{"%3B", ";"}, {"%0D", "\r"}, {"%0A", "\n"}, {"%5D", "]"}, {"%AZP25", "%"}} {
			s = strings.ReplaceAll(s, code[0], code[1])
		}
		return s
	}
	action, list, _ := strings.Cut(head, " ")
	c := azureCommand{action: strings.ToLower(action), properties: map[string]string{}, data: unescape(data)}
	for pair := range strings.SplitSeq(list, ";") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			c.properties[strings.TrimSpace(name)] = unescape(value)
		}
	}
	return c, true
}

// registryDigest computes the digest of the manifest that the registry has under a tag.
func registryDigest(t *testing.T, registry *registrytest.Server, repository, tag, password string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://%s/v2/%s/manifests/%s", registry.Host, repository, tag), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("user", password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("reading the manifest: %s, %v", resp.Status, err)
	}
	return imagetest.Digest(body).String()
}
