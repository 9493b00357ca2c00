package finding

// Cover is what an advisory database has about packages of one sort: those of a release of a distribution, or of an ecosystem.
type Cover struct {
	Advisories int    `json:"advisories"`       // that were not withdrawn
	Newest     string `json:"newest,omitempty"` // the last day, YYYY-MM-DD in UTC, on which one was published or modified; empty where none names a day
	TooFew     bool   `json:"tooFew,omitempty"` // fewer than a database has that covers these packages
}
