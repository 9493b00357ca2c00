package ci

import (
	"slices"
	"strings"
)

// Kind says what the words of an input mean.
type Kind int

// The kinds of input.
const (
	Text       Kind = iota // any text
	Choice                 // one of Input.Choices
	List                   // several values, one per line or separated by commas
	Lines                  // several values that may hold commas, one per line
	Bool                   // true or false
	Duration               // a Go duration, such as 120h; never negative
	Size                   // bytes, such as 512MiB or 2GB
	Secret                 // text that must not be shown
	Connection             // the id of a service connection of Azure Pipelines; other systems have no such input
)

// serviceRegistry is the type of service connections that lead to a registry.
const serviceRegistry = "dockerregistry"

// Input is one setting of Layergate, whatever the system it is given through.
type Input struct {
	Name    string // in kebab case: the flag without its dashes and the input of action.yml
	Help    string // one sentence
	Default string // in the spelling of a user; empty where there is none
	Kind    Kind
	Choices []string // of a Choice, in the order to list them
	Service string   // of a Connection: its type as task.json names it, such as dockerregistry
	// Commands are the commands that the input belongs to; empty for the one that chooses the command.
	Commands []string
	Required bool
	// TaskOnly says that only the task of Azure Pipelines has the input.
	TaskOnly bool
	// Env is an environment variable that is read on every platform where the input itself is not given; may be empty.
	Env string
}

// Output is one value that Layergate hands to later steps of a CI system.
type Output struct {
	Name        string
	Description string // one sentence
}

