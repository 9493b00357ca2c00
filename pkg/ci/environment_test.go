package ci

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSeal(t *testing.T) {
	t.Parallel()
	path := "PATH=" + systemPath
	for _, tt := range []struct {
		name     string
		step     bool
		windows  bool
		in, want []string
	}{
		{name: "a terminal", step: true, in: []string{"PATH=/evil", "HTTPS_PROXY=x", "INPUT_DB=x"}, want: []string{"PATH=/evil", "HTTPS_PROXY=x", "INPUT_DB=x"}},
		{
			name: "a step on GitHub", step: true,
			in: []string{
				"GITHUB_ACTIONS=true", "PATH=/evil", "HOME=/evil", "INPUT_FAIL-ON=any", "GITHUB_OUTPUT=/o", "GITHUB_ENV=/e", "GRYPE_DB_UPDATE_URL=http://evil",
				"TF_BUILD=True", "AGENT_PROXYURL=http://evil", "LAYERGATE_REGISTRY_PASSWORD=x", "ACTIONS_CACHE_URL=http://evil",
			},
			want: []string{
				"GITHUB_ACTIONS=true", "GITHUB_OUTPUT=/o", "INPUT_FAIL-ON=any",
				"LAYERGATE_HIDDEN_ACTIONS_CACHE_URL=http://evil", "LAYERGATE_HIDDEN_AGENT_PROXYURL=http://evil", "LAYERGATE_HIDDEN_GITHUB_ENV=/e",
				"LAYERGATE_HIDDEN_GRYPE_DB_UPDATE_URL=http://evil", "LAYERGATE_HIDDEN_HOME=/evil", "LAYERGATE_HIDDEN_LAYERGATE_REGISTRY_PASSWORD=x", "LAYERGATE_HIDDEN_TF_BUILD=True",
				path,
			},
		},
		{
			name: "a step on Azure Pipelines", step: true,
			in: []string{"TF_BUILD=True", "INPUT_FAILON=any", "ENDPOINT_URL_x=y", "SYSTEM_HOSTTYPE=build", "BUILD_BUILDID=7", "AGENT_PROXYURL=http://p", "SECRET_PW=x", "NODE_OPTIONS=--require evil.js", "GITHUB_ACTIONS=True"},
			want: []string{
				"AGENT_PROXYURL=http://p", "BUILD_BUILDID=7", "ENDPOINT_URL_x=y", "INPUT_FAILON=any",
				"LAYERGATE_HIDDEN_GITHUB_ACTIONS=True", "LAYERGATE_HIDDEN_NODE_OPTIONS=--require evil.js", "LAYERGATE_HIDDEN_SECRET_PW=x",
				path, "SYSTEM_HOSTTYPE=build", "TF_BUILD=True",
			},
		},
		{
			name: "a command in a script", in: []string{"TF_BUILD=True", "INPUT_FAILON=never", "LAYERGATE_REGISTRY_PASSWORD=x", "LAYERGATE_CA_FILE=evil.pem"},
			want: []string{"LAYERGATE_HIDDEN_INPUT_FAILON=never", "LAYERGATE_HIDDEN_LAYERGATE_CA_FILE=evil.pem", "LAYERGATE_REGISTRY_PASSWORD=x", path, "TF_BUILD=True"},
		},
		{
			name: "a step on Windows", step: true, windows: true,
			in:   []string{"TF_BUILD=True", `Path=C:\Windows`, `SystemRoot=C:\Windows`, `TEMP=C:\Temp`, `PSModulePath=C:\evil`, `USERPROFILE=C:\evil`, "INPUT_FAILON=any"},
			want: []string{"INPUT_FAILON=any", `LAYERGATE_HIDDEN_PSModulePath=C:\evil`, `LAYERGATE_HIDDEN_USERPROFILE=C:\evil`, `Path=C:\Windows`, `SystemRoot=C:\Windows`, `TEMP=C:\Temp`, "TF_BUILD=True"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := seal(tt.in, tt.step, tt.windows)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("seal() (-want +got):\n%s", diff)
			}
			if again := seal(got, tt.step, tt.windows); !slices.Equal(again, got) {
				t.Errorf("seal() of what it gave = %q, want the same", again)
			}
		})
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	e := NewEnvironment(Seal([]string{"TF_BUILD=True", "TOKEN=t", "TOKEN=later", "HTTPS_PROXY=", "DOCKER_HOST=tcp://evil"}, true))
	for name, want := range map[string][2]string{"TF_BUILD": {"True", "True"}, "TOKEN": {"", "t"}, "MISSING": {"", ""}} {
		if got := [2]string{e.Getenv(name), e.Named(name)}; got != want {
			t.Errorf("Getenv(%s) and Named = %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]bool{"TF_BUILD": false, "HTTPS_PROXY": false, "DOCKER_HOST": true, "MISSING": false} {
		if got := e.Ignored(name); got != want {
			t.Errorf("Ignored(%s) = %t, want %t", name, got, want)
		}
	}
}

// The launcher of the task keeps the same list.
func TestLauncherSeals(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile(filepath.Join("..", "..", "cmd", "azure-task", "index.js"))
	if err != nil {
		t.Fatal(err)
	}
	constant := func(name string) string {
		found := regexp.MustCompile(`(?m)^const ` + name + ` = (.*);$`).FindSubmatch(script)
		if found == nil {
			t.Fatalf("the launcher has no constant %s", name)
		}
		return string(found[1])
	}
	list := func(words []string) string {
		return "['" + strings.Join(slices.Sorted(slices.Values(words)), "', '") + "']"
	}
	on := visibleOn(Azure)
	for name, want := range map[string]string{
		"VISIBLE": list(on.names), "VISIBLE_PREFIXES": list(append(on.prefixes, "INPUT_")), "HIDDEN_PREFIX": "'" + hiddenPrefix + "'",
		"SYSTEM_PATH": "'" + systemPath + "'", "WINDOWS": list(onWindows()),
	} {
		if got := constant(name); got != want {
			t.Errorf("the launcher's %s = %s, want %s", name, got, want)
		}
	}
}

func TestOneSystem(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		environ []string
		wrong   bool
	}{
		{environ: []string{"GITHUB_ACTIONS=true"}},
		{environ: []string{"TF_BUILD=True"}},
		{environ: []string{"GITHUB_ACTIONS=true", "TF_BUILD=no"}},
		{environ: []string{"GITHUB_ACTIONS=true", "TF_BUILD=true"}, wrong: true},
	} {
		if err := OneSystem(tt.environ); (err != nil) != tt.wrong {
			t.Errorf("OneSystem(%q) = %v, want an error: %t", tt.environ, err, tt.wrong)
		}
	}
}
