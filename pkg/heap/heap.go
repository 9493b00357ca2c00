// Package heap says when garbage is collected.
//
// It must not import anything but the standard library's smallest packages: with few imports it is initialized early, and garbage is
// then not collected while some nine hundred packages initialize their variables, of which hardly a byte is garbage. That was half of
// the time that a process takes to start. Packages are initialized in the order of their paths, those first that need no other (Go
// specification, "Program initialization").
package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// share is by how many percent of what is in use the heap may grow between two garbage collections: Go's own. A scan allocates too
	// little for more to save time, and half as much again would take a tenth more memory.
	share = 100
	// room is by how many bytes it may grow in any case: a small heap would be collected every few milliseconds.
	room = 64 << 20
	// least is how little may be in use for that: less would make the percentage of it too large to be of use.
	least = 4 << 20
)

// start is by how many percent the heap may grow as the process starts: what GOGC says, or 100.
var start = debug.SetGCPercent(-1)

// Collect has garbage collected from now on: seldom, or as GOGC says where that is set. A program calls it when its packages are
// initialized.
func Collect(set bool) {
	if set {
		debug.SetGCPercent(start)
	} else {
		collectRarely()
	}
}

// growthOf is by how many percent a heap with so many bytes in use may grow.
func growthOf(inUse uint64) int { return int(max(share, room*100/max(inUse, least))) }

// collectRarely sets how far the heap may grow, after each garbage collection anew until it is so large that its share decides.
func collectRarely() {
	inUse := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(inUse)
	growth := growthOf(inUse[0].Value.Uint64())
	debug.SetGCPercent(growth)
	if growth > share {
		type dropped struct{ _ *byte } // nothing refers to it: the next collection finds it
		runtime.AddCleanup(&dropped{}, func(struct{}) { collectRarely() }, struct{}{})
	}
}
