package report

import (
	"slices"
	"testing"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/remedy"
)

func TestRemainingSentence(t *testing.T) {
	t.Parallel()
	const rest = ": accept in writing what you can live with, or replace what brings it."
	for _, tt := range []struct {
		name        string
		count, base int
		want        string
	}{
		{name: "nothing"},
		{name: "one of the project's own", count: 1, want: "Nobody can remove 1 finding today (1 low)" + rest},
		{name: "some of the base image", count: 3, base: 2, want: "Nobody can remove 3 findings today (3 low), of which 2 are the base image's" + rest},
		{name: "all of the base image", count: 2, base: 2, want: "Nobody can remove 2 findings today (2 low), all of them the base image's" + rest},
		{name: "one of the base image", count: 1, base: 1, want: "Nobody can remove 1 finding today (1 low), which is the base image's" + rest},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := remedy.Remaining{Tally: remedy.Tally{Count: tt.count}, Base: tt.base}
			for range tt.count {
				in.Severities.Add(finding.SeverityLow)
			}
			if got := remainingSentence(in); got != tt.want {
				t.Errorf("remainingSentence(%d, %d of the base) = %q, want %q", tt.count, tt.base, got, tt.want)
			}
		})
	}
}

func TestStepTitle(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind        remedy.Kind
		title, want string
	}{
		{kind: remedy.KindRebuild, title: "build again without the cache", want: "Build again without the cache"},
		{kind: remedy.KindBase, title: "base image debian:12.5 → 12.14", want: "Base image debian:12.5 → 12.14"},
		{kind: remedy.KindUpgrade, title: "lodash 4.17.15 → 4.17.21", want: "lodash 4.17.15 → 4.17.21"},
		{kind: remedy.KindCorrect, title: "set a numeric USER", want: "Set a numeric USER"},
	} {
		t.Run(string(tt.kind), func(t *testing.T) {
			t.Parallel()
			if got := stepTitle(remedy.Step{Kind: tt.kind, Title: tt.title}); got != tt.want {
				t.Errorf("stepTitle(%s, %q) = %q, want %q", tt.kind, tt.title, got, tt.want)
			}
		})
	}
}

// What a reader copies is the command, or else what to write into the file, and the sentence says where.
func TestStepCode(t *testing.T) {
	t.Parallel()
	at := &finding.Location{File: "Dockerfile", Line: 1, EndLine: 1}
	step := func(kind remedy.Kind, command, old string, lines ...string) remedy.Step {
		return remedy.Step{Kind: kind, Command: command, Location: at, Edit: &remedy.Edit{Old: old, New: lines}}
	}
	for _, tt := range []struct {
		name  string
		step  remedy.Step
		code  []string
		place string
	}{
		{"a command", step(remedy.KindUpgrade, "go get a@v2", "a v1", "a v2"), []string{"go get a@v2"}, ", in Dockerfile:1"},
		{"an edit", step(remedy.KindUpgrade, "", "a==1", "a==2"), []string{"a==1 → a==2"}, ", in Dockerfile:1"},
		{"instructions to add", step(remedy.KindBase, "", "", "USER root", "RUN a"), []string{"USER root", "RUN a"}, ", behind Dockerfile:1"},
		{"another base image, which the title names", step(remedy.KindBase, "", "a:1", "a:2"), nil, ", in Dockerfile:1"},
		{"neither", remedy.Step{Kind: remedy.KindUpgrade, Location: at}, nil, ", in Dockerfile:1"},
		{"nowhere", remedy.Step{Kind: remedy.KindUpgrade, Command: "a"}, []string{"a"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := stepCode(tt.step); !slices.Equal(got, tt.code) {
				t.Errorf("stepCode() = %q, want %q", got, tt.code)
			}
			if got := stepPlace(tt.step); got != tt.place {
				t.Errorf("stepPlace() = %q, want %q", got, tt.place)
			}
		})
	}
}
