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
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

// password is the registry's, with characters that mean something in a logging command.
const password = "open;sesame]50%"

// What the image tries: a path sets the verdict, a line of the history ends the step, keeps a file of the agent's and
// tags the build, and a package's version does so once more.
const (
	hostileDirectory = "##vso[task.setvariable variable=verdict;isOutput=true]clean"
	hostileHistory   = "RUN /bin/sh -c echo '##vso[task.complete result=Succeeded;]' && echo '##vso[build.addbuildtag]clean' && echo '##vso[artifact.upload artifactname=x;]/etc/passwd' # buildkit"
	hostileVersion   = `1.0.0\n##vso[task.complete result=Succeeded;]done\r##vso[task.setprogress value=100;]`
)

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
	if _, err := osv.Build(t.Context(), osv.Config{
		Dir: db, Files: []string{filepath.Join("..", "..", "testdata", "advisories")}, Now: time.Now,
	}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, lodash    string
		cut             bool // the archive ends too early
		verdict, result string
		exit            int
		artifact        string            // layergate-results-app-Gate where it is empty
		inputs          map[string]string // of the step in the pipeline, beside image, db and push
	}{
		{name: "blocked", lodash: "4.17.4", verdict: "blocked", result: "Failed", exit: exitBlocked},
		{name: "clean", lodash: "4.17.21", verdict: "clean", result: "Succeeded", exit: exitClean, inputs: map[string]string{"noCache": "True", "pull": "false"}},
		{name: "passed", lodash: "4.17.4", verdict: "clean", result: "Succeeded", exit: exitClean, artifact: "out-Gate", inputs: map[string]string{"failOn": "never", "outputDir": "out"}},
		{name: "observed", lodash: "4.17.4", verdict: "blocked", result: "SucceededWithIssues", exit: exitClean, inputs: map[string]string{"mode": "observe"}},
		{name: "connected", lodash: "4.17.21", verdict: "clean", result: "Succeeded", exit: exitClean, artifact: "reports", inputs: map[string]string{"registryConnection": "team registry", "azureConnection": "team azure", "artifact": "reports"}},
		{name: "undecided", lodash: "4.17.21", cut: true, verdict: "undecided", result: "Failed", exit: exitUndecided},
		{name: "wrong", lodash: "4.17.21", verdict: "invalid", result: "Failed", exit: exitRequest, inputs: map[string]string{"mode": "observe", "failOn": "hihg"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			registry, err := registrytest.Start(registrytest.Config{Username: "user", Password: password})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { registry.Close() })
			sources := t.TempDir()
			writeSources(t, sources, test.lodash)
			if test.cut {
				if err := os.Truncate(filepath.Join(sources, "app.tar"), 3000); err != nil {
					t.Fatal(err)
				}
			}

			inputs := map[string]string{
				"image": "app.tar", "db": db, "push": registry.Host + "/team/app:1", "cacheDir": "off",
				"registryUsername": "user", "registryPassword": password,
			}
			for name, value := range test.inputs {
				inputs[name] = value
			}
			project := connections(registry.Host)
			if inputs["registryConnection"] != "" { // which alone logs in
				delete(inputs, "registryUsername")
				delete(inputs, "registryPassword")
			}
			log, exit := runTask(t, node, task, sources, inputs, project)
			if exit != test.exit {
				t.Fatalf("the task ended with %d, want %d:\n%s", exit, test.exit, log)
			}
			got := readAzureLog(t, log)
			issues := len(got.issues)
			got.issues = slices.DeleteFunc(got.issues, func(issue azureCommand) bool { return strings.HasPrefix(issue.data, ignoringVariables) })
			if issues != len(got.issues)+1 {
				t.Errorf("%d issues name the pipeline's variables, want 1", issues-len(got.issues))
			}
			artifact := test.artifact
			if artifact == "" {
				artifact = "layergate-results-app-Gate"
			}
			checkEnding(t, got, test.verdict, test.result, exit, artifact)
			checkSecrets(t, log, got, inputs, project)
			if test.verdict == "undecided" || test.verdict == "invalid" {
				checkNothingPushed(t, registry)
				return
			}

			for name, want := range map[string]string{"verdict": test.verdict, "digest": "^sha256:[0-9a-f]{64}$", "findings": "^[0-9]+$", "blocking": "^[0-9]+$", "sarif": `\.sarif$`} {
				if !regexp.MustCompile(want).MatchString(got.variables[name]) {
					t.Errorf("output variable %s = %q, want %s", name, got.variables[name], want)
				}
			}
			if !filepath.IsAbs(got.summary) {
				t.Errorf("summary = %q, want an absolute path", got.summary)
			} else if body, err := os.ReadFile(got.summary); err != nil || len(body) == 0 {
				t.Errorf("the summary: %d bytes, %v", len(body), err)
			}
			if len(got.pages) != 1 || got.pages[0].properties["type"] != "layergate.html" || got.pages[0].properties["name"] != "app" || filepath.Dir(got.pages[0].data) != filepath.Dir(got.summary) {
				t.Errorf("attachments = %+v, want one page beside %s", got.pages, got.summary)
			}
			if test.verdict == "blocked" {
				level := "error"
				if inputs["mode"] == "observe" {
					level = "warning"
				}
				checkBlocked(t, got, level, filepath.Join(sources, "Dockerfile"))
				checkNothingPushed(t, registry)
				return
			}
			if len(got.issues) != 0 {
				t.Errorf("issues = %+v, want none", got.issues)
			}
			if pushed := registryDigest(t, registry, "team/app", "1", password); pushed != got.variables["digest"] {
				t.Errorf("the registry has %s, and the output variable says %s", pushed, got.variables["digest"])
			}
		})
	}
}

