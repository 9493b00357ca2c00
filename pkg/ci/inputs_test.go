package ci

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/fault"
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
		{name: "GitHub, empty", env: map[string]string{"GITHUB_ACTIONS": "true", "INPUT_FAIL-ON": " "}, platform: GitHub, failOn: "any", spelled: "input fail-on"},
		{name: "Azure", env: map[string]string{"TF_BUILD": "True", "INPUT_FAILON": "high"}, platform: Azure, failOn: "high", set: true, spelled: "input failOn"},
		{name: "Azure does not read hyphens", env: map[string]string{"TF_BUILD": "True", "INPUT_FAIL-ON": "high"}, platform: Azure, failOn: "any", spelled: "input failOn"},
		{name: "terminal reads no inputs", env: map[string]string{"INPUT_FAIL-ON": "high", "INPUT_FAILON": "high"}, platform: Terminal, failOn: "any", spelled: "--fail-on"},
		{name: "GITHUB_ACTIONS false", env: map[string]string{"GITHUB_ACTIONS": "false"}, platform: Terminal, failOn: "any", spelled: "--fail-on"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := Detect(Env{Getenv: getenv(tt.env), Stdout: &strings.Builder{}, Stderr: &strings.Builder{}})
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
			in := Detect(Env{Getenv: getenv(tt.env)}).Inputs()
			if got := in.String("registry-username"); got != tt.username {
				t.Errorf("String(registry-username) = %q, want %q", got, tt.username)
			}
			if diff := cmp.Diff(tt.secrets, in.Secrets()); diff != "" {
				t.Errorf("Secrets() (-want +got):\n%s", diff)
			}
		})
	}
}

func terminalInputs(name, value string) *Inputs {
	in := newTerminal(Env{Getenv: getenv(nil)}).Inputs()
	in.Set(name, value)
	return in
}

func TestList(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		want        []string
	}{
		{name: "nothing", want: []string{}},
		{name: "one", value: "r.example/app:1", want: []string{"r.example/app:1"}},
		{name: "lines", value: "a:1\r\n  b:2\n\n", want: []string{"a:1", "b:2"}},
		{name: "commas", value: "a:1, b:2,,", want: []string{"a:1", "b:2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, terminalInputs("push", tt.value).List("push")); diff != "" {
				t.Errorf("List(push) of %q (-want +got):\n%s", tt.value, diff)
			}
		})
	}
}

func TestTypedValues(t *testing.T) {
	t.Parallel()
	duration := func(in *Inputs) (any, error) { return in.Duration("db-max-age") }
	size := func(in *Inputs) (any, error) { return in.Size("memory-budget") }
	choice := func(in *Inputs) (any, error) { return in.Choice("fail-on") }
	tests := []struct {
		name, input, value string
		get                func(*Inputs) (any, error)
		want               any
		err, hint          string
	}{
		{name: "default duration", input: "db-max-age", get: duration, want: 120 * time.Hour},
		{name: "duration", input: "db-max-age", value: "36h30m", get: duration, want: 36*time.Hour + 30*time.Minute},
		{name: "zero duration", input: "db-max-age", value: "0", get: duration, want: time.Duration(0)},
		{name: "days", input: "db-max-age", value: "5d", get: duration, err: `--db-max-age: "5d" is not a duration`, hint: "days have no unit of their own: write 120h"},
		{name: "negative duration", input: "db-max-age", value: "-1h", get: duration, err: `--db-max-age: "-1h" is not a duration`, hint: "use a number with h, m or s, such as 120h or 90m"},
		{name: "default size", input: "memory-budget", get: size, want: int64(256 << 20)},
		{name: "bytes", input: "memory-budget", value: "1024", get: size, want: int64(1024)},
		{name: "decimal unit", input: "memory-budget", value: "2GB", get: size, want: int64(2e9)},
		{name: "binary unit, any case", input: "memory-budget", value: "32 gib", get: size, want: int64(32 << 30)},
		{name: "zero size", input: "memory-budget", value: "0", get: size, want: int64(0)},
		{name: "unit without a number", input: "memory-budget", value: "MiB", get: size, err: `--memory-budget: "MiB" is not a size`, hint: "use a whole number with a unit, such as 512MiB, 2GB or 32GiB"},
		{name: "negative size", input: "memory-budget", value: "-1MiB", get: size, err: `--memory-budget: "-1MiB" is not a size`, hint: "use a whole number with a unit, such as 512MiB, 2GB or 32GiB"},
		{name: "fraction", input: "memory-budget", value: "1.5GiB", get: size, err: `--memory-budget: "1.5GiB" is not a size`, hint: "use a whole number with a unit, such as 512MiB, 2GB or 32GiB"},
		{name: "overflow", input: "memory-budget", value: "9000000TiB", get: size, err: `--memory-budget: "9000000TiB" is not a size`, hint: "that is more bytes than can be counted"},
		{name: "default choice", input: "fail-on", get: choice, want: "any"},
		{name: "choice in capitals", input: "fail-on", value: "HIGH", get: choice, want: "high"},
		{
			name: "misspelt choice", input: "fail-on", value: "hihg", get: choice,
			err: `--fail-on: "hihg" is not one of any, negligible, low, medium, high, critical, never`, hint: "did you mean high",
		},
		{name: "another choice", input: "fail-on", value: "moderately", get: choice, err: `--fail-on: "moderately" is not one of any, negligible, low, medium, high, critical, never`},
		{
			name: "missing", input: "image", get: func(in *Inputs) (any, error) { return in.Required("image") },
			err: "--image is missing", hint: "the image to scan, unless one is built: the path of an archive or OCI layout, or the same behind docker-archive:, oci-archive: or oci-dir:; docker:NAME is the Docker daemon's image and registry:REFERENCE a registry's",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.get(terminalInputs(tt.input, tt.value))
			if tt.err == "" {
				if err != nil || !cmp.Equal(got, tt.want) {
					t.Errorf("%s %q = %v, %v, want %v", tt.input, tt.value, got, err, tt.want)
				}
				return
			}
			if err == nil || err.Error() != tt.err || !fault.IsRequest(err) {
				t.Fatalf("%s %q: error %v, want the wrong request %q", tt.input, tt.value, err, tt.err)
			}
			if got := strings.Join(fault.Hints(err), "\n"); got != tt.hint {
				t.Errorf("%s %q: hint %q, want %q", tt.input, tt.value, got, tt.hint)
			}
		})
	}
}

func TestBool(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		want, fails bool
	}{
		{name: "nothing"},
		{name: "true", value: "True", want: true},
		{name: "false", value: "false"},
		{name: "yes", value: "yes", fails: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := &Inputs{table: map[string]Input{"strict": {Name: "strict", Kind: Bool}}, values: map[string]string{}, spell: Input.Flag}
			in.Set("strict", tt.value)
			got, err := in.Bool("strict")
			if got != tt.want || fault.IsRequest(err) != tt.fails {
				t.Errorf("Bool of %q = %v, %v, want %v", tt.value, got, err, tt.want)
			}
		})
	}
}

func TestUnknownInputPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error(`String("fail_on") did not panic`)
		}
	}()
	terminalInputs("fail-on", "").String("fail_on")
}
