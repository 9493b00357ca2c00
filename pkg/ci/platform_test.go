package ci

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestProtocols(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	summary := filepath.Join(root, "sum;mary.md")
	if err := os.WriteFile(summary, []byte("# Clean\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	at := Annotation{Level: LevelError, Title: "CVE-2019-10744: lodash, 4.17.4", Message: "fixed in 4.17.12\n100% sure;]", Code: "CVE-2019-10744", File: "app/Dockerfile", Line: 3, EndLine: 4}
	notice := Annotation{Level: LevelNotice, Message: "##vso[task.complete]"}
	tests := []struct {
		name                    string
		do                      func(p Platform) error
		github, azure, terminal string
	}{
		{
			name:   "log line",
			do:     func(p Platform) error { _, err := io.WriteString(p.LogWriter(), "opening app.tar\n"); return err },
			github: "opening app.tar\n", azure: "opening app.tar\n", terminal: "opening app.tar\n",
		},
		{
			name:     "error on a line",
			do:       func(p Platform) error { p.Annotate(at); return nil },
			github:   "::error endLine=4,file=app/Dockerfile,line=3,title=CVE-2019-10744%3A lodash%2C 4.17.4::fixed in 4.17.12%0A100%25 sure;]\n",
			azure:    "##vso[task.logissue type=error;sourcepath=/src/app/Dockerfile;linenumber=3;columnnumber=1;code=CVE-2019-10744;]CVE-2019-10744: lodash, 4.17.4: fixed in 4.17.12%0A100%AZP25 sure%3B%5D\n",
			terminal: "error: app/Dockerfile:3: CVE-2019-10744: lodash, 4.17.4: fixed in 4.17.12\n  100% sure;]\n",
		},
		{
			name: "error at a column",
			do: func(p Platform) error {
				p.Annotate(Annotation{Level: LevelError, Message: "runs as root", File: "web.yaml", Line: 3, Column: 7})
				return nil
			},
			github:   "::error col=7,endLine=3,file=web.yaml,line=3::runs as root\n",
			azure:    "##vso[task.logissue type=error;sourcepath=/src/web.yaml;linenumber=3;columnnumber=7;code=layergate;]runs as root\n",
			terminal: "error: web.yaml:3: runs as root\n",
		},
		{
			name:     "notice",
			do:       func(p Platform) error { p.Annotate(notice); return nil },
			github:   "::notice::##\\vso[task.complete]\n",
			azure:    "notice: ##\\vso[task.complete]\n",
			terminal: "notice: ##vso[task.complete]\n",
		},
		{
			name:     "warning without a place",
			do:       func(p Platform) error { Warn(p, "the check of the database's age is off"); return nil },
			github:   "::warning::the check of the database's age is off\n",
			azure:    "##vso[task.logissue type=warning;]the check of the database's age is off\n",
			terminal: "warning: the check of the database's age is off\n",
		},
		{
			name:     "error without a place",
			do:       func(p Platform) error { Error(p, "no image given"); return nil },
			github:   "::error::no image given\n",
			azure:    "##vso[task.logissue type=error;]no image given\n",
			terminal: "error: no image given\n",
		},
		{
			name: "a warning and an error with the secrets of addresses",
			do: func(p Platform) error {
				Warn(p, "no answer of https://user:hush@host/")
				Error(p, `Get "https://host/?sig=hush": EOF`)
				return nil
			},
			github:   "::warning::no answer of https://***@host/\n::error::Get \"https://host/?***\": EOF\n",
			azure:    "##vso[task.logissue type=warning;]no answer of https://***@host/\n##vso[task.logissue type=error;]Get \"https://host/?***\": EOF\n",
			terminal: "warning: no answer of https://***@host/\nerror: Get \"https://host/?***\": EOF\n",
		},
		{
			name: "file outside the workspace",
			do: func(p Platform) error {
				p.Annotate(Annotation{Level: LevelWarning, Message: "m", File: "../x", Line: 2})
				return nil
			},
			github: "::warning::../x:2: m\n",
			azure:  "##vso[task.logissue type=warning;sourcepath=/x;linenumber=2;columnnumber=1;code=layergate;]m\n", terminal: "warning: ../x:2: m\n",
		},
		{
			name: "absolute file in the workspace, no line",
			do: func(p Platform) error {
				p.Annotate(Annotation{Level: LevelWarning, Message: "m", File: "/src/a,b"})
				return nil
			},
			github: "::warning file=a%2Cb::m\n",
			azure:  "##vso[task.logissue type=warning;sourcepath=/src/a,b;linenumber=1;columnnumber=1;code=layergate;]m\n", terminal: "warning: /src/a,b: m\n",
		},
		{
			name:   "group",
			do:     func(p Platform) error { p.Group("Scan\n::error::x"); p.EndGroup(); return nil },
			github: "::group::Scan\\x0a::error::x\n::endgroup::\n", azure: "##[group]Scan\\x0a::error::x\n##[endgroup]\n", terminal: "Scan\\x0a::error::x\n",
		},
		{
			name:   "debug",
			do:     func(p Platform) error { p.Debug("no Landlock\n::error::x ##vso[task.complete]"); return nil },
			github: "::debug::no Landlock%0A\\::error::x ##\\vso[task.complete]\n",
			azure:  "##vso[task.debug]no Landlock%0A::error::x ##\\vso[task.complete%5D\n",
		},
		{
			name: "progress",
			do: func(p Platform) error {
				for _, step := range []string{"opening app.tar", "##vso[task.complete]\n100%", "pushing"} {
					p.Progress(step)
				}
				return nil
			},
			azure: "##vso[task.setprogress value=0;]opening app.tar\n##vso[task.setprogress value=25;]##\\vso[task.complete%5D%0A100%AZP25\n##vso[task.setprogress value=43;]pushing\n",
		},
		{
			name: "ending of no build",
			do: func(p Platform) error {
				p.Complete(Ending{Result: Failed, Verdict: "blocked", Reports: "r"})
				return nil
			},
			azure: "##vso[task.complete result=Failed;]Layergate: blocked\n",
		},
		{
			name:   "mask",
			do:     func(p Platform) error { p.Mask("p%w\ntwo;"); return nil },
			github: "::add-mask::p%25w\n::add-mask::two;\n", azure: "##vso[task.setsecret]p%AZP25w\n##vso[task.setsecret]two%3B\n", terminal: "",
		},
		{
			name:   "output without a file for it",
			do:     func(p Platform) error { return p.SetOutput("verdict", "clean") },
			github: "output verdict: clean\n", azure: "##vso[task.setvariable variable=verdict;isOutput=true;]clean\n", terminal: "",
		},
		{
			name:   "summary without a file for it",
			do:     func(p Platform) error { return p.Summary(summary) },
			github: "The summary of this run is in " + summary + "\n", azure: "##vso[task.uploadsummary]" + strings.ReplaceAll(summary, ";", "%3B") + "\n", terminal: "",
		},
		{
			name:  "page",
			do:    func(p Platform) error { return p.Page("registry.example:5000/a;b]:1", summary) },
			azure: "##vso[task.addattachment type=layergate.html;name=registry.example-5000-a-b--1;]" + strings.ReplaceAll(summary, ";", "%3B") + "\n",
		},
		{
			name:  "page without a name",
			do:    func(p Platform) error { return p.Page("", summary) },
			azure: "##vso[task.addattachment type=layergate.html;name=image;]" + strings.ReplaceAll(summary, ";", "%3B") + "\n",
		},
	}
	for _, tt := range tests {
		for _, on := range []struct {
			env  map[string]string
			want string
		}{
			{env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": "/src"}, want: tt.github},
			{env: map[string]string{"TF_BUILD": "True", "BUILD_SOURCESDIRECTORY": "/src"}, want: tt.azure},
			{want: tt.terminal},
		} {
			var stdout, stderr strings.Builder
			p, _ := Detect(Env{Getenv: getenv(on.env), Stdout: &stdout, Stderr: &stderr})
			t.Run(tt.name+"/"+p.Name(), func(t *testing.T) {
				t.Parallel()
				if err := tt.do(p); err != nil {
					t.Fatal(err)
				}
				if err := p.Flush(); err != nil {
					t.Fatal(err)
				}
				got, silent := &stdout, &stderr
				if p.Name() == Terminal {
					got, silent = silent, got
				}
				if got.String() != on.want || silent.Len() > 0 {
					t.Errorf("%s: wrote %q (and %q on the other stream), want %q", p.Name(), got.String(), silent.String(), on.want)
				}
			})
		}
	}
}

// GitHub shows an annotation where the file is one of the repository, by its path with forward slashes, however the system writes
// paths.
func TestAnnotatedFile(t *testing.T) {
	t.Parallel()
	workspace, elsewhere := t.TempDir(), t.TempDir()
	const plain = "::error::"
	tests := map[string]string{
		"deploy/app.yaml":                              "::error file=deploy/app.yaml::",
		filepath.Join("deploy", "app.yaml"):            "::error file=deploy/app.yaml::",
		filepath.Join(workspace, "deploy", "app.yaml"): "::error file=deploy/app.yaml::",
		"./deploy/../app.yaml":                         "::error file=app.yaml::",
		filepath.Join("..", "app.yaml"):                plain,
		filepath.Join(elsewhere, "app.yaml"):           plain,
		filepath.VolumeName(workspace) + "/app.yaml":   plain,
		".": plain,
	}
	if runtime.GOOS == "windows" {
		tests[`deploy\app.yaml`] = "::error file=deploy/app.yaml::"
		tests[filepath.ToSlash(workspace)+"/app.yaml"] = "::error file=app.yaml::"
		tests[`Y:\deploy\app.yaml`] = plain
		tests[`Y:app.yaml`] = plain
		tests[`\\server\share\app.yaml`] = plain
	}
	for file, want := range tests {
		var stdout strings.Builder
		p, _ := Detect(Env{Getenv: getenv(map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": workspace}), Stdout: &stdout})
		p.Annotate(Annotation{Level: LevelError, Message: "m", File: file})
		if err := p.Flush(); err != nil || !strings.HasPrefix(stdout.String(), want) {
			t.Errorf("Annotate(%s) writes %q, %v, want %s", file, stdout.String(), err, want)
		}
	}
}

// The agent fails a task that names a file which is not there.
func TestPageIsMissing(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p, _ := Detect(Env{Getenv: getenv(map[string]string{"TF_BUILD": "True"}), Stdout: &out, Stderr: &out})
	if err := p.Page("app", filepath.Join(t.TempDir(), "none.html")); err == nil || out.Len() > 0 {
		t.Errorf("Page() = %v and wrote %q, want an error and nothing", err, out.String())
	}
}

func TestSetOutputRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, output, value string }{
		{name: "line end", output: "digest", value: "sha256:0\nverdict=clean"},
		{name: "carriage return", output: "digest", value: "sha256:0\rverdict=clean"},
		{name: "tab", output: "digest", value: "a\tb"},
		{name: "terminal escape", output: "digest", value: "\x1b[0m"},
		{name: "unknown output", output: "verdict\nx", value: "clean"},
		{name: "output of another tool", output: "path", value: "x"},
	}
	for _, tt := range tests {
		for _, env := range []map[string]string{{"GITHUB_ACTIONS": "true"}, {"TF_BUILD": "True"}, {}} {
			var out strings.Builder
			p, _ := Detect(Env{Getenv: getenv(env), Stdout: &out, Stderr: &out})
			t.Run(tt.name+"/"+p.Name(), func(t *testing.T) {
				t.Parallel()
				if err := p.SetOutput(tt.output, tt.value); err == nil || out.Len() > 0 {
					t.Errorf("SetOutput(%q, %q) = %v and wrote %q, want a refusal", tt.output, tt.value, err, out.String())
				}
			})
		}
	}
}

func TestGitHubFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	output, stepSummary, report := filepath.Join(dir, "output"), filepath.Join(dir, "step"), filepath.Join(dir, "summary.md")
	g := newGitHub(Env{Getenv: getenv(map[string]string{"GITHUB_OUTPUT": output, "GITHUB_STEP_SUMMARY": stepSummary}), Stdout: io.Discard})

	for _, o := range [][2]string{{"verdict", "clean"}, {"digest", "x<<_GitHubActionsFileCommandDelimeter_"}, {"sarif", ""}} {
		if err := g.SetOutput(o[0], o[1]); err != nil {
			t.Fatal(err)
		}
	}
	mustHold(t, output, "verdict=clean\ndigest=x<<_GitHubActionsFileCommandDelimeter_\nsarif=\n")

	if err := os.WriteFile(report, []byte("# Layergate\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := g.Summary(report); err != nil {
			t.Fatal(err)
		}
	}
	mustHold(t, stepSummary, "# Layergate\n\n# Layergate\n\n")
}

func TestGitHubSummaryLimit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, report := filepath.Join(dir, "step"), filepath.Join(dir, "summary.md")
	row := "| lodash | high |\n"
	if err := os.WriteFile(report, []byte(strings.Repeat(row, githubSummaryLimit/len(row)+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(target, []byte("earlier\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	g := newGitHub(Env{Getenv: getenv(map[string]string{"GITHUB_STEP_SUMMARY": target}), Stdout: io.Discard})
	if err := g.Summary(report); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(target)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) > githubSummaryLimit || len(got) < githubSummaryLimit-200 {
		t.Errorf("Summary left %d bytes, want a little under %d", len(got), githubSummaryLimit)
	}
	text := string(got)
	note := strings.Index(text, "\n\nThis summary was cut at GitHub's limit of 1 MiB; the whole of it is in ")
	if note < 0 || !strings.HasPrefix(text, "earlier\n") || !strings.HasSuffix(text[:note+1], row) {
		t.Errorf("Summary ends in %q, want whole lines and a note", text[len(text)-200:])
	}
	if err := g.Summary(report); err == nil {
		t.Error("Summary() = nil where the step's summary is full")
	}
}

func TestFilesThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "no", "such", "directory")
	g := newGitHub(Env{Getenv: getenv(map[string]string{"GITHUB_OUTPUT": missing, "GITHUB_STEP_SUMMARY": missing}), Stdout: io.Discard})
	if err := g.SetOutput("verdict", "clean"); err == nil {
		t.Error("SetOutput() = nil without a directory to write to")
	}
	if err := g.Summary(missing); err == nil {
		t.Error("Summary() = nil without a summary to read")
	}
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
		g := newGitHub(Env{Getenv: getenv(map[string]string{name: missing}), Stdout: io.Discard})
		if err := g.Writable(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("Writable() = %v, want an error that names %s", err, name)
		}
	}
	if err := newGitHub(Env{Getenv: getenv(nil), Stdout: io.Discard}).Writable(); err != nil {
		t.Errorf("Writable() = %v where nothing is written", err)
	}
	if err := newAzure(Env{Getenv: getenv(nil), Stdout: io.Discard}).Summary(missing); err == nil {
		t.Error("Summary() = nil without a summary to upload")
	}
}

func mustHold(t *testing.T, file, want string) {
	t.Helper()
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s holds %q, want %q", filepath.Base(file), got, want)
	}
}
