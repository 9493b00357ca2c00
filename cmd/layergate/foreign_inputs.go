package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/input"
)

// foreignInputs lists inputs of the actions of docker, trivy and grype whose flags are called otherwise, or whose answer is another one
// where there is no command line. The others are answered as foreignFlags has it.
func foreignInputs() []foreign {
	return []foreign{
		{[]string{"file"}, "dockerfile: FILE names the Dockerfile"},
		{[]string{"build-args"}, "build-arg: NAME=VALUE is a build argument, one per line"},
		{[]string{"labels"}, "label: NAME=VALUE is a label, one per line"},
		{[]string{"platforms"}, "platform: OS/ARCH is what to build for or to scan, one per line"},
		{[]string{"secrets"}, "secret: id=NAME,env=VARIABLE or id=NAME,src=PATH gives a build a secret, one per line"},
		{[]string{"load", "output-type", "outputs"}, "context: DIR builds the image, scans it and, with push, pushes it: later steps pull it by the output digest"},
		{[]string{"image-ref", "scan-ref", "input", "path", "archive"}, "image: SOURCE is what to scan: an archive, docker:NAME or registry:REFERENCE"},
		{[]string{"exit-code", "fail-build"}, "a blocked image always fails the step; mode: observe reports and lets it pass"},
		{[]string{"format", "output", "output-format", "output-file"}, "formats: FORMAT writes more reports; the output reports names their directory, and sarif that for code scanning"},
		{[]string{"username", "password"}, "registry-username and registry-password are the login of the registry, or name the file of docker/login-action with docker-config"},
		{[]string{"trivyignores", "ignorefile"}, "exceptions are in .layergate.yaml; layergate policy import, on a command line, takes over .trivyignore, .grype.yaml and others"},
	}
}

// ofRunner are inputs that GitHub itself has for every action that is a container.
func ofRunner() []string { return []string{"args", "entrypoint"} }

// unknownInputs refuses inputs that the action or the task does not have. The systems hand them over, and GitHub warns of them: a step could
// rely on one for what it builds, scans or blocks. A task whose program is another than its own may have inputs of another version.
func (c *command) unknownInputs() error {
	known, hint := slices.Concat(ofRunner(), inputsOn(input.GitHubActions)), inputHint
	switch name := c.platform.Name(); {
	case name == ci.Azure && c.platform.Inputs().String("binary-path") == "":
		known, hint = nil, taskHint
		for _, name := range inputsOn(input.AzurePipelines) {
			known = append(known, strings.ToLower(input.TaskName(name)))
		}
	case name != ci.GitHub:
		return nil
	}
	for _, variable := range slices.Sorted(maps.Keys(c.env)) {
		name, isInput := strings.CutPrefix(variable, "INPUT_")
		name = strings.ToLower(name)
		if isInput && strings.TrimSpace(c.env[variable]) != "" && !slices.Contains(known, name) {
			return fault.Request(fmt.Errorf("there is no input %q", name), hint(name))
		}
	}
	return nil
}

// inputsOn names the inputs of a system.
func inputsOn(system input.System) (names []string) {
	for _, in := range input.Table() {
		if in.On(system) {
			names = append(names, in.Name)
		}
	}
	return names
}

// inputHint says what to write in place of an input that there is not.
func inputHint(name string) string {
	if answer := answerTo(foreignInputs(), name); answer != "" {
		return answer
	}
	if answer, ok := asInputs(answerTo(foreignFlags(), name)); ok {
		return answer
	}
	return listHint(fault.Nearest(name, inputsOn(input.GitHubActions)))
}

// taskHint says the same of an input of the task.
func taskHint(name string) string {
	spelled, words := map[string]string{}, []string{}
	for _, in := range inputsOn(input.AzurePipelines) {
		word := strings.ToLower(input.TaskName(in))
		spelled[word], words = input.TaskName(in), append(words, word)
	}
	return listHint(spelled[fault.Nearest(name, words)])
}

// listHint says where all inputs are listed, and which one may be meant; empty for none.
func listHint(near string) string {
	const list = "https://github.com/layergate/layergate/blob/main/docs/inputs.md lists the inputs"
	if near == "" {
		return list
	}
	return "did you mean " + near + "? " + list
}

// flagWord is a flag in an answer, with what leads to its value.
var flagWord = regexp.MustCompile(`--([a-z-]+)([= ]|$)`)

// asInputs writes an answer about flags as one about inputs; false where there is none, or where it names a flag that is no input.
func asInputs(answer string) (string, bool) {
	inputs := map[string]input.Input{}
	for _, in := range input.Table() {
		if in.On(input.GitHubActions) {
			inputs["--"+in.Name] = in
		}
	}
	for _, flag := range flagsIn(answer) {
		if _, ok := inputs[flag]; !ok {
			return "", false
		}
	}
	return flagWord.ReplaceAllStringFunc(answer, func(found string) string {
		in, given := inputs[strings.TrimRight(found, "= ")], strings.HasSuffix(found, "=")
		if in.Kind == input.Bool && !given {
			return in.Name + ": true "
		}
		return in.Name + ": "
	}), answer != ""
}
