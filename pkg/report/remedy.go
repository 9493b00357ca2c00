package report

import (
	"fmt"
	"maps"
	"slices"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/remedy"
)

// RemedyInput is what the report itself knows for the remedies of what blocks.
func (r *Report) RemedyInput() remedy.Input {
	in := remedy.Input{Findings: r.Findings}
	for _, d := range r.Verdict.Blocking() {
		in.Blocking = append(in.Blocking, d.Finding)
	}
	if base := r.image().Base; base != nil {
		in.Base = remedy.Base{Name: base.Name, Location: base.Location, Installed: r.inBase()}
	}
	return in
}

// inBase names the packages of rpm that the base image brings on every platform, and that are still there.
func (r *Report) inBase() map[string]bool {
	var names map[string]bool
	for i, p := range r.Platforms {
		here := map[string]bool{}
		for _, pkg := range p.Packages {
			if pkg.Type == "rpm" && pkg.State == finding.Visible && p.Layers[pkg.Layer].Base && (i == 0 || names[pkg.Name]) {
				here[pkg.Name] = true
			}
		}
		names = here
	}
	return names
}

// groupStep is a step of the plan, and how many findings of a group it removes, each identifier once.
type groupStep struct {
	remedy.Step
	removes int
}

// stepOf is the step of the plan that removes a finding, by the finding's index: each is removed by one step at most.
func (r *Report) stepOf() map[int]int {
	out := map[int]int{}
	for i, s := range r.Remedies.Steps {
		for _, f := range s.Removes.Findings {
			out[f] = i
		}
	}
	return out
}

// stepsAbout lists the steps of the plan that remove some findings, in the plan's order. The findings are named by their index, and
// stepOf has the step of each.
func (r *Report) stepsAbout(findings []int, stepOf map[int]int) []groupStep {
	removed := map[int]map[string]bool{} // identifiers by step
	for _, f := range findings {
		if step, ok := stepOf[f]; ok {
			if removed[step] == nil {
				removed[step] = map[string]bool{}
			}
			removed[step][r.Findings[f].ID] = true
		}
	}
	var out []groupStep
	for _, step := range slices.Sorted(maps.Keys(removed)) {
		out = append(out, groupStep{r.Remedies.Steps[step], len(removed[step])})
	}
	return out
}

// validRemedies tells whether each finding that blocks is removed by one step or remains, and no other is.
func (r *Report) validRemedies() error {
	if r.Remedies.IsZero() {
		return nil // before schema 2.2
	}
	covered := slices.Clone(r.Remedies.Remaining.Findings)
	for _, s := range r.Remedies.Steps {
		covered = append(covered, s.Removes.Findings...)
	}
	slices.Sort(covered)
	var blocking []int
	for _, d := range r.Verdict.Blocking() {
		blocking = append(blocking, d.Finding)
	}
	slices.Sort(blocking)
	if !slices.Equal(covered, blocking) {
		return fmt.Errorf("its remedies are about %d findings, and %d block", len(covered), len(blocking))
	}
	return nil
}
