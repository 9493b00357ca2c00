package report

import (
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
