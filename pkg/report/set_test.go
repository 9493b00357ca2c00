package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/remedy"
)

func TestSet(t *testing.T) {
	t.Parallel()
	needs := func(o remedy.Outcome) *Report {
		r := blockedReport()
		r.Remedies.Remedy = o
		return r
	}
	clean, blocked := SetImage{"api", cleanReport()}, SetImage{"web", needs(remedy.OutcomeRebuild)}
	for _, tt := range []struct {
		name     string
		images   []SetImage
		outcome  policy.Outcome
		remedy   remedy.Outcome
		sentence string
		news     bool
	}{
		{"all clean", []SetImage{clean, {"job", cleanReport()}}, policy.Clean, remedy.OutcomeNone, "the 2 images of the release set are clean", false},
		{"one blocked", []SetImage{clean, blocked}, policy.Blocked, remedy.OutcomeRebuild, "1 of the 2 images of the release set is blocked: web", true},
		{
			"several blocked", []SetImage{blocked, {"base", needs(remedy.OutcomeBase)}, {"src", needs(remedy.OutcomeSource)}}, policy.Blocked, remedy.OutcomeSource,
			"3 of the 3 images of the release set are blocked: web, base and src", true,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := Set{File: "compose.yaml", Images: tt.images}
			if diff := cmp.Diff([]any{tt.outcome, tt.remedy, tt.sentence, tt.news}, []any{s.Outcome(), s.Remedy(), s.Sentence(), s.IsNews()}); diff != "" {
				t.Errorf("outcome, remedy, sentence and news (-want +got):\n%s", diff)
			}
		})
	}
}

// The summary begins with a row for each image, and every heading says which image it is about.
func TestWriteSet(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	path, err := WriteSet(dir, Set{File: "a|b.yaml", Images: []SetImage{{"api", cleanReport()}, {"w|eb", blockedReport()}}})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# ⛔ Blocked: release set `a│b.yaml`\n", "\n| `api` | clean | 0 | 0 | ", "\n| `w│eb` | blocked | ", " (`api`)\n", " (`w│eb`)\n"} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("the summary lacks %q:\n%s", want, raw)
		}
	}
}

// However many images there are, the summary is one that GitHub still shows, and begins with all of them.
func TestMarkdownSetBudget(t *testing.T) {
	t.Parallel()
	s := Set{File: "compose.yaml"}
	large := shopReport()
	for range 40 {
		s.Images = append(s.Images, SetImage{"image", large})
	}
	for _, f := range large.Findings {
		for range 200 {
			large.Findings = append(large.Findings, f)
		}
	}
	var b bytes.Buffer
	if err := MarkdownSet(&b, s); err != nil || b.Len() > MarkdownBudget {
		t.Errorf("MarkdownSet() = %v with %d bytes, want at most %d", err, b.Len(), MarkdownBudget)
	}
}
