package catalogue

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	godiff "github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/check"
	"github.com/layergate/layergate/pkg/check/workload"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

var update = flag.Bool("update", false, "write the pages of docs/rules")

// pages is where the documentation of the rules is.
var pages = filepath.Join("..", "..", "..", "docs", "rules")

// TestPages holds docs/rules to the rules: a page for each, a table of all, and no other page.
func TestPages(t *testing.T) {
	t.Parallel()
	want := map[string]string{"README.md": table()}
	for _, s := range sources() {
		fixtures := os.DirFS(filepath.Join("..", "..", filepath.FromSlash(s.path), "testdata"))
		for _, r := range s.rules {
			want[r.ID+".md"] = page(r, fixtures)
		}
	}
	if *update {
		write(t, want)
	}
	there, err := os.ReadDir(pages)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range there {
		if _, ok := want[e.Name()]; !ok {
			t.Errorf("%s is about no rule; run go test ./pkg/check/catalogue -update", e.Name())
		}
	}
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(pages, name))
		if err != nil {
			t.Errorf("%v; run go test ./pkg/check/catalogue -update", err)
			continue
		}
		if diff := godiff.Diff(string(got), text); diff != "" {
			t.Errorf("docs/rules/%s; run go test ./pkg/check/catalogue -update (-is +should be):\n%s", name, diff)
		}
	}
}

