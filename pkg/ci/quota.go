package ci

import "sync"

// stepLimit is how many annotations of one level GitHub and Azure Pipelines show for one step.
const stepLimit = 10

// annotationQuota counts the annotations of a step against what its platform shows of each level.
type annotationQuota struct {
	limit map[Level]int

	mu    sync.Mutex
	spent map[Level]int
}

// newAnnotationQuota returns a quota of stepLimit annotations for each of the levels, and of none for others.
func newAnnotationQuota(levels ...Level) *annotationQuota {
	q := &annotationQuota{limit: map[Level]int{}, spent: map[Level]int{}}
	for _, level := range levels {
		q.limit[level] = stepLimit
	}
	return q
}

func (q *annotationQuota) spend(level Level) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.spent[level]++
}

// AnnotationsLeft returns how many more annotations of a level the platform will show.
func (q *annotationQuota) AnnotationsLeft(level Level) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return max(0, q.limit[level]-q.spent[level])
}
