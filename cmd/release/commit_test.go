package main

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// releaseOnce runs the step commit and returns what it printed.
func releaseOnce(t *testing.T, g *fakeGitHub, sources, version, digest string) (string, error) {
	t.Helper()
	c, out := g.command(sources)
	err := c.run(t.Context(), []string{"commit", version, digest})
	return strings.TrimSpace(out.String()), err
}

func TestCommit(t *testing.T) {
	t.Parallel()
	g := newGitHub(t)
	first, err := releaseOnce(t, g, mainCommit, "1.0.0", newDigest)
	if err != nil {
		t.Fatal(err)
	}
	if g.refs["tags/v1.0.0"] != first || g.refs["heads/releases/v1"] != first || g.refs["heads/main"] != mainCommit || g.refs["tags/v1"] != "" {
		t.Errorf("refs = %v, want the tag and the branch of releases on %s, and main and v1 as they were", g.refs, first)
	}
	want := map[string]string{"action.yml": released(newDigest), "main.go": "1"}
	if diff := cmp.Diff(want, g.commits[first].files); diff != "" {
		t.Errorf("files of the release (-want +got):\n%s", diff)
	}

	// The next one has what main has by then, and the first one is among its ancestors.
	next := g.add(map[string]string{"main.go": "2", "new.go": "1"}, true, mainCommit)
	g.refs["heads/main"] = next
	second, err := releaseOnce(t, g, next, "1.1.0", otherDigest)
	if err != nil {
		t.Fatal(err)
	}
	want = map[string]string{"action.yml": released(otherDigest), "main.go": "2", "new.go": "1"}
	if diff := cmp.Diff(want, g.commits[second].files); diff != "" || !g.commits[second].has[first] || !g.commits[second].has[next] {
		t.Errorf("the second release has %v, want %s and %s among them, and the files (-want +got):\n%s", g.commits[second].has, first, next, diff)
	}
	if g.refs["tags/v1.0.0"] != first || g.refs["tags/v1.1.0"] != second {
		t.Errorf("refs = %v, want the first tag as it was", g.refs)
	}

	// An earlier run of this one ended when it had made the branch.
	g.refs["heads/releases/v2"] = next
	if third, err := releaseOnce(t, g, next, "2.0.0", newDigest); err != nil || g.refs["heads/releases/v2"] != third || g.refs["tags/v2.0.0"] != third {
		t.Errorf("commit = %s, %v with the refs %v, want it on the branch that is there", third, err, g.refs)
	}
}

func TestCommitAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before func(g *fakeGitHub, made string)
		digest string
		want   string // of the error; empty means the commit that was made first
	}{
		"a complete run":               {digest: newDigest},
		"a run that set no tag":        {before: func(g *fakeGitHub, _ string) { delete(g.refs, "tags/v1.0.0") }, digest: newDigest},
		"another image":                {digest: otherDigest, want: "does not name the image of this release"},
		"a tag that somebody moved":    {before: func(g *fakeGitHub, _ string) { g.refs["tags/v1.0.0"] = mainCommit }, digest: newDigest, want: "does not follow the sources"},
		"an annotated tag":             {before: func(g *fakeGitHub, made string) { g.kinds[made] = "tag" }, digest: newDigest, want: "points to a tag, want a commit"},
		"a commit without a signature": {before: func(g *fakeGitHub, made string) { s := g.commits[made]; s.signed = false; g.commits[made] = s }, digest: newDigest, want: "no signature"},
		"a tag of another history": {before: func(g *fakeGitHub, _ string) {
			g.refs["tags/v1.0.0"] = g.lost(map[string]string{"action.yml": released(newDigest), "main.go": "1"})
		}, digest: newDigest, want: "does not follow the sources"},
		"a tag of a commit that changes more": {before: func(g *fakeGitHub, made string) {
			g.refs["tags/v1.0.0"] = g.add(map[string]string{"main.go": "evil"}, true, made)
		}, digest: newDigest, want: "changes more of the sources"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGitHub(t)
			made, err := releaseOnce(t, g, mainCommit, "1.0.0", newDigest)
			if err != nil {
				t.Fatal(err)
			}
			if tt.before != nil {
				tt.before(g, made)
			}
			before := maps.Clone(g.refs)
			got, err := releaseOnce(t, g, mainCommit, "1.0.0", tt.digest)
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) || !maps.Equal(g.refs, before) {
					t.Errorf("commit ended with %v and the refs %v, want an error with %q and the refs %v", err, g.refs, tt.want, before)
				}
				return
			}
			if err != nil || got != made || g.refs["tags/v1.0.0"] != made {
				t.Errorf("commit = %s, %v with the refs %v, want %s tagged", got, err, g.refs, made)
			}
		})
	}
}

func TestCommitRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before          func(g *fakeGitHub)
		version, digest string
		want            string
	}{
		"a version":           {version: "v1.0.0", digest: newDigest, want: "is not MAJOR.MINOR.PATCH"},
		"a version with more": {version: "1.0.0-rc1", digest: newDigest, want: "is not MAJOR.MINOR.PATCH"},
		"a digest":            {version: "1.0.0", digest: "latest", want: "is not a digest"},
		"a digest with more":  {version: "1.0.0", digest: newDigest + "\nx", want: "is not a digest"},
		"a conflict":          {before: func(g *fakeGitHub) { g.conflict = true }, version: "1.0.0", digest: newDigest, want: "merging"},
		"an unsigned commit":  {before: func(g *fakeGitHub) { g.unsigned = true }, version: "1.0.0", digest: newDigest, want: "no signature"},
		"a refusal to look":   {before: func(g *fakeGitHub) { g.fail = "GET /git/ref/tags/v1.0.0" }, version: "1.0.0", digest: newDigest, want: "answers 500"},
		"a refusal to tag":    {before: func(g *fakeGitHub) { g.fail = "POST /git/refs" }, version: "1.0.0", digest: newDigest, want: "answers 500"},
		"a branch that moves": {before: func(g *fakeGitHub) { g.moves = true }, version: "1.0.0", digest: newDigest, want: "the branch has moved"},
		"a branch of something": {before: func(g *fakeGitHub) {
			g.refs["heads/releases/v1"] = g.add(map[string]string{"evil.go": "1"}, true, mainCommit)
		}, version: "1.0.0", digest: newDigest, want: "changes more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGitHub(t)
			g.refs["heads/releases/v1"] = g.add(map[string]string{"action.yml": released(otherDigest)}, true, mainCommit)
			next := g.add(map[string]string{"main.go": "2"}, true, mainCommit)
			if tt.before != nil {
				tt.before(g)
			}
			_, err := releaseOnce(t, g, next, tt.version, tt.digest)
			if err == nil || !strings.Contains(err.Error(), tt.want) || g.refs["tags/v1.0.0"] != "" {
				t.Errorf("commit ended with %v and the refs %v, want an error with %q and no tag", err, g.refs, tt.want)
			}
		})
	}
}

// Only an action.yml of a branch is made that of a release.
func TestPinnedAction(t *testing.T) {
	t.Parallel()
	g := newGitHub(t)
	for _, action := range []string{released(newDigest), builtAction + "x:\n  image: Dockerfile\n", ""} {
		c, _ := g.command(mainCommit)
		writeFile(t, c.root+"/action.yml", action)
		if got, err := c.pinnedAction(newDigest); err == nil {
			t.Errorf("pinnedAction() of %q = %q, want an error", action, got)
		}
	}
}
