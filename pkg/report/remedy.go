package report

import (
	"fmt"
	"slices"

	"github.com/layergate/layergate/pkg/remedy"
)

// RemedyInput is what the report itself knows for the remedies of what blocks.
func (r *Report) RemedyInput() remedy.Input {
	in := remedy.Input{Findings: r.Findings}
	for _, d := range r.Verdict.Blocking() {
		in.Blocking = append(in.Blocking, d.Finding)
	}
	if base := r.image().Base; base != nil {
		in.Base = remedy.Base{Name: base.Name, Location: base.Location}
	}
	return in
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
