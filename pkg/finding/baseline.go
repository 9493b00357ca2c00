package finding

// BaselineState says what a finding is compared with an earlier state of the same software, its baseline.
type BaselineState string

// The states of a finding. The empty one means that there was nothing to compare with.
const (
	// BaselineNew came with the change: what it is about was not in the baseline.
	BaselineNew BaselineState = "new"
	// BaselineUnchanged was known and there before.
	BaselineUnchanged BaselineState = "unchanged"
	// BaselineNewlyKnown was there before, in the same package and version, and nobody knew of it then.
	BaselineNewlyKnown BaselineState = "newly-known"
)

// BaselineStates lists the states, but for the empty one, in the order in which reports count them.
func BaselineStates() []BaselineState {
	return []BaselineState{BaselineNew, BaselineUnchanged, BaselineNewlyKnown}
}
