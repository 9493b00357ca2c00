package ci

import (
	"errors"
	"runtime"
	"slices"
	"strings"
)

// Whoever can set a variable of a pipeline, or write to the environment that later steps of a job get, could decide what a
// gate behind them does: where advisories come from, who is trusted, which server is told a secret. So on a CI system only
// the inputs of the step count, and what the system itself says. Every other variable is hidden before the program begins:
// it gets a name that no library looks for. Its value is read only where an input names the variable.

// hiddenPrefix begins the names of hidden variables. The launcher of the task (cmd/azure-task/index.js) hides them by the
// same prefix and the same lists.
const hiddenPrefix = "LAYERGATE_HIDDEN_"

// systemPath is where programs are looked for on a CI system: the credential helpers of Docker, and az.
const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// visible are the names of variables that a system sets itself, after those of its users, and prefixes of such names.
type visible struct{ names, prefixes []string }

func visibleOn(platform string) visible {
	if platform == Azure {
		return visible{
			names:    []string{"SECRET_AGENT_PROXYPASSWORD", "TF_BUILD"},
			prefixes: []string{"AGENT_", "BUILD_", "ENDPOINT_", "SYSTEM_"},
		}
	}
	return visible{names: []string{
		"GITHUB_ACTIONS", "GITHUB_API_URL", "GITHUB_EVENT_NAME", "GITHUB_EVENT_PATH", "GITHUB_GRAPHQL_URL", "GITHUB_OUTPUT", "GITHUB_REF", "GITHUB_REPOSITORY", "GITHUB_SERVER_URL", "GITHUB_SHA", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "RUNNER_TEMP",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL",
		"ACTIONS_CACHE_SERVICE_V2", "ACTIONS_RESULTS_URL", "ACTIONS_RUNTIME_TOKEN",
	}}
}

// onWindows are the names, in upper case, without which no program runs there. Windows tells no case, and writes Path and SystemRoot.
func onWindows() []string { return []string{"PATH", "PATHEXT", "SYSTEMROOT", "TEMP", "TMP"} }

// Seal returns the environment that the program is to have, of the one that it was started with: the same on a terminal.
// On a CI system it hides every variable that the system does not set itself. step tells that the program runs as a step,
// whose inputs are in the environment, and not as a command line in a script, whose inputs are its flags; to a script the
// registry's user name and password stay visible, since a flag would show them to everybody on the machine. Sealing twice is
// the same as once. The result is sorted.
func Seal(environ []string, step bool) []string {
	return seal(environ, step, runtime.GOOS == "windows")
}

func seal(environ []string, step, windows bool) []string {
	platform := detect(NewEnvironment(environ).Getenv)
	if platform == Terminal {
		return environ
	}
	v := visibleOn(platform)
	if step {
		v.prefixes = append(v.prefixes, "INPUT_")
	} else {
		v.names = append(v.names, "LAYERGATE_REGISTRY_USERNAME", "LAYERGATE_REGISTRY_PASSWORD")
	}
	v.prefixes = append(v.prefixes, hiddenPrefix)
	sealed := make([]string, 0, len(environ)+1)
	for name, value := range NewEnvironment(environ) {
		switch {
		case name == "PATH" && !windows:
		case v.has(name), windows && slices.Contains(onWindows(), strings.ToUpper(name)):
			sealed = append(sealed, name+"="+value)
		default:
			sealed = append(sealed, hiddenPrefix+name+"="+value)
		}
	}
	if !windows {
		sealed = append(sealed, "PATH="+systemPath)
	}
	slices.Sort(sealed)
	return sealed
}

func (v visible) has(name string) bool {
	return slices.Contains(v.names, name) || slices.ContainsFunc(v.prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// Environment is an environment after Seal.
type Environment map[string]string

// NewEnvironment reads NAME=VALUE pairs, such as os.Environ gives. Of two of one name the first counts.
func NewEnvironment(environ []string) Environment {
	e := Environment{}
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		if _, twice := e[name]; !twice {
			e[name] = value
		}
	}
	return e
}

// Getenv is the value of a visible variable.
func (e Environment) Getenv(name string) string { return e[name] }

// Named is the value of a variable that an input names, or that the system hands over from its machine's: also of a hidden
// one.
func (e Environment) Named(name string) string {
	if value, ok := e[name]; ok {
		return value
	}
	return e[hiddenPrefix+name]
}

// Ignored tells whether a variable is hidden and not empty.
func (e Environment) Ignored(name string) bool { return e[name] == "" && e[hiddenPrefix+name] != "" }

// detect names the system that an environment is of.
func detect(getenv func(string) string) string {
	switch {
	case onGitHub(getenv):
		return GitHub
	case onAzure(getenv):
		return Azure
	}
	return Terminal
}

func onGitHub(getenv func(string) string) bool { return getenv("GITHUB_ACTIONS") == "true" }

func onAzure(getenv func(string) string) bool { return strings.EqualFold(getenv("TF_BUILD"), "true") }

// OneSystem refuses an environment that says of two systems that the program runs on them: somebody who can set a variable
// says so of one, whose inputs and pull requests would count for those of the other.
func OneSystem(environ []string) error {
	getenv := NewEnvironment(environ).Getenv
	if onGitHub(getenv) && onAzure(getenv) {
		return errors.New("GITHUB_ACTIONS and TF_BUILD both say that this is their CI system: remove the variable that somebody has set beside the system's own")
	}
	return nil
}
