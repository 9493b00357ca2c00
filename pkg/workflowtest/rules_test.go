package workflowtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	sha    = "3d3c42e5aac5ba805825da76410c181273ba90b1"
	digest = "sha256:b059f8d7226d0b326bc871af489a5dddf65e36af4d20d14251b072974d9ee87c"
)

// job is a workflow with one job, whose body this is.
func job(lines ...string) string {
	return "on: push\npermissions: {}\njobs:\n  job:\n    " + strings.Join(lines, "\n    ")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const checkout = "actions/checkout@" + sha
	for name, tt := range map[string]struct {
		workflow string
		want     []string // LINE RULE
	}{
		"nothing":                     {workflow: job("steps:", "- uses: "+checkout+" # v7.0.1", "  with: {persist-credentials: false}", "- run: make")},
		"a tag":                       {workflow: job("steps:", "- uses: docker/build-push-action@v7"), want: []string{"6 unpinned-uses"}},
		"a branch":                    {workflow: job("uses: other/repository/.github/workflows/w.yml@main"), want: []string{"5 unpinned-uses"}},
		"a short commit":              {workflow: job("steps:", "- uses: docker/build-push-action@3d3c42e # v7.0.1"), want: []string{"6 unpinned-uses"}},
		"a commit without version":    {workflow: job("steps:", "- uses: docker/build-push-action@"+sha), want: []string{"6 unpinned-uses"}},
		"a commit of a major version": {workflow: job("steps:", "- uses: docker/build-push-action@"+sha+" # v7"), want: []string{"6 unpinned-uses"}},
		"a file of this repository":   {workflow: job("uses: ./.github/workflows/ci.yml")},
		"an image's tag":              {workflow: job("container: node:24", "services: {db: {image: postgres}}", "steps:", "- uses: docker://alpine:3"), want: []string{"5 unpinned-uses", "6 unpinned-uses", "8 unpinned-uses"}},
		"an image's digest":           {workflow: job("container: {image: node:24@"+digest+"}", "steps:", "- uses: docker://alpine@"+digest)},

		"a checkout":               {workflow: job("steps:", "- uses: "+checkout+" # v7.0.1"), want: []string{"6 artipacked"}},
		"a checkout that persists": {workflow: job("steps:", "- uses: "+checkout+" # v7.0.1", "  with: {persist-credentials: true}"), want: []string{"6 artipacked"}},

		"no permissions":                {workflow: "on: push\njobs: {}\n", want: []string{"0 excessive-permissions"}},
		"all permissions":               {workflow: "on: push\npermissions: write-all\njobs:\n  job:\n    permissions: read-all\n", want: []string{"2 excessive-permissions", "5 excessive-permissions"}},
		"writing permissions for all":   {workflow: "on: push\npermissions:\n  contents: write\njobs: {}\n", want: []string{"3 excessive-permissions"}},
		"writing permissions for a job": {workflow: job("permissions: {contents: write}")},

		"a pull request's target": {workflow: "on: pull_request_target\npermissions: {}\n", want: []string{"1 dangerous-triggers"}},
		"comments":                {workflow: "on: [push, issue_comment]\npermissions: {}\n", want: []string{"1 dangerous-triggers"}},
		"a run that checks out": {workflow: strings.Replace(job("steps:", "- uses: "+checkout+" # v7.0.1", "  with: {persist-credentials: false}"), "on: push", "on: {workflow_run: {workflows: [CI]}}", 1),
			want: []string{"6 dangerous-triggers"}},
		"a run that downloads": {workflow: strings.Replace(job("steps:", "- uses: actions/download-artifact@"+sha+" # v8.0.1", "  with: {path: results}"), "on: push", "on: [workflow_run]", 1),
			want: []string{"6 dangerous-triggers"}},
		"a run that downloads elsewhere": {workflow: strings.Replace(job("steps:", "- uses: actions/download-artifact@"+sha+" # v8.0.1", "  with:", "    path: ${{ runner.temp }}/results"), "on: push", "on: [workflow_run]", 1)},

		"an expression in a command": {workflow: job("steps:", "- run: echo ${{ github.head_ref }}"), want: []string{"6 template-injection"}},
		"an expression in a script":  {workflow: job("steps:", "- uses: actions/github-script@"+sha+" # v8.0.0", "  with:", "    script: f('${{ github.head_ref }}')"), want: []string{"6 template-injection"}},
		"an expression in env":       {workflow: job("steps:", "- run: echo $REF", "  env:", "    REF: ${{ github.head_ref }}")},

		"a cache and a permission": {workflow: job("permissions: {packages: write}", "steps:", "- uses: actions/setup-go@"+sha+" # v7.0.0"), want: []string{"7 cache-poisoning"}},
		"a cache and a secret":     {workflow: job("steps:", "- uses: actions/cache/restore@"+sha+" # v5.0.5", "- run: make", "  env:", "    KEY: ${{ secrets.KEY }}"), want: []string{"6 cache-poisoning"}},
		"a cache and a push":       {workflow: job("steps:", "- uses: docker/setup-qemu-action@"+sha+" # v4.2.0", "- uses: layergate/layergate@"+sha+" # v1.0.0", "  with: {push: registry.example/app}"), want: []string{"6 cache-poisoning"}},
		"a build's cache":          {workflow: job("permissions: {packages: write}", "steps:", "- uses: docker/build-push-action@"+sha+" # v7.3.0", "  with: {cache-from: type=gha}"), want: []string{"7 cache-poisoning"}},
		"a cache of npm":           {workflow: job("permissions: {packages: write}", "steps:", "- uses: actions/setup-node@"+sha+" # v7.0.0"), want: []string{"7 cache-poisoning"}},
		"a cache of buildx":        {workflow: job("permissions: {packages: write}", "steps:", "- uses: docker/setup-buildx-action@"+sha+" # v4.3.0"), want: []string{"7 cache-poisoning"}},
		"a cache that is off":      {workflow: job("permissions: {packages: write}", "steps:", "- uses: actions/setup-go@"+sha+" # v7.0.0", "  with: {cache: false}")},
		"a cache that only reads":  {workflow: job("permissions: {contents: read}", "steps:", "- uses: actions/setup-go@"+sha+" # v7.0.0")},

		"all secrets": {workflow: job("uses: ./.github/workflows/ci.yml", "secrets: inherit"), want: []string{"6 secrets-inherit"}},

		"an identity":                   {workflow: job("permissions: {id-token: write}"), want: []string{"5 unbound-identity"}},
		"an identity of an environment": {workflow: job("environment: production", "permissions: {id-token: write}")},
		"an identity for all":           {workflow: "on: push\npermissions: {id-token: write}\n", want: []string{"2 excessive-permissions", "2 unbound-identity"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := Parse([]byte(tt.workflow))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range Check(w) {
				got = append(got, fmt.Sprintf("%d %s", f.Line, f.Rule))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Check() of\n%s\n(-want +got):\n%s", tt.workflow, diff)
			}
		})
	}
}

func TestParseSteps(t *testing.T) {
	t.Parallel()
	w, err := ParseSteps([]byte("- uses: actions/checkout@v7\n  with:\n    path: x\n- run: |\n    make\n    make test\n"))
	if err != nil {
		t.Fatal(err)
	}
	steps := w.Jobs["job"].Steps
	if len(steps) != 2 || steps[0].Action() != "actions/checkout" || steps[0].Input("path") != "x" || steps[1].Run.Value != "make\nmake test\n" {
		t.Errorf("ParseSteps() has the steps %+v, want a checkout and two commands", steps)
	}
	for _, bad := range []string{"jobs: [", "jobs: {job: }", "jobs: {job: {steps: 1}}"} {
		if _, err := Parse([]byte(bad)); err == nil {
			t.Errorf("Parse(%q) = nil, want an error", bad)
		}
	}
	if names := slices.Sorted(maps.Keys(rules())); len(names) != 8 {
		t.Errorf("rules = %q, want a test above for each", names)
	}
}
