// Package progresstest keeps what a progress.Reporter is told, for tests.
package progresstest

import (
	"fmt"
	"sync"

	"github.com/layergate/layergate/pkg/progress"
)

// Recorder keeps all that it is told. The zero value is ready to use.
type Recorder struct {
	mu    sync.Mutex
	ended []string
	waits []string
	open  int
}

// Begin makes a meter.
func (r *Recorder) Begin(what string, total int64) *progress.Meter {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open++
	var m *progress.Meter
	m = progress.NewMeter(what, total, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.open--
		r.ended = append(r.ended, fmt.Sprintf("%s: %d of %d", m.What, m.Done(), m.Total))
	})
	return m
}

// Ended lists the work that has ended, as "WHAT: DONE of TOTAL", in the order of its ends, and counts what has not.
func (r *Recorder) Ended() (work []string, open int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.ended...), r.open
}

// Wait makes a meter of a wait.
func (r *Recorder) Wait(what string) *progress.Meter {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open++
	r.waits = append(r.waits, what)
	return progress.NewWait(what, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.open--
	})
}

// Waits lists what was waited for, in the order in which that began.
func (r *Recorder) Waits() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.waits...)
}
