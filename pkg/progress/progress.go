// Package progress tells how far work on many bytes has come: whoever does the work counts, and whoever started it shows the count.
// Counting costs one addition for each piece that is read or written.
//
// It imports the standard library only.
package progress

import (
	"io"
	"sync/atomic"
)

// Reporter is told of work that may take long. It is safe for concurrent use.
type Reporter interface {
	// Begin is told what begins, as "reading 3 layers", and how many bytes there are in all; 0 where that is not known. The text may
	// be hostile. The work calls End of what it returns.
	Begin(what string, total int64) *Meter
	// Wait is told what the work waits for, as "waiting for registry.example", where there is nothing to count. The text may be
	// hostile. The work calls End of what it returns.
	Wait(what string) *Meter
}

// Begin begins to count, for a reporter that may be nil.
func Begin(r Reporter, what string, total int64) *Meter {
	if r == nil {
		return nil
	}
	return r.Begin(what, total)
}

// Wait begins to wait, for a reporter that may be nil.
func Wait(r Reporter, what string) *Meter {
	if r == nil {
		return nil
	}
	return r.Wait(what)
}

// Meter counts the bytes of one piece of work. A nil Meter counts nothing. It is safe for concurrent use.
type Meter struct {
	What string
	// Total is the number of all bytes; 0 where it is not known.
	Total int64
	// Waits says that nothing is counted: what passes is time alone.
	Waits bool

	done atomic.Int64
	end  func()
}

// NewMeter makes a meter for a reporter, which is told once by end, not nil, that the work has ended.
func NewMeter(what string, total int64, end func()) *Meter {
	return &Meter{What: what, Total: max(total, 0), end: end}
}

// NewWait makes a meter of a wait, as NewMeter does.
func NewWait(what string, end func()) *Meter {
	return &Meter{What: what, Waits: true, end: end}
}

// Add counts n more bytes.
func (m *Meter) Add(n int64) {
	if m != nil {
		m.done.Add(n)
	}
}

// Set says that n bytes are done in all.
func (m *Meter) Set(n int64) {
	if m != nil {
		m.done.Store(n)
	}
}

// Done is the number of bytes that are done: never more than Total, where that is known.
func (m *Meter) Done() int64 {
	done := max(m.done.Load(), 0)
	if m.Total > 0 {
		return min(done, m.Total)
	}
	return done
}

// End says that the work has ended, well or not.
func (m *Meter) End() {
	if m != nil {
		m.end()
	}
}

// Reader counts what is read through it.
func (m *Meter) Reader(r io.Reader) io.Reader {
	if m == nil {
		return r
	}
	return reader{r, m}
}

type reader struct {
	r io.Reader
	m *Meter
}

// Read counts.
func (r reader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.m.Add(int64(n))
	return n, err
}
