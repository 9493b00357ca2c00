package workflowtest

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Finding is something in a workflow that is a way in.
type Finding struct {
	Rule    string
	Line    int // from 1; 0 means the whole file
	Message string
}

func (f Finding) String() string { return fmt.Sprintf("line %d: %s: %s", f.Line, f.Rule, f.Message) }

// report takes a finding of the rule that is running.
type report func(line int, format string, args ...any)

// rules are the rules by their names, which are those of zizmor where that has the same one.
func rules() map[string]func(*Workflow, report) {
	return map[string]func(*Workflow, report){
		"unpinned-uses":         unpinnedUses,
		"artipacked":            persistedCredentials,
		"excessive-permissions": excessivePermissions,
		"dangerous-triggers":    dangerousTriggers,
		"template-injection":    templateInjection,
		"cache-poisoning":       cachePoisoning,
		"secrets-inherit":       secretsInherit,
		"unbound-identity":      unboundIdentity,
	}
}

// Check applies all rules to a workflow and returns what they find, in the order of lines.
func Check(w *Workflow) []Finding {
	var found []Finding
	for name, rule := range rules() {
		rule(w, func(line int, format string, args ...any) {
			found = append(found, Finding{Rule: name, Line: line, Message: fmt.Sprintf(format, args...)})
		})
	}
	slices.SortFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return found
}

var (
	pinned  = regexp.MustCompile(`^[^@]+@[0-9a-f]{40}$`)
	behind  = regexp.MustCompile(`^# v\d+\.\d+\.\d+$`)
	byValue = regexp.MustCompile(`@sha256:[0-9a-f]{64}$`)
)

// unpinnedUses finds what somebody else can put other code behind: a tag or branch of an action, a tag of an image. A
// commit needs its version behind it, or nobody can tell which one it is, and dependabot does not move it.
func unpinnedUses(w *Workflow, report report) {
	for _, job := range w.List() {
		uses, images := []yaml.Node{job.Uses}, []yaml.Node{imageOf(job.Container)}
		for _, s := range job.Steps {
			uses = append(uses, s.Uses)
		}
		for _, service := range job.Services {
			images = append(images, imageOf(service))
		}
		for _, use := range uses {
			switch value := use.Value; {
			case value == "" || strings.HasPrefix(value, "./"):
			case strings.HasPrefix(value, "docker://"):
				images = append(images, use)
			case !pinned.MatchString(value):
				report(use.Line, "%s is not pinned to a commit", value)
			case !behind.MatchString(use.LineComment):
				report(use.Line, "%s has no version behind it, as # v1.2.3", value)
			}
		}
		for _, image := range images {
			if image.Value != "" && !byValue.MatchString(image.Value) {
				report(image.Line, "the image %s is not pinned to a digest", image.Value)
			}
		}
	}
}

// imageOf is the image of a container, which is that itself or has it.
func imageOf(container yaml.Node) yaml.Node {
	var parts struct{ Image yaml.Node }
	if container.Kind == yaml.MappingNode && container.Decode(&parts) == nil {
		return parts.Image
	}
	return container
}

// persistedCredentials finds checkouts that leave the token in the clone, where every later step and every artifact of
// the directory has it.
func persistedCredentials(w *Workflow, report report) {
	for _, job := range w.List() {
		for _, s := range job.Steps {
			if s.Action() == "actions/checkout" && s.Input("persist-credentials") != "false" {
				report(s.Uses.Line, "the checkout keeps its token: set persist-credentials: false")
			}
		}
	}
}

// excessivePermissions finds permissions that are the repository's default, all there are, or more than reading for all
// jobs.
func excessivePermissions(w *Workflow, report report) {
	switch {
	case w.Permissions.Kind == 0:
		report(0, "the workflow has no permissions: without them its token has the repository's default")
	case w.Permissions.Kind == yaml.ScalarNode:
		report(w.Permissions.Line, "permissions: %s gives all there are", w.Permissions.Value)
	}
	for permission, access := range grants(w.Permissions) {
		if access == "write" {
			report(w.Permissions.Line, "%s: write is for the jobs that need it, not for the workflow", permission)
		}
	}
	for _, job := range w.List() {
		if job.Permissions.Kind == yaml.ScalarNode {
			report(job.Permissions.Line, "permissions: %s gives all there are", job.Permissions.Value)
		}
	}
}

