package policy

import "github.com/layergate/layergate/pkg/finding"

// Threshold is the lowest severity that blocks.
type Threshold string

// The thresholds that are not a severity's name.
const (
	// Any lets every finding block, those of unknown severity included. It is the default.
	Any Threshold = "any"
	// Never lets nothing block.
	Never Threshold = "never"
)

// Thresholds lists the valid thresholds, the strictest first.
func Thresholds() []Threshold {
	return []Threshold{Any, "negligible", "low", "medium", "high", "critical", Never}
}

// Blocks tells whether a finding of severity s reaches the threshold. A finding of unknown severity reaches only Any.
func (t Threshold) Blocks(s finding.Severity) bool {
	switch t {
	case Any, "":
		return true
	case Never:
		return false
	}
	limit, err := finding.ParseSeverity(string(t))
	return err != nil || s >= limit
}
