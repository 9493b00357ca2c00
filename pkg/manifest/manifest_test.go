package manifest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/workload"
)

// fakeReader reads files that contain a word, and refuses those that contain "broken".
func fakeReader(word string, platforms ...workload.Platform) reader {
	return reader{
		platforms: platforms,
		recognize: func(data []byte) bool { return bytes.Contains(data, []byte(word)) },
		read: func(name string, data []byte, opt workload.Options) (*workload.File, error) {
			if bytes.Contains(data, []byte("broken")) {
				return nil, fault.Request(fmt.Errorf("%s:1: broken", name), "mend it")
			}
			return &workload.File{Name: name, Documents: 1, Skipped: bytes.Count(data, []byte("other")), Workloads: []workload.Workload{{Platform: opt.Platform}}}, nil
		},
	}
}

func fakes() []reader {
	return []reader{fakeReader("kind:", workload.Kubernetes), fakeReader("services:", workload.Compose, workload.Swarm)}
}

// project writes files below a directory; a name that ends with -> makes a link to what stands behind it.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		name, link := strings.CutSuffix(name, "->")
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		err := error(nil)
		if link {
			err = os.Symlink(filepath.FromSlash(content), path)
		} else {
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// summary is what a set holds: the files with their platforms, how many were passed over, and the warnings.
func summary(s *Set) []string {
	var out []string
	for _, f := range s.Files {
		out = append(out, fmt.Sprintf("%s %s", f.Name, f.Platform))
	}
	out = append(out, fmt.Sprint("skipped ", s.Skipped))
	return append(out, s.Warnings...)
}

func TestRead(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"deploy/web.yaml":                 "kind: Deployment\n",
		"deploy/api/app.YML":              "kind: Deployment\n---\nother\n",
		"deploy/app.json":                 `{"kind:": 1}`,
		"deploy/values.yaml":              "replicas: 2\n",
		"deploy/notes.txt":                "kind: of a note\n",
		"deploy/.hidden/x.yaml":           "kind: Deployment\n",
		"deploy/node_modules/a/x.yaml":    "kind: Deployment\n",
		"deploy/large.yaml":               "a: " + strings.Repeat("x", maxFile),
		"deploy/out.yaml->":               "../elsewhere.yaml",
		"deploy/dir.yaml/.keep":           "",
		"elsewhere.yaml":                  "kind: Pod\n",
		"compose.yaml":                    "services: {}\n",
		"merged/compose.yml":              "services: {}\n",
		"merged/compose.override.yaml":    "services: {}\n",
		"merged/prod.yml":                 "services: {}\n",
		"overlay/pod.yaml":                "kind: Pod\n",
		"overlay/job.yaml":                "kind: Job\n",
		"overlay/kustomization.yml":       "resources: [pod.yaml]\n",
		"chart/templates/deployment.yaml": "kind: Deployment\nmetadata:\n  name: {{ .Values.name }}\nbroken\n",
	}
	root := project(t, files)
	tests := []struct {
		name     string
		paths    []string // below root, but for -
		platform workload.Platform
		stdin    string
		want     []string
	}{
		{
			name: "directory", paths: []string{"deploy"},
			want: []string{
				"deploy/api/app.YML kubernetes", "deploy/app.json kubernetes", "deploy/web.yaml kubernetes", "skipped 3",
				"deploy/api/app.YML: documents that are nothing of kubernetes, and were passed over: 1",
				"deploy/out.yaml is a link, which is not followed: name it to have it checked",
			},
		},
		{name: "file that is named and in its directory", paths: []string{"deploy/web.yaml", "deploy/api", "deploy/api/app.YML"}, want: []string{"deploy/api/app.YML kubernetes", "deploy/web.yaml kubernetes", "skipped 1", "deploy/api/app.YML: documents that are nothing of kubernetes, and were passed over: 1"}},
		{name: "Compose file", paths: []string{"compose.yaml"}, want: []string{"compose.yaml compose", "skipped 0"}},
		{name: "what Compose merges", paths: []string{"merged/compose.yml"}, want: []string{
			"merged/compose.yml compose", "skipped 0", "merged/compose.override.yaml is merged into merged/compose.yml by docker compose, unless it is told its files, and was not read: name it, too",
		}},
		{name: "what Compose merges, and was read", paths: []string{"merged/compose.yml", "merged/compose.override.yaml"}, want: []string{"merged/compose.override.yaml compose", "merged/compose.yml compose", "skipped 0"}},
		{name: "what Compose merges into no other", paths: []string{"merged/prod.yml"}, want: []string{"merged/prod.yml compose", "skipped 0"}},
		{name: "what Kustomize changes", paths: []string{"overlay/pod.yaml", "overlay/job.yaml"}, want: []string{
			"overlay/job.yaml kubernetes", "overlay/pod.yaml kubernetes", "skipped 0", "overlay/kustomization.yml is input of Kustomize, whose images and patches are not applied here: check what kustomize build writes",
		}},
		{name: "Compose file for Swarm", paths: []string{"compose.yaml"}, platform: workload.Swarm, want: []string{"compose.yaml swarm", "skipped 0"}},
		{name: "only those of a platform", paths: []string{"compose.yaml", "deploy/api"}, platform: workload.Compose, want: []string{"compose.yaml compose", "skipped 1"}},
		{name: "a platform for what is not recognized", paths: []string{"deploy/values.yaml"}, platform: workload.Compose, want: []string{"deploy/values.yaml compose", "skipped 0"}},
		{name: "link that is named", paths: []string{"deploy/out.yaml"}, want: []string{"deploy/out.yaml kubernetes", "skipped 0"}},
		{name: "standard input", paths: []string{Pipe}, stdin: "kind: Pod\n", want: []string{"- kubernetes", "skipped 0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := read(config(root, tt.platform, tt.stdin, tt.paths...), fakes())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, summary(got)); diff != "" {
				t.Errorf("read(%q) (-want +got):\n%s", tt.paths, diff)
			}
			for _, f := range got.Files {
				if !strings.HasPrefix(f.Digest, "sha256:") || len(f.Digest) != len("sha256:")+64 {
					t.Errorf("%s has the digest %q", f.Name, f.Digest)
				}
			}
		})
	}
}

