package report

import (
	"fmt"
	"strings"

	"github.com/layergate/layergate/pkg/remedy"
)

// htmlRemedies are the changes that remove what blocks, and what is left after them.
type htmlRemedies struct {
	Steps     []htmlStep
	MoreSteps int    // how many are not listed
	Remaining string // a sentence; empty for nothing
	Commands  []string
	More      int // how many commands are not listed
}

// htmlStep is one change.
type htmlStep struct {
	Title, Note, Place, Via string
	Code                    []string
	Removes                 string
	Counts                  []htmlCount
	Brings                  string
}

// maxSteps is how many changes are unfolded. They are sorted by what they remove, and a browser takes long for thousands.
const maxSteps = 10

// First are the steps that are unfolded.
func (r htmlRemedies) First() []htmlStep { return r.Steps[:min(len(r.Steps), maxSteps)] }

// Rest are the others, and Next is the number of the first of them.
func (r htmlRemedies) Rest() []htmlStep { return r.Steps[len(r.First()):] }
func (htmlRemedies) Next() int          { return maxSteps + 1 }

// Left is how many steps are not unfolded.
func (r htmlRemedies) Left() int { return len(r.Rest()) + r.MoreSteps }

// maxAccepted is how many commands that accept the rest in writing are listed.
const maxAccepted = 20

func htmlRemediesOf(p remedy.Plan) htmlRemedies {
	var out htmlRemedies
	steps, rest := firstOf(p.Steps, maxListed)
	out.MoreSteps = rest
	for _, s := range steps {
		out.Steps = append(out.Steps, htmlStep{
			Title: printable(stepTitle(s)), Code: printableList(stepCode(s)), Note: upperFirst(printable(s.Note)), Place: placeWords(s.Location),
			Via: printable(strings.Join(s.Via, ", ")), Removes: fmt.Sprintf("%s%d", removesWords(s), s.Removes.Count), Counts: htmlCounts(s.Removes.Severities),
			Brings: printable(bringsWords(s)),
		})
	}
	out.Remaining = remainingSentence(p.Remaining)
	out.Commands, out.More = firstOf(printableList(p.Remaining.Commands), maxAccepted)
	return out
}
