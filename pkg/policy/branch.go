package policy

import (
	"maps"
	"strings"

	"github.com/layergate/layergate/pkg/finding"
)

// OfBranch is the policy of the branch that a change is to be merged into, which judges the change in place of the change's
// own policy. The differences are kept for reports, and what both say alike keeps its line in the change's file, which is
// the one that reviewers see.
func (p Policy) OfBranch(branch string, own Policy) Policy {
	p.Branch, p.Changes = branch, Compare(p, own)
	if p.File != own.File {
		p.Changes = append(moved(p.File, own.File), p.Changes...)
	}
	changed := map[string]bool{}
	for _, d := range p.Changes {
		changed[string(d.Rule)] = true
	}
	p.Lines = maps.Clone(own.Lines)
	maps.DeleteFunc(p.Lines, func(rule string, _ finding.Location) bool {
		top, _, _ := strings.Cut(rule, ".")
		return changed[top]
	})
	lines := map[string]*finding.Location{}
	for _, e := range own.Exceptions {
		lines[content(e)] = e.Where
	}
	exceptions := make([]Exception, 0, len(p.Exceptions))
	for _, e := range p.Exceptions {
		e.Where = lines[content(e)]
		exceptions = append(exceptions, e)
	}
	p.Exceptions = exceptions
	return p
}

// moved says what a change does to the policy file as a whole. An empty name means that there is none.
func moved(from, to string) []Difference {
	var out []Difference
	if from != "" {
		out = append(out, Difference{Loosens: true, Message: "removes the policy file " + from})
	}
	if to != "" {
		out = append(out, Difference{Loosens: true, Message: "adds the policy file " + to, Where: &finding.Location{File: to, Line: 1, EndLine: 1}})
	}
	return out
}

// Pending lists in sentences what a change says otherwise than the policy that judges it, which counts once it is merged.
func (s Source) Pending() []Note {
	out := make([]Note, 0, len(s.Changes))
	for _, d := range s.Changes {
		out = append(out, Note{Message: "this change " + d.Message + "; that counts once it is merged into " + s.Branch, Where: d.Where})
	}
	return out
}
