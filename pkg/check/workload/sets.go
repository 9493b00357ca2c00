package workload

// Sets lists the names of rules that do not count by themselves, and that Options.Sets asks for.
func Sets() []string { return []string{} }