// dangerousTriggers finds events with which strangers start a workflow that has this repository's rights. One that
// follows another workflow is allowed where nothing of what that made gets into the workspace.
func dangerousTriggers(w *Workflow, report report) {
	for _, event := range w.Triggers() {
		switch event {
		case "pull_request_target", "issue_comment", "issues", "discussion_comment":
			report(w.On.Line, "%s runs what strangers write with the rights of this repository", event)
		case "workflow_run":
			followedRun(w, report)
		}
	}
}

func followedRun(w *Workflow, report report) {
	for _, job := range w.List() {
		for _, s := range job.Steps {
			switch {
			case s.Action() == "actions/checkout":
				report(s.Uses.Line, "a workflow that follows another one checks something out")
			case s.Action() == "actions/download-artifact" && !strings.HasPrefix(s.Input("path"), "${{ runner.temp }}/"):
				report(s.Uses.Line, "a stranger's artifact is unpacked into the workspace: set path to a directory in runner.temp")
			}
		}
	}
}

// templateInjection finds expressions in code: GitHub puts their values there as text, before a shell reads it. Whoever
// chooses such a value, such as a branch's name, writes code.
func templateInjection(w *Workflow, report report) {
	for _, job := range w.List() {
		for _, s := range job.Steps {
			if strings.Contains(s.Run.Value, "${{") {
				report(s.Run.Line, "an expression stands in code: pass its value in env")
			}
			if s.Action() == "actions/github-script" && strings.Contains(s.Input("script"), "${{") {
				report(s.Uses.Line, "an expression stands in code: pass its value in env")
			}
		}
	}
}

// cacheOff returns the input that keeps an action from a cache that it takes unasked, and what to set that to; an action that
// takes from none has no such input.
func cacheOff(action string) (input, value string) {
	switch action {
	case "actions/cache", "actions/cache/restore":
		return "lookup-only", "true"
	case "actions/setup-go":
		return "cache", "false"
	case "actions/setup-node":
		return "package-manager-cache", "false"
	case "docker/setup-buildx-action":
		return "cache-binary", "false"
	case "docker/setup-qemu-action":
		return "cache-image", "false"
	case "docker/build-push-action", "layergate/layergate":
		return "cache-from", ""
	}
	return "", ""
}

// cachePoisoning finds caches in a workflow that publishes. Runs of other workflows of the branch can write to them, and
// whoever gets one of these to run code gets it into what is published.
func cachePoisoning(w *Workflow, report report) {
	if !w.publishes() {
		return
	}
	for _, job := range w.List() {
		for _, s := range job.Steps {
			if input, value := cacheOff(s.Action()); s.Input(input) != value {
				report(s.Uses.Line, "%s takes from a cache, and the workflow publishes: set %s to %q", s.Action(), input, value)
			}
		}
	}
}

// secretsInherit finds calls of workflows that hand on every secret there is.
func secretsInherit(w *Workflow, report report) {
	for _, job := range w.List() {
		if job.Secrets.Value == "inherit" {
			report(job.Secrets.Line, "the called workflow gets all secrets: name those that it needs")
		}
	}
}

// unboundIdentity finds jobs that get an OIDC token without an environment, whose branches and reviewers can be set:
// without one every branch can ask for the same token, with a workflow of its own.
func unboundIdentity(w *Workflow, report report) {
	for _, job := range w.List() {
		if job.May("id-token", "write") && job.Environment.Kind == 0 {
			report(job.Permissions.Line, "the job %s gets an identity and has no environment", job.Name)
		}
	}
	if grants(w.Permissions)["id-token"] == "write" {
		report(w.Permissions.Line, "every job of the workflow gets an identity")
	}
}
