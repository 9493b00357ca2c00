package workload

// rules lists every rule, in the order of their identifiers.
func rules() []rule {
	return []rule{
		privileged(),
	}
}
