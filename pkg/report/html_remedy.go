package report

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/remedy"
)

// htmlRemedies are the changes that remove what blocks, and what is left after them.
type htmlRemedies struct {
	Steps     []htmlStep
	Remaining string // a sentence; empty for nothing
	Commands  []string
	More      int // how many commands are not listed
}

// htmlStep is one change.
type htmlStep struct {
	Title, Command, Note, Place, Via string
	Removes                          string
	Counts                           []htmlCount
	Adds                             int
}

// maxAccepted is how many commands that accept the rest in writing are listed.
const maxAccepted = 20

func htmlRemediesOf(p remedy.Plan) htmlRemedies {
	var out htmlRemedies
	for _, s := range p.Steps {
		title := printable(s.Title)
		if s.Kind != remedy.KindUpgrade { // whose title begins with the name of a package
			title = upperFirst(title)
		}
		out.Steps = append(out.Steps, htmlStep{
			Title: title, Command: printable(s.Command), Note: upperFirst(printable(s.Note)), Place: placeWords(s.Location),
			Via: printable(strings.Join(s.Via, ", ")), Removes: fmt.Sprintf("removes %d", s.Removes.Count), Counts: htmlCounts(s.Removes.Severities),
			Adds: s.Adds,
		})
	}
	if n := p.Remaining.Count; n > 0 {
		out.Remaining = fmt.Sprintf("%d %s, and nobody can remove %s today", n, verb(n, "remains", "remain"), verb(n, "it", "them"))
		if base := p.Remaining.Base; base > 0 {
			out.Remaining += fmt.Sprintf("; %d %s the base image's", base, verb(base, "is", "are"))
		}
		out.Commands, out.More = firstOf(printableList(p.Remaining.Commands), maxAccepted)
	}
	return out
}