// Table lists every input in the order of the documentation. The slice is the caller's.
func Table() []Input {
	gate, scan := "gate", "scan"
	both := []string{gate, scan}
	return []Input{
		{
			Name: "command", Kind: Choice, Choices: []string{gate, scan}, Default: gate,
			Help: "What to do: gate scans the image and pushes it when it is clean, scan leaves out the push.",
		},
		{
			Name: "image", Kind: Text, Commands: slices.Clone(both),
			Help: "The image to scan, unless one is built: the path of an archive or OCI layout, or the same behind docker-archive:, oci-archive: or oci-dir:; docker:NAME is the Docker daemon's image and registry:REFERENCE a registry's.",
		},
		{
			Name: "image-name", Kind: Text, Commands: slices.Clone(both),
			Help: "Which image to take from an archive that holds several: a tag or a digest.",
		},
		{
			Name: "context", Kind: Text, Commands: slices.Clone(both),
			Help: "The folder to build an image from with BuildKit, instead of taking a built one.",
		},
		{
			Name: "dockerfile", Kind: Text, Commands: slices.Clone(both),
			Help: "The Dockerfile to build, or that the image was built from, whose lines findings name; empty means Dockerfile in the context or the working directory, where there is one that fits the image.",
		},
		{
			Name: "target", Kind: Text, Commands: slices.Clone(both),
			Help: "The stage of the Dockerfile that is or was built; empty means the last one.",
		},
		{
			Name: "build-arg", Kind: Lines, Commands: slices.Clone(both),
			Help: "The build arguments as NAME=VALUE, or NAME for the environment's value; on a CI system one per line, on a command line one per flag.",
		},
		{
			Name: "base-image", Kind: Text, Commands: slices.Clone(both),
			Help: "The image that it was built on, in the forms of image, so that findings of its layers are told apart without a Dockerfile.",
		},
		{
			Name: "platform", Kind: List, Commands: slices.Clone(both),
			Help: "The platforms to build for, such as linux/arm64; none means that of the builder.",
		},
		{
			Name: "secret", Kind: Lines, Commands: slices.Clone(both),
			Help: "Secrets of the build as id=NAME,src=PATH or id=NAME,env=NAME, for RUN --mount=type=secret.",
		},
		{
			Name: "ssh", Kind: Lines, Commands: slices.Clone(both),
			Help: "SSH agents or keys of the build as default or NAME=PATH, for RUN --mount=type=ssh.",
		},
		{
			Name: "label", Kind: Lines, Commands: slices.Clone(both),
			Help: "Labels of the built image as NAME=VALUE.",
		},
		{
			Name: "cache-from", Kind: Lines, Commands: slices.Clone(both),
			Help: "Where BuildKit takes results of earlier builds from, such as type=registry,ref=registry.example/app:cache.",
		},
		{
			Name: "cache-to", Kind: Lines, Commands: slices.Clone(both),
			Help: "Where BuildKit keeps results for later builds, in the same form.",
		},
		{
			Name: "no-cache", Kind: Bool, Default: "false", Commands: slices.Clone(both),
			Help: "Whether to run every instruction again.",
		},
		{
			Name: "pull", Kind: Bool, Default: "false", Commands: slices.Clone(both),
			Help: "Whether to ask the registry for newer base images.",
		},
		{
			Name: "network", Kind: Choice, Choices: []string{"default", "none", "host"}, Default: "default", Commands: slices.Clone(both),
			Help: "The network of RUN instructions: default, none or host.",
		},
		{
			Name: "builder", Kind: Text, Commands: slices.Clone(both),
			Help: "The BuildKit daemon to build with, as tcp://HOST:PORT, unix://PATH or docker-container://NAME; empty means BUILDKIT_HOST, else the Docker daemon.",
		},
		{
			Name: "push", Kind: List, Commands: []string{gate},
			Help: "The references to push a clean image to; on a CI system one per line or separated by commas, on a command line one per flag.",
		},
		{
			Name: "db", Kind: Text, Commands: slices.Clone(both),
			Help: "The advisory database: a database file, a folder or an archive that holds one; empty means grype's own distribution.",
		},
		{
			Name: "db-max-age", Kind: Duration, Default: "120h", Commands: slices.Clone(both),
			Help: "The age from which on the advisory database is refused, as a Go duration; 0 turns the check off.",
		},
		{
			Name: "fail-on", Kind: Choice, Default: "any", Commands: slices.Clone(both),
			Choices: []string{"any", "negligible", "low", "medium", "high", "critical", "never"},
			Help:    "The lowest severity that blocks: any, negligible, low, medium, high, critical or never.",
		},
		{
			Name: "mode", Kind: Choice, Choices: []string{"enforce", "observe"}, Default: "enforce", Commands: slices.Clone(both),
			Help: "What a verdict does: enforce fails the step unless the image is clean, observe reports the same and fails it only for a wrong request; neither pushes what is not clean.",
		},
		{
			Name: "output-dir", Kind: Text, Default: "layergate-results", Commands: slices.Clone(both),
			Help: "The folder that the reports are written to, relative to the working directory.",
		},
		{
			Name: "artifact", Kind: Text, TaskOnly: true, Commands: slices.Clone(both),
			Help: "The name of the build artifact that keeps the reports; empty means that of their folder, with the stage, the job and the attempt where there are several, off keeps none.",
		},
		{
			Name: "registry-username", Kind: Text, Commands: slices.Clone(both), Env: "LAYERGATE_REGISTRY_USERNAME",
			Help: "The user name for the registry that is pushed to, or that is scanned from where nothing is pushed; the environment variable LAYERGATE_REGISTRY_USERNAME does the same.",
		},
		{
			Name: "registry-password", Kind: Secret, Commands: slices.Clone(both), Env: "LAYERGATE_REGISTRY_PASSWORD",
			Help: "The password or token for that registry; on a command line prefer the environment variable LAYERGATE_REGISTRY_PASSWORD, which stays out of the process list.",
		},
		{
			Name: "registry-connection", Kind: Connection, Service: serviceRegistry, TaskOnly: true, Commands: slices.Clone(both),
			Help: "The Docker registry service connection that logs in to the registry, by user name and password, service principal, managed identity or workload identity federation.",
		},
		{
			Name: "azure-connection", Kind: Connection, Service: "AzureRM", TaskOnly: true, Commands: slices.Clone(both),
			Help: "The Azure Resource Manager service connection whose identity logs in to Azure Container Registry.",
		},
		{
			Name: "azure-identity", Kind: Choice, Choices: []string{"auto", "workload", "managed", "cli", "off"}, Default: "auto", Commands: slices.Clone(both),
			Help: "The Entra identity that logs in to Azure Container Registry: workload is the CI system's own by its OIDC token, managed that of the machine, cli that of az login, auto the first of these that there is, off none.",
		},
		{
			Name: "azure-client-id", Kind: Text, Commands: slices.Clone(both), Env: "AZURE_CLIENT_ID",
			Help: "The client id of the Entra application or user-assigned managed identity; the environment variable AZURE_CLIENT_ID does the same.",
		},
		{
			Name: "azure-tenant-id", Kind: Text, Commands: slices.Clone(both), Env: "AZURE_TENANT_ID",
			Help: "The id of the Entra tenant, for a workload identity; the environment variable AZURE_TENANT_ID does the same.",
		},
		{
			Name: "insecure-registry", Kind: List, Commands: slices.Clone(both),
			Help: "The registries, as HOST or HOST:PORT, that may be spoken to by plain HTTP; on this machine's loopback addresses that is allowed without it.",
		},
		{
			Name: "ca-file", Kind: Text, Commands: slices.Clone(both), Env: "LAYERGATE_CA_FILE",
			Help: "A PEM file of certificate authorities to trust beside the system's own; the environment variable LAYERGATE_CA_FILE does the same.",
		},
		{
			Name: "max-unpacked-size", Kind: Size, Default: "32GiB", Commands: slices.Clone(both),
			Help: "The most bytes that the layers of one image may unpack to; a larger image is refused.",
		},
		{
			Name: "memory-budget", Kind: Size, Default: "256MiB", Commands: slices.Clone(both),
			Help: "The memory for decompressed layers; what does not fit goes to temporary files.",
		},
		{
			Name: "cache-dir", Kind: Text, Commands: slices.Clone(both), Env: "LAYERGATE_CACHE_DIR",
			Help: "The folder that keeps what layers hold from run to run, and the advisory database where this names it; empty means layergate in the user's cache folder, off keeps nothing.",
		},
		{
			Name: "cache-size", Kind: Size, Default: "1GiB", Commands: slices.Clone(both),
			Help: "The most bytes that are kept of layers; what was not used for longest goes first.",
		},
	}
}

