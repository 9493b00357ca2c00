package ci

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/layergate/layergate/pkg/progress"
)

// redrawEvery is how often bars are drawn again.
const redrawEvery = 200 * time.Millisecond

// The columns of a bar, and the most that the name of the work takes before it.
const (
	barWidth  = 20
	nameWidth = 40
	waitWidth = 100 // of what is waited for, which has no bar
)

// bars draws a bar for each piece of work at the end of what a terminal shows, and removes it with the end of the work. What is
// written through it goes above the bars.
type bars struct {
	out io.Writer
	now func() time.Time

	mu     sync.Mutex
	active []*mpb.Bar
	drawn  *mpb.Progress // nil while there is no work
}

func newBars(env Env) *bars {
	return &bars{out: env.Stderr, now: env.now()}
}

// Write writes lines above the bars.
func (b *bars) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.drawn != nil {
		return b.drawn.Write(p)
	}
	return b.out.Write(p)
}

// Begin draws a bar until the End of the meter.
func (b *bars) Begin(what string, total int64) *progress.Meter {
	return b.draw(shortName(what, nameWidth), func(end func()) *progress.Meter { return progress.NewMeter(what, total, end) })
}

// Wait draws what is waited for, and for how long, until the End of the meter.
func (b *bars) Wait(what string) *progress.Meter {
	return b.draw(shortName(what, waitWidth), func(end func()) *progress.Meter { return progress.NewWait(what, end) })
}

// draw draws a line under a name for what a function makes, which is given the end of the line.
func (b *bars) draw(name string, newMeter func(end func()) *progress.Meter) *progress.Meter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.drawn == nil {
		b.drawn = mpb.New(mpb.WithOutput(b.out), mpb.WithAutoRefresh(), mpb.WithRefreshRate(redrawEvery))
	}
	var bar *mpb.Bar
	meter := newMeter(func() { b.end(bar) })
	began := b.now()
	draw := func(w io.Writer, _ decor.Statistics) error {
		_, err := io.WriteString(w, barLine(name, meter, b.now().Sub(began)))
		return err
	}
	var err error
	if bar, err = b.drawn.Add(0, mpb.BarFillerFunc(draw), mpb.BarFillerTrim()); err != nil { // nothing is drawn any more
		return newMeter(func() {})
	}
	b.active = append(b.active, bar)
	return meter
}

// end removes bars, and with the last one all that is drawn.
func (b *bars) end(ended ...*mpb.Bar) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, bar := range ended {
		bar.Abort(true)
	}
	b.active = slices.DeleteFunc(b.active, func(bar *mpb.Bar) bool { return slices.Contains(ended, bar) })
	if len(b.active) == 0 && b.drawn != nil {
		b.drawn.Wait()
		b.drawn = nil
	}
}

// clear removes the bars of work that has not ended, because the process does.
func (b *bars) clear() {
	b.mu.Lock()
	active := slices.Clone(b.active)
	b.mu.Unlock()
	b.end(active...)
}

// shortName is the name of work as a terminal may show it, in so many columns. It may be hostile.
func shortName(what string, width int) string {
	name := terminalLine(what)
	if utf8.RuneCountInString(name) <= width {
		return name
	}
	return string([]rune(name)[:width-1]) + "…"
}

// barLine is a bar where the end is known, and how far the work has come, or how long it has waited.
func barLine(name string, m *progress.Meter, since time.Duration) string {
	if m.Waits {
		return name + "  " + passed(since)
	}
	done, rate := m.Done(), int64(0)
	if since > 0 {
		rate = int64(float64(done) / since.Seconds())
	}
	bar := ""
	if m.Total > 0 {
		full := int(barWidth * done / m.Total)
		bar = "[" + strings.Repeat("=", full) + strings.Repeat(" ", barWidth-full) + "] "
	}
	return fmt.Sprintf("%s  %s%s", name, bar, amount(done, m.Total, rate))
}
