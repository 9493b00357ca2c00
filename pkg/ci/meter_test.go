package ci_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/layergate/layergate/pkg/ci"
)

// safeBuffer may be written to by goroutines.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// A log is told every ten seconds how far work has come, and nothing of work that takes less.
func TestMeterLines(t *testing.T) {
	t.Parallel()
	for _, system := range []string{"", "GITHUB_ACTIONS=true", "TF_BUILD=True"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			var out safeBuffer
			ticks, stopped := make(chan time.Time), 0
			getenv := func(name string) string {
				if value, ok := strings.CutPrefix(system, name+"="); ok {
					return value
				}
				return ""
			}
			p, _ := ci.Detect(ci.Env{Getenv: getenv, Stdout: &out, Stderr: &out, Ticks: func(every time.Duration) (<-chan time.Time, func()) {
				if every != 10*time.Second {
					t.Errorf("a line is written every %s, want 10s", every)
				}
				return ticks, func() { stopped++ }
			}})
			tick := func() {
				ticks <- time.Time{}
				ticks <- time.Time{} // which is taken once the lines of the one before are written
			}
			database := p.Meters().Begin("fetching the advisory database", 85_000_000)
			database.Add(12_000_000)
			tick()
			want := "fetching the advisory database: 12 MB of 85 MB, 1.2 MB/s\n"
			database.End()
			database.End()
			if stopped != 1 {
				t.Errorf("the clock was stopped %d times, want once", stopped)
			}
			hostile := p.Meters().Begin("::error::\x1b[31m##vso[task.complete]", 0)
			hostile.Add(20_000_000)
			tick()
			hostile.End()
			if got := out.String(); !strings.HasPrefix(got, want) || strings.Contains(got, "\x1b") || strings.HasPrefix(system, "GITHUB") && strings.Contains(got, "\n::") || system != "" && strings.Contains(got, "##vso[") {
				t.Errorf("%q was written, want %q and no command", got, want)
			}
			if !strings.Contains(out.String(), ": 20 MB, 2.0 MB/s\n") {
				t.Errorf("%q was written, want how much of an unknown whole", out.String())
			}
		})
	}
}

// A log is told after three seconds what is waited for, then as of any other work, and nothing of a wait that is over by then.
func TestWaitLines(t *testing.T) {
	t.Parallel()
	var out safeBuffer
	var mu sync.Mutex
	now := time.Unix(0, 0)
	ticks := map[time.Duration]chan time.Time{3 * time.Second: make(chan time.Time), 10 * time.Second: make(chan time.Time)}
	stopped := make(chan time.Duration, 9)
	p, _ := ci.Detect(ci.Env{
		Getenv: func(name string) string { return map[string]string{"GITHUB_ACTIONS": "true"}[name] }, Stdout: &out, Stderr: &out,
		Now: func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return now
		},
		Ticks: func(every time.Duration) (<-chan time.Time, func()) {
			return ticks[every], func() { stopped <- every }
		},
	})
	pass := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
	}
	wait := p.Meters().Wait("waiting for \x1b[31mmirror.example")
	pass(3 * time.Second)
	ticks[3*time.Second] <- time.Time{}
	if every := <-stopped; every != 3*time.Second {
		t.Errorf("the clock of %s was stopped, want that of the first line", every)
	}
	pass(7 * time.Second)
	ticks[10*time.Second] <- time.Time{}
	ticks[10*time.Second] <- time.Time{}
	wait.End()
	if got := out.String(); strings.Count(got, "mirror.example: 3s\n") != 1 || !strings.Contains(got, "mirror.example: 10s\n") || strings.Contains(got, "\x1b") {
		t.Errorf("%q was written, want how long the wait lasted, twice", got)
	}
	<-stopped
	written := out.String()
	short := p.Meters().Wait("waiting for another")
	short.End()
	for range 2 {
		<-stopped
	}
	if out.String() != written {
		t.Errorf("%q was written of a wait that was short", strings.TrimPrefix(out.String(), written))
	}
}

// Bars are drawn where lines can be drawn again, beside what the log says, and not after their end.
func TestBars(t *testing.T) {
	t.Parallel()
	var out safeBuffer
	now := time.Unix(0, 0)
	p, _ := ci.Detect(ci.Env{
		Getenv: func(string) string { return "" }, Stdout: &out, Stderr: &out, Redraw: true,
		Now: func() time.Time { return now },
	})
	wait := func(text string) {
		t.Helper()
		for range 200 {
			if strings.Contains(out.String(), text) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("%q was drawn, want %q", out.String(), text)
	}
	m := p.Meters().Begin("pushing to \x1b[31mregistry.example/"+strings.Repeat("x", 100), 100_000_000)
	m.Add(50_000_000)
	wait("[==========          ] 50 MB of 100 MB")
	fmt.Fprintln(p.LogWriter(), "a line above")
	wait("a line above\n")
	if strings.Contains(out.String(), "\x1b[31m") || strings.Contains(out.String(), strings.Repeat("x", 40)) {
		t.Errorf("%q was drawn, with the controls or all of a name that is hostile", out.String())
	}
	m.End()
	waiting := p.Meters().Wait("waiting for " + strings.Repeat("y", 50))
	wait("waiting for " + strings.Repeat("y", 50) + "  0s")
	waiting.End()
	fmt.Fprintln(p.LogWriter(), "a line after it")
	wait("a line after it\n")
	left := p.Meters().Begin("fetching", 0)
	left.Add(1_000_000)
	wait("fetching  1.0 MB")
	if err := p.Flush(); err != nil {
		t.Fatal(err)
	}
	drawn := out.String()
	left.End() // comes late, and finds the bar gone
	time.Sleep(300 * time.Millisecond)
	if out.String() != drawn {
		t.Errorf("%q was drawn after the end", strings.TrimPrefix(out.String(), drawn))
	}
}
