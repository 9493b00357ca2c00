package report

import (
	"fmt"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
)

// soonDays is below how many days of grace a reviewer is told of a finding that does not block yet.
const soonDays = 4

// PolicyNote is something that a reviewer should know although it does not block: about an exception, or about what will
// block soon. Its texts may contain text of the image and the policy, not yet escaped.
type PolicyNote struct {
	Title    string
	Message  string            // one sentence
	Location *finding.Location // of the policy file, or of what brought the finding; nil where neither is known
}

// PolicyNotes lists what a reviewer should know of the policy: what the change does to it, notes about exceptions and VEX
// documents, then what will block soon, the soonest first.
func (r *Report) PolicyNotes() []PolicyNote {
	var out []PolicyNote
	for _, n := range r.Policy.Pending() {
		out = append(out, newPolicyNote("Change of the policy", n))
	}
	for _, n := range r.Verdict.Notes {
		title := "Exception: " + string(n.Kind)
		if n.Kind == policy.NoteDistrusted {
			title = "VEX document that is not trusted"
		}
		out = append(out, newPolicyNote(title, n))
	}
	for _, p := range r.inGrace() {
		if p.daysLeft >= soonDays {
			break
		}
		out = append(out, PolicyNote{
			Title:    "Blocks in " + plural(p.daysLeft, "day"),
			Message:  fmt.Sprintf("%s in %s: %s", p.id, p.subject, p.reason),
			Location: p.brought,
		})
	}
	return out
}

// newPolicyNote puts a note on its line, or names the line where it is in no file of the project.
func newPolicyNote(title string, n policy.Note) PolicyNote {
	if n.Where != nil && !n.Where.InProject() {
		return PolicyNote{Title: title, Message: lineBefore(n.Where) + n.Message}
	}
	return PolicyNote{Title: title, Message: upperFirst(n.Message), Location: n.Where}
}
