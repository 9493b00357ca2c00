package audit

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/remedy"
)

// RemedyWords say whether a rebuild is enough to remove what blocks.
func (e Entry) RemedyWords() string {
	switch {
	case len(e.Blocking) == 1 && e.Blocking[0].ID == finding.RuleNotCleared:
		return "take it through layergate gate with a signing key, which attaches its verdict"
	case e.ClearedByRebuild():
		return "building again, with the base image pulled, removes all that can be removed"
	case e.Rebuild > 0:
		return fmt.Sprintf("building again removes %d of them", e.Rebuild)
	case e.Remedy == remedy.OutcomeBase:
		return "it takes another base image, or newer packages in it"
	case e.Remedy == remedy.OutcomeSource:
		return "the project's own files have to change"
	}
	return "nothing removes them today"
}

// CountWords are the findings that block, by severity.
func (e Entry) CountWords() string {
	var words []string
	for _, s := range finding.Severities() {
		if n := e.Counts.Of(s); n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(words) == 0 {
		return english.Plural(len(e.Blocking), "finding", "")
	}
	return strings.Join(words, ", ")
}

// fact is a number of images, and what is true of them.
type fact struct {
	N     int
	Words string
}

// facts are what the first page counts beside the outcomes: what there is any of, and always what was looked for.
func (s Summary) facts(r *Result) []fact {
	var out []fact
	for _, f := range []fact{
		{s.New, "blocked by advisories that are newer than the image"},
		{s.Rebuild, "cleared by building again, with the base image pulled"},
		{s.BaseOutdated, "built on a base image whose tag has moved on"},
		{s.EndOfLife, "of a distribution without security updates"},
		{s.Stale, "not built again for too long"},
		{s.Untagged, "without a tag"},
		{len(r.Artifacts), "not judged, since nothing can run them"},
		{s.Idle, "not deployed"},
		{s.Unattested, "without a verdict that clears them"},
		{s.TooOld, "whose verdict is too old"},
	} {
		if f.N > 0 {
			out = append(out, f)
		}
	}
	if r.Where != "" {
		out = append(out, fact{s.Matches, "with " + r.Where})
	}
	return out
}

// words say what building the images of a base again clears.
func (b BaseSummary) words() string {
	words := fmt.Sprintf("%s, %d blocked", english.Plural(b.Images, "image", ""), b.Blocked)
	if b.Findings > 0 {
		words += fmt.Sprintf("; building them again removes %s and clears %d", english.Plural(b.Findings, "finding", ""), b.Cleared)
	}
	return words
}
