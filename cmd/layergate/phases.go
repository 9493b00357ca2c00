package main

import (
	"time"
)

// phases tells how long the parts of a run take, one after the other. It is not safe for concurrent use: the steps of a run begin one
// after the other.
type phases struct {
	tell    func(line string)
	current string // empty where none runs
	began   time.Time
}

// begin ends the phase that runs, if any, and begins another; an empty one begins none.
func (p *phases) begin(what string) {
	now := time.Now()
	if p.current != "" {
		p.tell(p.current + " took " + now.Sub(p.began).Round(time.Millisecond).String())
	}
	p.current, p.began = what, now
}