func write(t *testing.T, want map[string]string) {
	t.Helper()
	if err := os.RemoveAll(pages); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(pages, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range want {
		if err := os.WriteFile(filepath.Join(pages, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// generated says in a page where it comes from.
const generated = "<!-- Written by go test ./pkg/check/catalogue -update from the rule and its fixtures; change those. -->\n"

// page is the documentation of a rule.
func page(r check.Rule, fixtures fs.FS) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n# %s: %s\n\n%s\n\n", generated, r.ID, r.Title, r.Why)
	fmt.Fprintf(&b, "**What to do:** %s.\n\n", strings.TrimSuffix(upperFirst(r.Remedy), "."))
	fmt.Fprintf(&b, "| Name | Severity | Effect |\n|---|---|---|\n| `%s` | %s | %s |\n", r.Name, r.Severity, effect(r))
	showExamples(&b, "What does not keep it", check.Failing(fixtures, r.ID))
	showExamples(&b, "What keeps it", check.Passing(fixtures, r.ID))
	if len(r.References) > 0 {
		b.WriteString("\n## The same elsewhere\n\n")
		for _, ref := range r.References {
			b.WriteString("- " + link(ref) + "\n")
		}
	}
	inPolicy := fmt.Sprintf("rules:\n  %s: %s", r.ID, other(r))
	if r.ID == finding.RulePackageBlocked { // which rules cannot let pass
		inPolicy = "always-block:\n  packages: [\"pkg:npm/event-stream\"]"
	}
	fmt.Fprintf(&b, "\n## In a policy\n\n```yaml\n%s\n```\n\nSee [the policy file](../policy.md) and [all rules](README.md).\n", inPolicy)
	return b.String()
}

// effect says when what does not keep a rule blocks, as policy.Judge decides where a policy does not name the rule.
func effect(r check.Rule) string {
	switch ask := asks()[r.ID]; {
	case ask != "":
		return "blocks where the policy asks for it, by `" + ask + "`, whatever the severity"
	case r.Information:
		return "information: it blocks only where the policy names it"
	case strings.HasPrefix(r.ID, "LG-REQ-"):
		return "blocks, whatever the severity, where a push depends on results of tests or of other tools"
	case r.Kind == finding.KindSecret:
		return "blocks, whatever the severity, unless the policy says otherwise of `secrets`"
	case workload.Optional(r.ID):
		return "blocks, by its severity, where a set that has it is asked for"
	}
	return "blocks, by its severity"
}

// asks names the keys of the policy by which it asks for rules that find nothing else.
func asks() map[string]string {
	return map[string]string{
		finding.RulePackageBlocked: "always-block.packages",
		finding.RuleLicenseDenied:  "licenses.deny", finding.RuleLicenseUnknown: "licenses.unknown",
		finding.RuleBaseNotAllowed: "allowed-bases", finding.RuleBaseNotConfirmed: "allowed-bases", finding.RuleBaseNotProven: "allowed-bases",
		finding.RuleImageNotAllowed: "allowed-images",
		finding.RuleBaseTooOld:      "max-base-age", finding.RuleImageTooOld: "max-image-age", finding.RuleLabelMissing: "labels",
	}
}

// TestEffects compares what pages say of blocking with what the policy decides.
func TestEffects(t *testing.T) {
	t.Parallel()
	asking := policy.Policy{
		FailOn: policy.Never, Licenses: policy.Licenses{LicenseSide: policy.LicenseSide{Deny: []string{"X"}, Unknown: policy.ActionBlock}},
		AllowedBases: []policy.AllowedBase{{Image: "a"}}, AllowedImages: []policy.ImagePattern{"a"}, MaxBaseAge: 1, MaxImageAge: 1, Labels: []policy.Label{{Name: "a"}}, AlwaysBlock: policy.AlwaysBlock{Packages: []string{"p"}},
	}
	blocks := func(p policy.Policy, r check.Rule) bool {
		f := r.Finding()
		f.Check.Saw, f.Check.Licenses, f.Check.Package = "something", []string{"X"}, &finding.Package{Name: "p"}
		verdict, _ := policy.Judge(p, policy.Input{Findings: []finding.Finding{f}})
		return verdict.Outcome == policy.Blocked
	}
	for _, r := range Rules() {
		says := effect(r)
		asked, always, information := strings.Contains(says, "where the policy asks"), strings.Contains(says, "whatever the severity"), strings.Contains(says, "information")
		for _, tt := range []struct {
			name string
			p    policy.Policy
			want bool
		}{
			{"by default", policy.Policy{}, !asked && !information},
			{"where no severity blocks", policy.Policy{FailOn: policy.Never}, always && !asked},
			{"where the policy asks and no severity blocks", asking, always},
			{"where the policy names it", policy.Policy{FailOn: policy.Never, Rules: policy.Rules{r.ID: policy.ActionBlock}}, true},
		} {
			if got := blocks(tt.p, r); got != tt.want {
				t.Errorf("%s blocks %s: %t; its page says that it %s", r.ID, tt.name, got, says)
			}
		}
	}
}

// other is the action that is not the rule's own.
func other(r check.Rule) string {
	if r.Information {
		return "block"
	}
	return "warn"
}

func showExamples(b *strings.Builder, title string, files []check.Example) {
	for i, f := range files {
		if i == 0 {
			fmt.Fprintf(b, "\n## %s\n", title)
		}
		fence := "```"
		for strings.Contains(f.Text, fence) {
			fence += "`"
		}
		fmt.Fprintf(b, "\n`%s`:\n\n%s%s\n%s\n%s\n", f.Name, fence, f.Language, strings.TrimRight(f.Text, "\n"), fence)
	}
}

func link(ref check.Reference) string {
	if ref.URL == "" {
		return ref.Name
	}
	return "[" + ref.Name + "](" + ref.URL + ")"
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// groups are what identifiers of rules begin with, in the order of the table.
func groups() [][2]string {
	return [][2]string{
		{"LG-IMG", "Configuration of the image"}, {"LG-FILE", "Files in layers"}, {"LG-DF", "Lines of the Dockerfile"}, {"LG-BASE", "Base images, ages and labels"},
		{"LG-SEC", "Secrets"}, {"LG-PKG", "Packages"}, {"LG-LIC", "Licences"}, {"LG-RUN", "Manifests of all orchestrators"}, {"LG-K8S", "Kubernetes"}, {"LG-PSS", "Pod Security Standards"},
		{"LG-COMPOSE", "Compose"}, {"LG-SWARM", "Docker Swarm"}, {"LG-MARATHON", "Marathon"},
	}
}

// mark says in the table what a rule does that does not block by its severity.
func mark(r check.Rule) string {
	switch {
	case asks()[r.ID] != "":
		return "on demand"
	case workload.Optional(r.ID):
		return "in a set"
	case r.Information:
		return "information"
	case r.Kind == finding.KindSecret, strings.HasPrefix(r.ID, "LG-REQ-"):
		return "always blocks"
	}
	return ""
}

// table lists all rules, a table for each group.
func table() string {
	var b strings.Builder
	b.WriteString(generated + "\n# The rules\n\nWhat Layergate checks in images and in the manifests that deploy them. A rule blocks by its severity, as [the policy](../policy.md) says; " +
		"a secret blocks whatever its severity is. One that is for information is reported, and blocks only where the policy names it; \"on demand\" finds something " +
		"only where the policy asks for it, and \"in a set\" where a set that has the rule is asked for, by the input `set`.\n")
	rules := Rules()
	for _, g := range groups() {
		var rows []check.Rule
		rules = slices.DeleteFunc(rules, func(r check.Rule) bool {
			mine := strings.HasPrefix(r.ID, g[0]+"-")
			if mine {
				rows = append(rows, r)
			}
			return mine
		})
		if len(rows) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n| Rule | What is wrong | Severity | |\n|---|---|---|---|\n", g[1])
		for _, r := range rows {
			fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s | %s |\n", r.ID, r.ID, r.Title, r.Severity, mark(r))
		}
	}
	for _, r := range rules {
		fmt.Fprintf(&b, "\nNo group: %s\n", r.ID)
	}
	return b.String()
}
