package progress_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/layergate/layergate/pkg/progress"
)

// one is a reporter of one meter.
type one struct {
	meter *progress.Meter
	ended int
}

func (o *one) Begin(what string, total int64) *progress.Meter {
	o.meter = progress.NewMeter(what, total, func() { o.ended++ })
	return o.meter
}

func (o *one) Wait(what string) *progress.Meter {
	o.meter = progress.NewWait(what, func() { o.ended++ })
	return o.meter
}

func TestMeter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		total      int64
		count      func(*progress.Meter)
		done, want int64 // want is the total
	}{
		{name: "nothing yet", total: 10, count: func(*progress.Meter) {}, want: 10},
		{name: "pieces", total: 10, count: func(m *progress.Meter) { m.Add(3); m.Add(4) }, done: 7, want: 10},
		{name: "more than there is", total: 10, count: func(m *progress.Meter) { m.Add(30) }, done: 10, want: 10},
		{name: "less than nothing", total: 10, count: func(m *progress.Meter) { m.Set(-5) }, want: 10},
		{name: "no known end", total: -1, count: func(m *progress.Meter) { m.Set(1 << 40) }, done: 1 << 40},
		{name: "a reader", total: 10, count: func(m *progress.Meter) { io.Copy(io.Discard, m.Reader(bytes.NewReader(make([]byte, 6)))) }, done: 6, want: 10},
	} {
		var o one
		m := progress.Begin(&o, tt.name, tt.total)
		tt.count(m)
		m.End()
		if m.Done() != tt.done || m.Total != tt.want || m.What != tt.name || o.ended != 1 {
			t.Errorf("%s: %d of %d bytes are done and it ended %d times, want %d of %d", tt.name, m.Done(), m.Total, o.ended, tt.done, tt.want)
		}
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	var o one
	m := progress.Wait(&o, "waiting for registry.example")
	m.End()
	if !m.Waits || m.What != "waiting for registry.example" || o.ended != 1 {
		t.Errorf("%+v ended %d times, want a wait that ended once", m, o.ended)
	}
	progress.Wait(nil, "waiting").End()
}

// Who does the work need not ask whether somebody wants to know.
func TestNobodyIsTold(t *testing.T) {
	t.Parallel()
	m := progress.Begin(nil, "reading", 10)
	m.Add(1)
	m.Set(2)
	r := bytes.NewReader(nil)
	if got := m.Reader(r); got != io.Reader(r) {
		t.Errorf("Reader() = %v, want the reader itself", got)
	}
	m.End()
}
