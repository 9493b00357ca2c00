package main

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		version string
		env     map[string]string
		before  func(g *fakeGitHub)
		want    string // of the error; empty means none
	}{
		"a commit of main":        {version: "1.2.3"},
		"an older commit of main": {version: "1.2.3", before: func(g *fakeGitHub) { g.refs["heads/main"] = g.add(nil, true, mainCommit) }},
		"an earlier run": {version: "1.2.3", before: func(g *fakeGitHub) {
			g.refs["tags/v1.2.3"] = g.add(map[string]string{"action.yml": released(newDigest)}, true, mainCommit)
		}},
		"another branch":         {version: "1.2.3", env: map[string]string{"GITHUB_REF": "refs/heads/feature"}, want: "made of main"},
		"a tag called main":      {version: "1.2.3", env: map[string]string{"GITHUB_REF": "refs/tags/main"}, want: "made of main"},
		"a commit that was lost": {version: "1.2.3", before: func(g *fakeGitHub) { g.refs["heads/main"] = g.add(nil, true, g.lost(nil)) }, want: "main does not have the commit"},
		"no commit":              {version: "1.2.3", env: map[string]string{"GITHUB_SHA": "main"}, want: "want a commit"},
		"no version":             {version: "01.2.3", want: "is not MAJOR.MINOR.PATCH"},
		"no section":             {version: "1.2.4", want: "no section of 1.2.4"},
		"a section without date": {version: "1.2.2", want: "no section of 1.2.2"},
		"the version of others":  {version: "1.2.3", before: func(g *fakeGitHub) { g.refs["tags/v1.2.3"] = g.lost(nil) }, want: "v1.2.3 is another commit's"},
		"a commit that changes something else": {version: "1.2.3", before: func(g *fakeGitHub) {
			g.refs["tags/v1.2.3"] = g.add(map[string]string{"main.go": "evil"}, true, mainCommit)
		}, want: "changes more of the sources"},
		"no token":        {version: "1.2.3", env: map[string]string{"GH_TOKEN": ""}, want: "GH_TOKEN is not set"},
		"a refused token": {version: "1.2.3", env: map[string]string{"GH_TOKEN": "other"}, want: "answers 401"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGitHub(t)
			if tt.before != nil {
				tt.before(g)
			}
			c, _ := g.command(mainCommit)
			inner := c.getenv
			c.getenv = func(name string) string {
				if value, ok := tt.env[name]; ok {
					return value
				}
				return inner(name)
			}
			err := c.run(t.Context(), []string{"check", tt.version})
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("check ended with %v, want %q", err, tt.want)
			}
			if len(g.calls) > 0 {
				t.Errorf("check called %q, want it to change nothing", g.calls)
			}
		})
	}
}

// lost adds a commit with these files that main does not have, and that does not have main's.
func (g *fakeGitHub) lost(files map[string]string) string {
	const sha = "9999999999999999999999999999999999999999"
	g.commits[sha] = snapshot{has: map[string]bool{sha: true}, files: files, signed: true}
	return sha
}

func TestRunUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"publish"}, {"check"}, {"check", "1.0.0", "2.0.0"}} {
		c := &command{}
		if err := c.run(t.Context(), args); err == nil || !strings.Contains(err.Error(), "release commit") {
			t.Errorf("run(%q) = %v, want the steps that there are", args, err)
		}
	}
}
