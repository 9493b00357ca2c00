package ci

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func getenv(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

func TestInputsByPlatform(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		env      map[string]string
		platform string
		failOn   string
		set      bool
		spelled  string
	}{
		{name: "GitHub", env: map[string]string{"GITHUB_ACTIONS": "true", "INPUT_FAIL-ON": " high "}, platform: GitHub, failOn: "high", set: true, spelled: "input fail-on"},
		{name: "GitHub, empty", env: map[string]string{"GITHUB_ACTIONS": "true", "INPUT_FAIL-ON": " "}, platform: GitHub, failOn: "", spelled: "input fail-on"},
		{name: "Azure", env: map[string]string{"TF_BUILD": "True", "INPUT_FAILON": "high"}, platform: Azure, failOn: "high", set: true, spelled: "input failOn"},
		{name: "Azure does not read hyphens", env: map[string]string{"TF_BUILD": "True", "INPUT_FAIL-ON": "high"}, platform: Azure, failOn: "", spelled: "input failOn"},
		{name: "terminal reads no inputs", env: map[string]string{"INPUT_FAIL-ON": "high", "INPUT_FAILON": "high"}, platform: Terminal, failOn: "", spelled: "--fail-on"},
		{name: "GITHUB_ACTIONS false", env: map[string]string{"GITHUB_ACTIONS": "false"}, platform: Terminal, failOn: "", spelled: "--fail-on"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, _ := Detect(Env{Getenv: getenv(tt.env), Stdout: &strings.Builder{}, Stderr: &strings.Builder{}})
			in := p.Inputs()
			if p.Name() != tt.platform {
				t.Errorf("Detect(%v).Name() = %s, want %s", tt.env, p.Name(), tt.platform)
			}
			if got := in.String("fail-on"); got != tt.failOn {
				t.Errorf("String(fail-on) = %q, want %q", got, tt.failOn)
			}
			if got := in.IsSet("fail-on"); got != tt.set {
				t.Errorf("IsSet(fail-on) = %v, want %v", got, tt.set)
			}
			if got := in.Spell("fail-on"); got != tt.spelled {
				t.Errorf("Spell(fail-on) = %q, want %q", got, tt.spelled)
			}
		})
	}
}

func TestSecretsFromTheEnvironment(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		env      map[string]string
		username string
		secrets  []string
	}{
		{name: "none", secrets: []string{}},
		{name: "terminal", env: map[string]string{"LAYERGATE_REGISTRY_USERNAME": "ci", "LAYERGATE_REGISTRY_PASSWORD": "pw"}, username: "ci", secrets: []string{"pw"}},
		{
			name:     "an input comes first",
			env:      map[string]string{"TF_BUILD": "True", "INPUT_REGISTRYPASSWORD": "input", "LAYERGATE_REGISTRY_PASSWORD": "pw", "LAYERGATE_REGISTRY_USERNAME": "ci"},
			username: "ci", secrets: []string{"input"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, _ := Detect(Env{Getenv: getenv(tt.env)})
			in := p.Inputs()
			if got := in.String("registry-username"); got != tt.username {
				t.Errorf("String(registry-username) = %q, want %q", got, tt.username)
			}
			if diff := cmp.Diff(tt.secrets, in.Secrets()); diff != "" {
				t.Errorf("Secrets() (-want +got):\n%s", diff)
			}
		})
	}
}