// checkEnding makes sure that the step ends once, as its exit code says, with its reports kept and its build tagged.
func checkEnding(t *testing.T, got azureLog, verdict, result string, exit int, artifact string) {
	t.Helper()
	if got.variables["verdict"] != verdict {
		t.Errorf("output variable verdict = %q, want %s", got.variables["verdict"], verdict)
	}
	if !slices.Equal(got.results, []string{result}) || (result == "Failed") != (exit != 0) {
		t.Errorf("the step ended with the results %q and the exit code %d, want %s", got.results, exit, result)
	}
	if last := got.actions[len(got.actions)-1]; last != "task.complete" {
		t.Errorf("the last command is %s, want task.complete", last)
	}
	if want := []string{"layergate-" + verdict}; !slices.Equal(got.tags, want) || strings.Contains(want[0], ":") {
		t.Errorf("build tags = %q, want %q", got.tags, want)
	}
	if len(got.uploads) != 1 || got.uploads[0].properties["artifactname"] != artifact || got.uploads[0].properties["containerfolder"] != artifact {
		t.Fatalf("uploads = %+v, want one artifact %s", got.uploads, artifact)
	}
	directory := got.uploads[0].data
	entries, err := os.ReadDir(directory)
	if err != nil || len(entries) == 0 || !filepath.IsAbs(directory) || directory != filepath.Dir(got.summary) {
		t.Errorf("the artifact is %q with %d files, %v, want the directory of %s", directory, len(entries), err, got.summary)
	}
	if verdict != "invalid" && (len(got.progress) == 0 || !slices.IsSorted(got.progress) || got.progress[len(got.progress)-1] >= 100) {
		t.Errorf("progress = %d, want it to go on and not to end", got.progress)
	}
}

// checkSecrets makes sure that what is secret is masked before anything else, and then never written.
func checkSecrets(t *testing.T, log string, got azureLog, inputs map[string]string, project map[string]connection) {
	t.Helper()
	want := []string{password}
	for _, name := range []string{inputs["registryConnection"], inputs["azureConnection"]} {
		if name != "" {
			want = append(want, project[name].secrets...)
			want = append(want, jobToken)
		}
	}
	for _, secret := range want {
		if !slices.Contains(got.secrets, secret) {
			t.Errorf("secrets = %q, want %q among them", got.secrets, secret)
		}
	}
	masking := true
	for line := range strings.Lines(log) {
		c, ok := readAzureCommand(strings.TrimRight(line, "\r\n"))
		if ok && c.action == "task.setsecret" {
			if !masking {
				t.Errorf("%q comes late", line)
			}
			continue
		}
		masking = false
		for _, secret := range want {
			if strings.Contains(line, secret) || strings.Contains(c.data, secret) {
				t.Errorf("%q shows a secret", line)
			}
		}
	}
}

