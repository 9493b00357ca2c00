package ci

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/layergate/layergate/pkg/progress"
)

// meterInterval is how often a log, which keeps all that is written, is told how far work has come. What takes less time is not
// mentioned.
const meterInterval = 10 * time.Second

// meterLines shows how far work has come by a line from time to time.
type meterLines struct {
	log   *lines
	ticks func(time.Duration) (<-chan time.Time, func())

	mu     sync.Mutex
	active []*shownMeter
	stop   func() // of what writes the lines; nil while there is no work
}

// shownMeter is a meter, and how far it had come when that was last said.
type shownMeter struct {
	*progress.Meter
	told int64
}

func newMeterLines(env Env, log *lines) *meterLines {
	m := &meterLines{log: log, ticks: env.Ticks}
	if m.ticks == nil {
		m.ticks = func(every time.Duration) (<-chan time.Time, func()) {
			t := time.NewTicker(every)
			return t.C, t.Stop
		}
	}
	return m
}

// Meters writes lines.
func (m *meterLines) Meters() progress.Reporter { return m }

// Begin makes a meter of which lines tell until its End.
func (m *meterLines) Begin(what string, total int64) *progress.Meter {
	shown := &shownMeter{}
	shown.Meter = progress.NewMeter(what, total, sync.OnceFunc(func() { m.remove(shown) }))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.active = append(m.active, shown)
	if m.stop == nil {
		m.start()
	}
	return shown.Meter
}

func (m *meterLines) start() {
	ticks, stop := m.ticks(meterInterval)
	done := make(chan struct{})
	m.stop = func() {
		stop()
		close(done)
	}
	go func() {
		for {
			select {
			case <-done:
				return
			case <-ticks:
				m.tell()
			}
		}
	}()
}

func (m *meterLines) remove(shown *shownMeter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.active = slices.DeleteFunc(m.active, func(other *shownMeter) bool { return other == shown })
	if len(m.active) == 0 {
		m.stop()
		m.stop = nil
	}
}

// tell writes a line for each piece of work.
func (m *meterLines) tell() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, shown := range m.active {
		done := shown.Done()
		rate := max(done-shown.told, 0) / int64(meterInterval/time.Second)
		shown.told = done
		m.log.line(shown.What + ": " + amount(done, shown.Total, rate))
	}
}

// amount is how far work has come, in bytes and bytes per second.
func amount(done, total, rate int64) string {
	text := bytesOf(done)
	if total > 0 {
		text += " of " + bytesOf(total)
	}
	return fmt.Sprintf("%s, %s/s", text, bytesOf(rate))
}

func bytesOf(n int64) string { return humanize.Bytes(uint64(max(n, 0))) }
