package finding

import "strings"

// Item is what a reader counts as one: findings of one Item are one problem to him, however many platforms, paths and layers
// have it.
type Item struct {
	Change string // the same for all findings that one change repairs: a version of a package, a failed check, a gap
	Name   string // of the problem among those of Change
}

// Item tells what the finding counts as.
func (f Finding) Item() Item {
	change := []string{string(f.Kind)}
	name := ""
	switch {
	case f.Vulnerability != nil:
		p := f.Vulnerability.Package
		change, name = append(change, p.Type, p.Name, p.Version), f.ID
	case f.Coverage != nil:
		change = append(change, f.ID, f.Coverage.Subject(f.Path))
	case f.Check != nil:
		change, name = append(change, f.ID, f.Check.Saw, f.Check.Wants), f.Fingerprint()
	default:
		change, name = append(change, f.ID), f.Fingerprint()
	}
	return Item{strings.Join(change, "\x00"), name}
}