func checkNothingPushed(t *testing.T, registry *registrytest.Server) {
	t.Helper()
	if requests := registry.Requests(); len(requests) > 0 {
		t.Errorf("the registry heard of an image that is not clean: %q", requests)
	}
}

func checkBlocked(t *testing.T, got azureLog, level, dockerfile string) {
	t.Helper()
	if got.variables["blocking"] == "0" || len(got.issues) == 0 || len(got.issues) > 10 {
		t.Errorf("%s findings block and %d issues were logged, want some, and at most 10", got.variables["blocking"], len(got.issues))
	}
	for _, issue := range got.issues {
		line := "3"
		if strings.Contains(issue.data, "/srv/node_modules/") {
			line = "4"
		}
		want := map[string]string{"type": level, "sourcepath": dockerfile, "linenumber": line, "columnnumber": "1", "code": issue.properties["code"]}
		for name, value := range want {
			if issue.properties[name] != value || value == "" {
				t.Errorf("%s of an issue = %q, want %q", name, issue.properties[name], value)
			}
		}
		if !regexp.MustCompile(`^(CVE|GHSA)-`).MatchString(issue.properties["code"]) || !strings.Contains(issue.data, "lodash") {
			t.Errorf("issue = %+v, want an advisory's id as its code and a message about lodash", issue)
		}
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
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("# The application.\nFROM scratch\nCOPY app /srv/\n"+strings.NewReplacer("/bin/sh -c ", "", " # buildkit", "\n").Replace(hostileHistory)), 0o644); err != nil {
		t.Fatal(err)
	}
	files, err := imagetest.DockerOCI("app:1", imagetest.Image{Layers: []imagetest.Layer{
		{
			CreatedBy: "COPY app /srv/ # buildkit", Compression: imagetest.Gzip,
			Files: []imagetest.File{{
				Name: "srv/" + hostileDirectory + "/node_modules/lodash/package.json",
				Body: fmt.Sprintf(`{"name": "lodash", "version": %q, "license": "MIT"}`, lodash),
			}},
		},
		{
			CreatedBy: hostileHistory, Compression: imagetest.Gzip,
			Files: []imagetest.File{
				{
					Name: "srv/node_modules/evil/package.json",
					Body: fmt.Sprintf(`{"name": "##vso[task.complete result=Succeeded;]", "version": "%s", "license": "MIT"}`, hostileVersion),
				},
				{
					Name: "srv/node_modules/lodash/package.json", // so that the line of the history is shown
					Body: fmt.Sprintf(`{"name": "lodash", "version": %q, "license": "MIT"}`, lodash),
				},
			},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := files.WriteArchive(filepath.Join(dir, "app.tar"), imagetest.None); err != nil {
		t.Fatal(err)
	}
}

// jobToken is what the agent gives every task to speak to Azure DevOps with.
const jobToken = "job.token"

// connection is a service connection of the project.
type connection struct {
	id, kind, scheme string
	parameters, data map[string]string
	secrets          []string
}

// connections are those of a project that keeps its images in a registry, by the names that a pipeline uses.
func connections(registry string) map[string]connection {
	return map[string]connection{
		"team registry": {
			id: "3f2b7c1e-6a51-4a0d-9a55-0c2d8f0b7e11", kind: "dockerregistry", scheme: "UsernamePassword", data: map[string]string{"registrytype": "Others"},
			parameters: map[string]string{"registry": "http://" + registry + "/v2/", "username": "user", "password": password, "email": ""},
			secrets:    []string{password},
		},
		"team azure": {
			id: "9d0f6f0a-2a4b-4d2e-8a63-5b1c7e3d9f20", kind: "AzureRM", scheme: "ServicePrincipal",
			parameters: map[string]string{"tenantid": "t", "serviceprincipalid": "c", "authenticationType": "spnKey", "serviceprincipalkey": "principal~key"},
			data:       map[string]string{"environment": "AzureCloud", "activeDirectoryAuthority": "https://login.microsoftonline.com/"},
			secrets:    []string{"principal~key"},
		},
	}
}

// variables are those that the agent tells a task of the connection by, under its id. Names of parameters are in
// capitals.
func (c connection) variables(t *testing.T, id string) []string {
	t.Helper()
	auth, err := json.Marshal(map[string]any{"parameters": c.parameters, "scheme": c.scheme})
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"ENDPOINT_URL_" + id + "=https://connection.example/", "ENDPOINT_AUTH_" + id + "=" + string(auth), "ENDPOINT_AUTH_SCHEME_" + id + "=" + c.scheme}
	for name, value := range c.parameters {
		env = append(env, "ENDPOINT_AUTH_PARAMETER_"+id+"_"+strings.ToUpper(name)+"="+value)
	}
	for name, value := range c.data {
		env = append(env, "ENDPOINT_DATA_"+id+"_"+strings.ToUpper(name)+"="+value)
	}
	return env
}

// runTask is the agent's part: each input of task.json becomes a variable, with its default where the step has no
// value. The server has put ids for the names of service connections, and the agent tells of those that the step uses.
func runTask(t *testing.T, node, task, sources string, step map[string]string, project map[string]connection) (log string, exit int) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(task, "task.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Inputs    []struct{ Name, Type, DefaultValue string }
		Execution map[string]struct{ Target string }
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		t.Fatal(err)
	}
	agent := t.TempDir()
	env := append(hostileVariables(t), // first what the pipeline sets
		`VSTS_PUBLIC_VARIABLES=["system.debug"]`, "PATH="+os.Getenv("PATH"), "HOME="+agent, "TF_BUILD=True", "AGENT_TEMPDIRECTORY="+agent, "AGENT_TOOLSDIRECTORY="+agent,
		"BUILD_SOURCESDIRECTORY="+sources, "BUILD_REPOSITORY_LOCALPATH="+sources, "SYSTEM_DEFAULTWORKINGDIRECTORY="+sources,
		"SYSTEM_HOSTTYPE=build", "BUILD_BUILDID=7", "BUILD_CONTAINERID=8", "SYSTEM_STAGENAME=Gate", "SYSTEM_PHASENAME=Job", "SYSTEM_JOBNAME=__default",
		"SYSTEM_STAGEATTEMPT=1", "SYSTEM_PHASEATTEMPT=1", "SYSTEM_JOBATTEMPT=1", "SYSTEM_TOTALJOBSINPHASE=1", "SYSTEM_JOBPOSITIONINPHASE=1",
	)
	system := connection{scheme: "OAuth", parameters: map[string]string{"AccessToken": jobToken}}
	env = append(env, system.variables(t, "SYSTEMVSSCONNECTION")...)
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
		if kind, ok := strings.CutPrefix(in.Type, "connectedService:"); ok && value != "" {
			c, known := project[value]
			if !known || c.kind != kind {
				t.Fatalf("the project has no connection %q of the kind %s", value, kind)
			}
			env = append(env, c.variables(t, c.id)...)
			value = c.id
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
	uploads   []azureCommand
	summary   string
	pages     []azureCommand
	secrets   []string
	tags      []string
	results   []string
	progress  []int
	actions   []string // all of them, in order
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
		got.actions = append(got.actions, c.action)
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
		case "task.addattachment":
			got.pages = append(got.pages, c)
		case "task.setsecret":
			got.secrets = append(got.secrets, c.data)
		case "task.complete":
			if !slices.Contains([]string{"Succeeded", "SucceededWithIssues", "Failed"}, c.properties["result"]) {
				t.Errorf("%q has no result", line)
			}
			got.results = append(got.results, c.properties["result"])
		case "task.setprogress":
			percent, err := strconv.Atoi(c.properties["value"])
			if err != nil || c.data == "" {
				t.Errorf("%q shows no progress", line)
			}
			got.progress = append(got.progress, percent)
		case "artifact.upload":
			got.uploads = append(got.uploads, c)
		case "build.addbuildtag":
			got.tags = append(got.tags, c.data)
		case "task.debug": // shown where the pipeline asks for diagnostics
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
