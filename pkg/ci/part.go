package ci

import "strconv"

// Part is the part of the work that the system which started the process leaves to it, where that runs one job on several machines:
// Azure's parallel jobs say which one this is and of how many, an indexed job of Kubernetes says which one. index counts from 1. It is 0
// where no system says so, and of is 0 where it does not say how many there are. GitHub's matrix has no variable of its own.
func Part(getenv func(string) string) (index, of int) {
	if n := positive(getenv("SYSTEM_JOBPOSITIONINPHASE")); n > 0 {
		return n, positive(getenv("SYSTEM_TOTALJOBSINPHASE"))
	}
	if n, err := strconv.Atoi(getenv("JOB_COMPLETION_INDEX")); err == nil && n >= 0 {
		return n + 1, 0 // Kubernetes counts from 0
	}
	return 0, 0
}

func positive(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return max(n, 0)
}
