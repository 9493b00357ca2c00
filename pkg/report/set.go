package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/layergate/layergate/pkg/disk"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/remedy"
)

// Set is a release set: images that are released together, each with its report.
type Set struct {
	File   string // that names them
	Images []SetImage
}

// SetImage is an image of a release set.
type SetImage struct {
	Name string // in the file
	*Report
}

// Blocked names the images that the policy blocks, in order.
func (s Set) Blocked() []string {
	var out []string
	for _, i := range s.Images {
		if i.Verdict.Outcome != policy.Clean {
			out = append(out, i.Name)
		}
	}
	return out
}

// Outcome is clean where every image is.
func (s Set) Outcome() policy.Outcome {
	if len(s.Blocked()) > 0 {
		return policy.Blocked
	}
	return policy.Clean
}

// Remedy is what it takes to remove what blocks any of the images.
func (s Set) Remedy() remedy.Outcome {
	needs := map[remedy.Outcome]bool{}
	for _, i := range s.Images {
		needs[i.Remedies.Remedy] = true
	}
	for _, most := range []remedy.Outcome{remedy.OutcomeSource, remedy.OutcomeBase, remedy.OutcomeRebuild} {
		if needs[most] {
			return most
		}
	}
	return remedy.OutcomeNone
}

// IsNews tells whether reviewers of a change want to be told of one of the images.
func (s Set) IsNews() bool {
	for _, i := range s.Images {
		if i.IsNews() {
			return true
		}
	}
	return false
}

// Sentence is what came of the set, without a full stop.
func (s Set) Sentence() string {
	blocked := s.Blocked()
	if len(blocked) == 0 {
		return fmt.Sprintf("the %s of the release set %s", plural(len(s.Images), "image"), verb(len(s.Images), "is clean", "are clean"))
	}
	return fmt.Sprintf("%d of the %s of the release set %s blocked: %s", len(blocked), plural(len(s.Images), "image"), verb(len(blocked), "is", "are"), joinAnd(blocked))
}

// WriteSet writes the summary of a set into dir, beside the directories of its images, and returns its path.
func WriteSet(dir string, s Set) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("making the directory for reports: %w", err)
	}
	path := filepath.Join(dir, MarkdownFile)
	if err := disk.Replace(path, func(w io.Writer) error { return MarkdownSet(w, s) }); err != nil {
		return "", fmt.Errorf("writing %s: %w", path, err)
	}
	return path, nil
}

// MarkdownSet writes the summary of a set: what came of each image, and then the summary of each. It never exceeds MarkdownBudget, of
// which every image has the same share.
func MarkdownSet(w io.Writer, s Set) error {
	var b strings.Builder
	b.WriteString(s.head())
	share := (MarkdownBudget - b.Len()) / max(len(s.Images), 1)
	for _, i := range s.Images {
		name := commentName(i.Report, i.Name)
		b.WriteString(withName(markdown(i.Report, share-len(name)), i.Report, i.Name))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// CommentOnSet is what is said of a set on a pull request, in Markdown.
func CommentOnSet(s Set) string {
	var b strings.Builder
	b.WriteString(s.head())
	for _, i := range s.Images {
		b.WriteString(Comment(i.Report, i.Name))
	}
	return b.String()
}

// head is the verdict about a set, with a row for each image.
func (s Set) head() string {
	title := "✅ Clean"
	if s.Outcome() != policy.Clean {
		title = "⛔ Blocked"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: release set %s\n\n**%s.**\n\n| image | verdict | findings | blocking | digest |\n|---|---|--:|--:|---|\n", title, markdownCode(s.File, 300), markdownText(s.Sentence(), 1000))
	for _, i := range s.Images {
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %s |\n", markdownCode(i.Name, 100), i.Verdict.Outcome, len(i.Findings), len(i.Verdict.Blocking()), markdownCode(i.Digest(), 100))
	}
	return b.String() + "\n"
}
