package gate

import "github.com/layergate/layergate/pkg/remedy"

// remedies works out what to do about what blocks.
func (r *Result) remedies() {
	in := r.Report.RemedyInput()
	in.Locks = r.locks
	r.Report.Remedies = remedy.New(in)
}
