package workload

import (
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/workload"
)

// additions gathers what is to be added to manifests. Fields that go into one new object, such as a container's securityContext,
// are written together, and each finding that asks for one of them shows them all: two objects of one name would be an error.
type additions map[addition]*joined

// addition identifies what is written together: a field that is missing in an object, or all fields of an empty one, of which
// only the last is without a comma behind it. An object is known by where something can be added to it.
type addition struct {
	file         string
	line, column int
	key          string // of the field; empty for all
}

// joined is what is written together, where, and the checks that ask for it.
type joined struct {
	at     workload.Place
	fields []workload.Entry
	checks []*finding.Check
}

// plan notes what a violation asks for.
func (a additions) plan(c *finding.Check, v violation) {
	if v.add == nil || len(v.at.Missing) == 0 {
		return
	}
	k := addition{file: v.at.File, line: v.at.Line, column: v.at.Column}
	if !v.at.Alone {
		k.key = v.at.Missing[0]
	}
	if a[k] == nil {
		a[k] = &joined{at: v.at}
	}
	a[k].fields = v.at.Join(a[k].fields, v.add)
	a[k].checks = append(a[k].checks, c)
}

// write tells each check what is to be added because of it.
func (a additions) write() {
	for _, j := range a {
		text := j.at.AddAll(j.fields)
		for _, c := range j.checks {
			c.Add = text
		}
	}
}