// What is taken for one of a platform by the caller's word has to hold something of it.
func TestReadNothingOfThePlatform(t *testing.T) {
	t.Parallel()
	for _, stdin := range []string{"", "Error: INSTALLATION FAILED\n", "services: {}\n"} {
		_, err := Read(config(t.TempDir(), workload.Kubernetes, stdin, Pipe))
		if !fault.IsRequest(err) || !strings.Contains(err.Error(), "holds nothing of kubernetes") {
			t.Errorf("Read(%q) = %v, want a wrong request", stdin, err)
		}
	}
}

// An empty list is what a command writes that asked for the wrong thing, and nothing of it is clean.
func TestReadNothing(t *testing.T) {
	t.Parallel()
	const pod = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[]}}`
	for text, want := range map[string]string{
		`{"apiVersion":"v1","kind":"List","items":[]}`:                                                   "holds nothing of kubernetes",
		`{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"PodList","items":[]}]}`:    "holds nothing of kubernetes",
		"apiVersion: apps/v1\nkind: DeploymentList\nitems: []\n":                                         "holds nothing of kubernetes",
		`{"apiVersion":"v1","kind":"List"}`:                                                              "an answer of Kubernetes without objects",
		`{"apiVersion":"apps/v1","kind":"DeploymentList","items":null}`:                                  "an answer of Kubernetes without objects",
		`{"apiVersion":"v1","kind":"Status","status":"Failure","message":"forbidden"}`:                   "an answer of Kubernetes without objects",
		`{"apiVersion":"meta.k8s.io/v1","kind":"Table","rows":[]}`:                                       "an answer of Kubernetes without objects",
		`{"apiVersion":"v1","kind":"PodList","metadata":{"continue":"abc"},"items":[]}`:                  "a page of a list that goes on",
		`{"apiVersion":"v1","kind":"PodList","metadata":{"continue":"abc"},"items":[` + pod + `]}`:       "a page of a list that goes on",
		`{"apiVersion":"v1","kind":"PodList","metadata":{"remainingItemCount":5},"items":[` + pod + `]}`: "a page of a list that goes on",
		`{"id":"/","apps":[],"groups":[]}`:                                                               "holds nothing of marathon",
		`{"id":"/","apps":[],"groups":[{"id":"/shop","apps":[],"pods":[]}]}`:                             "holds nothing of marathon",
		`{"apps":[]}`:                           "no manifest that is known",
		`[]`:                                    "no manifest that is known",
		"services: {}\nname: web\n":             "holds nothing of compose",
		"services: {}\nvolumes: {data: {}}\n":   "holds nothing of compose",
		"services: {}\ninclude: [other.yaml]\n": "",
		"services: {web: {image: \"a:1\"}}\n":   "",
		`{"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":"","remainingItemCount":0},"items":[` + pod + `]}`: "",
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n":                                                           "",
		"apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a, continue: \"\"}\n":                               "",
		"apiVersion: v1\nkind: List\nitems: []\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n":               "",
		`{"id":"/","apps":[],"groups":[{"id":"/shop","apps":[{"id":"/shop/a","cmd":"sleep"}]}]}`:                           "",
	} {
		_, err := Read(config(project(t, map[string]string{"compose.yaml": text}), "", "", "compose.yaml"))
		if (err == nil) != (want == "") || err != nil && (!fault.IsRequest(err) || !strings.Contains(err.Error(), want)) {
			t.Errorf("Read(%s) = %v, want %q", text, err, want)
		}
	}
}

// config reads paths below root.
func config(root string, platform workload.Platform, stdin string, paths ...string) Config {
	cfg := Config{Root: root, Platform: platform, Stdin: strings.NewReader(stdin)}
	for _, p := range paths {
		if p != Pipe {
			p = filepath.Join(root, filepath.FromSlash(p))
		}
		cfg.Paths = append(cfg.Paths, p)
	}
	return cfg
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	outside := project(t, map[string]string{"secret.yaml": "kind: Secret\n"})
	root := project(t, map[string]string{
		"values.yaml":            "replicas: 2\n",
		"broken/web.yaml":        "kind: Deployment\nbroken\n",
		"large/web.yaml":         "kind: Deployment\n" + strings.Repeat("#", maxFile),
		"chart/web.yaml":         "# {{ not here }}\nkind: Deployment\nmetadata:\n  {{- if .Values.x }}\nbroken: ${{ x }}\n",
		"quoted/web.yaml":        "kind: Deployment\nimage: \"{{ .Values.image }}\"\n",
		"called/web.yaml":        "kind: Deployment\nimage: '{{ include \"image\" . }}'\n",
		"chart/_helpers.yaml":    "x: {{ template }}\n",
		"escape/web.yaml->":      filepath.Join(outside, "secret.yaml"),
		"wide/web.yaml":          strings.Join(strings.Split("kind: Pod\n", ""), "\x00") + "\x00",
		"cut/web.yaml":           "\xff\xfe" + strings.Join(strings.Split("kind: Pod\n", ""), "\x00"),
		"utf32/web.yaml":         "\xff\xfe\x00\x00" + strings.Join(strings.Split("kind: Pod\n", ""), "\x00\x00\x00") + "\x00\x00\x00",
		"largest/web.yaml":       "\xff\xfe" + strings.Join(strings.Split("kind: Deployment\n"+strings.Repeat("#", maxFile), ""), "\x00") + "\x00",
		"nothing/package.json":   "{}",
		"nothing/wide.json":      "\xff\xfe{\x00}\x00",
		"nothing/other/app.json": "[]",
	})
	tests := []struct {
		name, path, stdin string
		want, hint        string
	}{
		{name: "no such file", path: "missing.yaml", want: "missing.yaml", hint: "name a file"},
		{name: "file that is no manifest", path: "values.yaml", want: "values.yaml is no manifest that is known", hint: "platform-kind"},
		{name: "directory without any", path: "nothing", want: "no manifest was found (files or documents of other kinds that were passed over: 3)", hint: "platform-kind"},
		{name: "file that its platform refuses", path: "broken/web.yaml", want: "broken/web.yaml:1: broken", hint: "mend it"},
		{name: "in a directory, too", path: "broken", want: "broken/web.yaml:1: broken", hint: "mend it"},
		{name: "large file", path: "large/web.yaml", want: "large/web.yaml is larger than 10 MB", hint: "split"},
		{name: "large file of a directory", path: "large", want: "large/web.yaml is larger than 10 MB", hint: "split"},
		{name: "template", path: "chart/web.yaml", want: "chart/web.yaml:4: the file is a template", hint: "helm template"},
		{name: "template in a directory", path: "chart", want: "chart/web.yaml:4: the file is a template", hint: "helm template"},
		{name: "template that parses", path: "quoted/web.yaml", want: "quoted/web.yaml:2: the file is a template", hint: "helm template"},
		{name: "template that calls another", path: "called/web.yaml", want: "called/web.yaml:2: the file is a template", hint: "helm template"},
		{name: "template that nothing recognizes", path: "chart/_helpers.yaml", want: "chart/_helpers.yaml:1: the file is a template", hint: "helm template"},
		{name: "UTF-16 without a mark", path: "wide/web.yaml", want: "wide/web.yaml:1: the file is in UTF-16 that is not valid or has no byte order mark", hint: "Set-Content -Encoding utf8"},
		{name: "UTF-16 without a mark in a directory", path: "wide", want: "wide/web.yaml:1: the file is in UTF-16", hint: "Set-Content -Encoding utf8"},
		{name: "UTF-16 that is cut off", path: "cut/web.yaml", want: "cut/web.yaml:1: the file is in UTF-16 that is not valid", hint: "iconv"},
		{name: "UTF-32", path: "utf32", want: "utf32/web.yaml:1: the file is in UTF-16 that is not valid or has no byte order mark, or in UTF-32", hint: "save it as UTF-8"},
		{name: "large file in UTF-16", path: "largest", want: "largest/web.yaml is larger than 10 MB", hint: "split"},
		{name: "link out of the project", path: "escape/web.yaml", want: "escape", hint: "its own path"},
		{name: "empty standard input", path: Pipe, want: "the standard input is no manifest", hint: "platform-kind"},
		{name: "large standard input", path: Pipe, stdin: strings.Repeat("x", maxPipe+1), want: "the standard input is larger than 64 MB", hint: "in parts"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := read(config(root, "", tt.stdin, tt.path), fakes())
			if err == nil || !strings.Contains(err.Error(), tt.want) || !fault.IsRequest(err) {
				t.Fatalf("read(%s) = %v, want a wrong request with %q", tt.path, err, tt.want)
			}
			if hints := strings.Join(fault.Hints(err), " "); !strings.Contains(hints, tt.hint) {
				t.Errorf("the hint is %q, want %q", hints, tt.hint)
			}
		})
	}
}

// What is wrong with a manifest beside expressions that it hands on is said, and not that it is a template.
func TestFaultBesideExpressions(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n"
	for text, want := range map[string]string{
		head + "  name: a\ndata:\n  alert: '{{ $labels.job }}'\n b: [\n":                                                                             "web.yaml:7: the file is no valid YAML",
		head + "  name: a\ndata:\n  alert: '{{ $labels.job }}'\n  alert: b\n":                                                                        `web.yaml:7:3: the key "alert" is in line 6 already`,
		`version: "3.8"` + "\nservices: {web: {image: a, hostname: '{{.Node.Hostname}} ä {{ \"ä\" }}', deploy: {resources: {limits: {pidz: 1}}}}}\n": "web.yaml:2:93: services.web.deploy.resources.limits: additional",
		head + "  name: {{ name }}\n":                                         "web.yaml:4: the file is a template",
		head + "  name: a\n{{ labels }}\ndata: {}\n":                          "web.yaml:5: the file is a template",
		head + "  name: {{ name }}\ndata:\n b: [\n":                           "web.yaml:7: the file is no valid YAML",
		head + "  name: a\ndata:\n  alert: '{{ .Values.job }}'\n  alert: b\n": "web.yaml:6: the file is a template",
		head + "  name: a\ndata:\n  {{- range x }}\n  a: b\n  {{- end }}\n":   "web.yaml:6: the file is a template",
	} {
		_, err := Read(config(project(t, map[string]string{"web.yaml": text}), "", "", "web.yaml"))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Read(%q) = %v, want %q", text, err, want)
		}
	}
}

func TestReadOfTwoSources(t *testing.T) {
	t.Parallel()
	root := project(t, map[string]string{"web.yaml": "kind: Pod\n"})
	_, err := read(config(root, "", "kind: Pod\n", "web.yaml", Pipe), fakes())
	if !fault.IsRequest(err) {
		t.Errorf("read(web.yaml, -) = %v, want a wrong request", err)
	}
}

// What PowerShell's > writes is read as it would be in UTF-8, but for the digest, which is that of the file.
func TestReadUTF16(t *testing.T) {
	t.Parallel()
	little := "\xff\xfe" + strings.Join(strings.Split("kind: Pod\n", ""), "\x00") + "\x00"
	big := "\xfe\xff\x00" + strings.Join(strings.Split("kind: Pod\n", ""), "\x00")
	root := project(t, map[string]string{"little.yaml": little, "big.yaml": big, "d/web.yaml": little, "d/other.json": "\xff\xfe{\x00}\x00"})
	for _, path := range []string{"little.yaml", "big.yaml", "d", Pipe} {
		var got []byte
		of := fakeReader("kind: Pod\n", workload.Kubernetes)
		readFile := of.read
		of.read = func(name string, data []byte, opt workload.Options) (*workload.File, error) {
			got = data
			return readFile(name, data, opt)
		}
		set, err := read(config(root, "", little, path), []reader{of})
		if err != nil || len(set.Files) != 1 || string(got) != "kind: Pod\n" {
			t.Errorf("read(%s) = %+v, %v of %q", path, set, err, got)
			continue
		}
		want := little
		if path == "big.yaml" {
			want = big
		}
		if sum := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(want))); set.Files[0].Digest != sum {
			t.Errorf("read(%s): the digest is %s, want the file's %s", path, set.Files[0].Digest, sum)
		}
	}
	if _, err := read(config(root, workload.Kubernetes, strings.ReplaceAll(little, "\xff\xfe", ""), Pipe), fakes()); err == nil || !strings.Contains(err.Error(), "the file is in UTF-16") {
		t.Errorf("read() of UTF-16 without a mark, for a platform = %v", err)
	}
}

// failing is a standard input that breaks off.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestReadFails(t *testing.T) {
	t.Parallel()
	_, err := read(Config{Root: ".", Paths: []string{Pipe}, Stdin: failing{}}, fakes())
	if err == nil || fault.IsRequest(err) {
		t.Errorf("read() of a standard input that breaks off = %v, want a failure", err)
	}
}

// TestTemplateTellsTextFromExpressions holds what a manifest hands on, and nobody replaces before, to be none.
func TestTemplateTellsTextFromExpressions(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"annotations:\n  summary: \"{{ $labels.instance }} is down\"\n",
		"args: [\"{{workflow.name}}\"]\n",
		"path: '{{ .path.basename }}'\n",
		"data:\n  x: |\n    {{- if .Alerts }}\n    {{ end }}\n",
		"# image: {{ .Values.image }}\n",
		"run: echo ${{ .Values.x }}\n",
	} {
		if err := template("web.yaml", []byte(text), &workload.File{}); err != nil {
			t.Errorf("template(%q) = %v, want none", text, err)
		}
	}
}

// What docker compose reads in a directory is read as it does: one file with the one that it merges into it.
func TestOverrides(t *testing.T) {
	t.Parallel()
	const service, override = "services: {web: {image: a}}\n", "services: {web: {privileged: true}}\n"
	const looks = " looks like a file of compose, and was passed over: name it with the platform to have it checked"
	tests := []struct {
		name     string
		files    map[string]string
		paths    []string
		platform workload.Platform
		want     []string // the names of the files, where the only service is privileged, and the warnings
	}{
		{
			name: "in a directory", files: map[string]string{"a/compose.yaml": service, "a/compose.override.yaml": override}, paths: []string{"."},
			want: []string{"a/compose.override.yaml", "a/compose.yaml", "privileged a/compose.override.yaml:1"},
		},
		{
			name: "the older names", files: map[string]string{"docker-compose.yml": service, "docker-compose.override.yml": override}, paths: []string{"."},
			want: []string{"docker-compose.override.yml", "docker-compose.yml", "privileged docker-compose.override.yml:1"},
		},
		{
			name: "names of both", files: map[string]string{"compose.yml": service, "docker-compose.override.yaml": override}, paths: []string{"."},
			want: []string{"compose.yml", "docker-compose.override.yaml", "privileged docker-compose.override.yaml:1"},
		},
		{
			name: "both named", files: map[string]string{"compose.yaml": service, "compose.override.yaml": override}, paths: []string{"compose.override.yaml", "compose.yaml"},
			want: []string{"compose.override.yaml", "compose.yaml", "privileged compose.override.yaml:1"},
		},
		{
			name: "the directory, and its file", files: map[string]string{"compose.yaml": service, "compose.override.yaml": override}, paths: []string{"compose.yaml", "."},
			want: []string{"compose.override.yaml", "compose.yaml", "privileged compose.override.yaml:1"},
		},
		{
			name: "one that is named alone", files: map[string]string{"compose.yaml": service, "compose.override.yaml": override}, paths: []string{"compose.override.yaml"},
			want: []string{"compose.override.yaml", "privileged compose.override.yaml:1"},
		},
		{
			name: "one that is a link", files: map[string]string{"compose.yaml": service, "compose.override.yaml->": "x.yaml", "x.yaml": override}, paths: []string{"."},
			want: []string{"compose.yaml", "compose.override.yaml is a link, which is not followed: name it to have it checked", "x.yaml" + looks},
		},
		{
			name: "one for a link", files: map[string]string{"compose.yaml->": "x.yaml", "x.yaml": service, "compose.override.yaml": override}, paths: []string{"."},
			want: []string{"compose.override.yaml", "x.yaml", "privileged compose.override.yaml:1", "compose.yaml is a link, which is not followed: name it to have it checked"},
		},
		{
			name: "for Swarm, which is told its files", files: map[string]string{"compose.yaml": service, "compose.override.yaml": "services: {web: {user: a}}\n"}, paths: []string{"."}, platform: workload.Swarm,
			want: []string{"compose.override.yaml", "compose.yaml"},
		},
		{
			name: "another file of the project", files: map[string]string{"compose.yaml": service, "compose.prod.yaml": override}, paths: []string{"."},
			want: []string{"compose.prod.yaml", "compose.yaml", "privileged compose.prod.yaml:1"},
		},
		{
			name: "other names", files: map[string]string{"web.yaml": service, "web.prod.yaml": override}, paths: []string{"."},
			want: []string{"web.yaml", "web.prod.yaml" + looks},
		},
		{
			name: "an include alone", files: map[string]string{"compose.yaml": "include: [\"oci://registry.example/x:1\"]\n", "more.yaml": "include: [a.yaml]\n"}, paths: []string{"."},
			want: []string{"compose.yaml", "more.yaml" + looks},
		},
		{
			name: "what is only called so", files: map[string]string{"web.yaml": service, "compose.yaml": "replicas: 1\n"}, paths: []string{"."},
			want: []string{"web.yaml", "compose.yaml is called like a file of compose, holds nothing of it, and was passed over"},
		},
		{
			name: "a command", files: map[string]string{"web.yaml": service, "task.json": `{"id": "a", "cmd": "b"}`}, paths: []string{"."},
			want: []string{"web.yaml", "task.json looks like a file of marathon, and was passed over: name it with the platform to have it checked"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			set, err := Read(config(project(t, tt.files), tt.platform, "", tt.paths...))
			if err != nil {
				t.Fatal(err)
			}
			var got, privileged []string
			for _, f := range set.Files {
				got = append(got, f.Name)
				for _, w := range f.Workloads {
					if p := w.Containers[0].Privileged; p.Value {
						privileged = append(privileged, fmt.Sprintf("privileged %s:%d", p.Place.File, p.Place.Line))
					}
				}
			}
			got = append(append(got, privileged...), set.Warnings...)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Read(%q) (-want +got):\n%s", tt.paths, diff)
			}
		})
	}
}

// What is merged is refused at its own line, as what it is merged into.
func TestOverrideRefused(t *testing.T) {
	t.Parallel()
	for over, want := range map[string]string{
		"services: {web: {privileged: perhaps}}\n":      "compose.override.yaml:1:18: ",
		"services: {web: {image: '{{ .Values.x }}'}}\n": "compose.override.yaml:1: the file is a template",
		strings.Repeat("#", maxFile+1):                  "reading compose.override.yaml, which is merged into compose.yaml: ",
	} {
		root := project(t, map[string]string{"compose.yaml": "services: {web: {image: a}}\n", "compose.override.yaml": over})
		if _, err := Read(config(root, "", "", ".")); !fault.IsRequest(err) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Read() = %v, want %q", err, want)
		}
	}
}

// What an object hands to a chart may be a template of the chart's; all else of the object may not.
func TestTemplatesForCharts(t *testing.T) {
	t.Parallel()
	release := "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n"
	application := "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  source:\n    helm:\n"
	tests := []struct {
		name, text string
		line       int // that is refused; 0 for none
	}{
		{"values", release + "  values:\n    host: \"{{ .Release.Name }}.example\"\n    args: [a, \"{{ .Values.b }}\"]\n", 0},
		{"values that are a text", release + "  values:\n    extra: |\n      a: b\n      c: {{ include \"c\" . }}\n    other: 1\n", 0},
		{"behind a text", release + "  values:\n    extra: |\n      a: b\n  chart: \"{{ .Values.chart }}\"\n", 8},
		{"beside the values", release + "  releaseName: \"{{ .Release.Name }}\"\n", 5},
		{"of Argo CD", application + "      values: |\n        host: {{ .Release.Name }}\n", 0},
		{"beside those of Argo CD", strings.Replace(application, "helm:", "path: \"{{ .Values.path }}\"", 1), 6},
		{"values of another kind", strings.Replace(release, "HelmRelease", "Release", 1) + "  values: {host: \"{{ .Release.Name }}\"}\n", 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(config(t.TempDir(), "", tt.text, Pipe))
			if tt.line == 0 && err != nil || tt.line > 0 && (err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("-:%d: the file is a template", tt.line))) {
				t.Errorf("Read() = %v, want a refusal of line %d", err, tt.line)
			}
		})
	}
}
