package main

import (
	"strings"
	"testing"
)

func TestMoveMajor(t *testing.T) {
	t.Parallel()
	const published = `{"draft": false, "immutable": true}`
	for name, tt := range map[string]struct {
		release string
		tags    []string
		v1      string            // the tag that v1 is on before; empty means that there is none
		kinds   map[string]string // of tags that are annotated
		version string
		want    string // the tag that v1 is on then
		err     string
	}{
		"the first":                           {release: published, tags: []string{"v1.0.0"}, version: "1.0.0", want: "v1.0.0"},
		"a higher one":                        {release: published, tags: []string{"v1.9.0", "v1.10.0"}, v1: "v1.9.0", version: "1.10.0", want: "v1.10.0"},
		"a lower one":                         {release: published, tags: []string{"v1.9.1", "v1.10.0"}, v1: "v1.10.0", version: "1.9.1", want: "v1.10.0"},
		"one below one that is not published": {release: published, tags: []string{"v1.9.0", "v1.9.1", "v1.10.0"}, v1: "v1.9.0", version: "1.9.1", want: "v1.9.0"},
		"an annotated tag":                    {release: published, tags: []string{"v1.0.0", "v1.0.1"}, kinds: map[string]string{"v1.0.1": "tag"}, version: "1.0.0", want: "v1.0.0"},
		"another major one":                   {release: published, tags: []string{"v1.0.0", "v10.0.0", "v2.0.0"}, version: "1.0.0", want: "v1.0.0"},
		"other tags":                          {release: published, tags: []string{"v1.0.0", "v1.0.1-rc1", "v1.x"}, version: "1.0.0", want: "v1.0.0"},
		"again":                               {release: published, tags: []string{"v1.0.0"}, v1: "v1.0.0", version: "1.0.0", want: "v1.0.0"},
		"a draft":                             {release: `{"draft": true, "immutable": true}`, tags: []string{"v1.0.0"}, version: "1.0.0", err: "not published for good"},
		"one that can change":                 {release: `{"draft": false}`, tags: []string{"v1.0.0"}, version: "1.0.0", err: "not published for good"},
		"no release":                          {tags: []string{"v1.0.0"}, version: "1.0.0", err: "404"},
		"a release without tags":              {release: published, version: "1.0.0", err: "there is no tag v1.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGitHub(t)
			for _, tag := range tt.tags {
				g.refs["tags/"+tag] = g.add(map[string]string{"tag": tag}, true, mainCommit)
				g.kinds[g.refs["tags/"+tag]] = tt.kinds[tag]
			}
			if tt.v1 != "" {
				g.refs["tags/v1"] = g.refs["tags/"+tt.v1]
			}
			g.releases["v"+tt.version] = tt.release
			c, _ := g.command(mainCommit)
			err := c.run(t.Context(), []string{"major", tt.version})
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || g.refs["tags/v1"] != "" {
					t.Errorf("major ended with %v and v1 on %q, want an error with %q and nothing moved", err, g.refs["tags/v1"], tt.err)
				}
				return
			}
			if err != nil || g.refs["tags/v1"] != g.refs["tags/"+tt.want] {
				t.Errorf("major ended with %v, and v1 is on %s, want it on %s, %s", err, g.refs["tags/v1"], tt.want, g.refs["tags/"+tt.want])
			}
			for _, call := range g.calls {
				if !strings.HasSuffix(call, "/refs/tags/v1") && call != "POST /git/refs" {
					t.Errorf("major called %s, want it to move v1 and nothing else", call)
				}
			}
		})
	}
}
