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
