package ci

import "sync"

// stepLimit is how many annotations of one level GitHub and Azure Pipelines show for one step.
const stepLimit = 10

// room counts the annotations of a step against what its platform shows of each level.
type room struct {
	limit map[Level]int

	mu    sync.Mutex
	spent map[Level]int
}

// newRoom has the same limit for each level.
func newRoom(levels ...Level) *room {
	r := &room{limit: map[Level]int{}, spent: map[Level]int{}}
	for _, level := range levels {
		r.limit[level] = stepLimit
	}
	return r
}

func (r *room) spend(level Level) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spent[level]++
}

// Room is how many more annotations of a level are shown.
func (r *room) Room(level Level) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(0, r.limit[level]-r.spent[level])
}
