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

// waitPatience is how long something is waited for until the log says so for the first time.
const waitPatience = 3 * time.Second

// meterLines shows how far work has come by a line from time to time.
type meterLines struct {
	log   *lines
	ticks func(time.Duration) (<-chan time.Time, func())
	now   func() time.Time

	mu     sync.Mutex
	active []*shownMeter
	stop   func() // of what writes the lines; nil while there is no work
}

// shownMeter is a meter, when its work began, and how far it had come when that was last said.
type shownMeter struct {
	*progress.Meter
	began time.Time
	told  int64
}

func newMeterLines(env Env, log *lines) *meterLines {
	m := &meterLines{log: log, ticks: env.Ticks, now: env.now()}
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
	shown := &shownMeter{began: m.now()}
	shown.Meter = progress.NewMeter(what, total, sync.OnceFunc(func() { m.remove(shown) }))
	m.add(shown)
	return shown.Meter
}

// Wait makes a meter of which a line tells soon, and further ones as of any other.
func (m *meterLines) Wait(what string) *progress.Meter {
	shown := &shownMeter{began: m.now()}
	ended := make(chan struct{})
	shown.Meter = progress.NewWait(what, sync.OnceFunc(func() {
		close(ended)
		m.remove(shown)
	}))
	m.add(shown)
	patient, stop := m.ticks(waitPatience)
	go func() {
		defer stop()
		select {
		case <-ended:
		case <-patient:
			m.tell(shown)
		}
	}()
	return shown.Meter
}

func (m *meterLines) add(shown *shownMeter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.active = append(m.active, shown)
	if m.stop == nil {
		m.start()
	}
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
				m.tellAll()
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

// tellAll writes a line for each piece of work.
func (m *meterLines) tellAll() {
	m.mu.Lock()
	active := slices.Clone(m.active)
	m.mu.Unlock()
	for _, shown := range active {
		m.tell(shown)
	}
}

// tell writes a line for a piece of work that has not ended.
func (m *meterLines) tell(shown *shownMeter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !slices.Contains(m.active, shown) {
		return
	}
	if shown.Waits {
		m.log.line(shown.What + ": " + passed(m.now().Sub(shown.began)))
		return
	}
	done := shown.Done()
	rate := max(done-shown.told, 0) / int64(meterInterval/time.Second)
	shown.told = done
	m.log.line(shown.What + ": " + amount(done, shown.Total, rate))
}

// passed is for how long something has been waited for.
func passed(d time.Duration) string { return max(d, 0).Round(time.Second).String() }

// amount is how far work has come, in bytes and bytes per second.
func amount(done, total, rate int64) string {
	text := bytesOf(done)
	if total > 0 {
		text += " of " + bytesOf(total)
	}
	return fmt.Sprintf("%s, %s/s", text, bytesOf(rate))
}

func bytesOf(n int64) string { return humanize.Bytes(uint64(max(n, 0))) }