// Outputs lists every output in the order of the documentation. The slice is the caller's.
func Outputs() []Output {
	return []Output{
		{Name: "verdict", Description: "What came of the run: clean, blocked, undecided where it could not decide or not finish, or invalid where the request was wrong."},
		{Name: "digest", Description: "The digest of the image that was scanned, which is the digest that was pushed."},
		{Name: "findings", Description: "The number of findings, those that do not block included."},
		{Name: "blocking", Description: "The number of findings that block."},
		{Name: "sarif", Description: "The path of the SARIF report, relative to the working directory."},
	}
}

// Flag is the input's spelling on a command line, such as --fail-on.
func (in Input) Flag() string { return "--" + in.Name }

// TaskName is the input's spelling in task.json, such as failOn.
func (in Input) TaskName() string { return camelCase(in.Name) }

// GitHubEnv is the variable that GitHub Actions gives the input in, such as INPUT_FAIL-ON: hyphens stay.
func (in Input) GitHubEnv() string { return "INPUT_" + strings.ToUpper(in.Name) }

// AzureEnv is the variable that Azure Pipelines gives the input in, such as INPUT_FAILON.
func (in Input) AzureEnv() string { return "INPUT_" + strings.ToUpper(in.TaskName()) }

// Several tells whether the input takes more than one value, each by a flag of its own on a command line.
func (in Input) Several() bool { return in.Kind == List || in.Kind == Lines }

// On tells whether the input belongs to command.
func (in Input) On(command string) bool { return slices.Contains(in.Commands, command) }

// IsFlag tells whether a command line has the input: all but the one that chooses the command, which is a word there, and
// those of the task.
func (in Input) IsFlag() bool { return len(in.Commands) > 0 && !in.TaskOnly }

// OnGitHub tells whether action.yml has the input.
func (in Input) OnGitHub() bool { return !in.TaskOnly }

func camelCase(kebab string) string {
	words := strings.Split(kebab, "-")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}
