package observe

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/secret"
)

const (
	// maxStack is how deep a cataloger may recurse, in bytes of one goroutine's stack: none of them needs more than a few
	// hundred kilobytes for a file that a package manager wrote.
	maxStack = 64 << 20
	// busyInterval is how often the other process is told which catalogers are at work.
	busyInterval = 100 * time.Millisecond
)

// ErrNoOrder says that the process was not started by Process.Observe.
var ErrNoOrder = errors.New("nobody says what to observe")

// Serve is the observing process: it reads what Process.Observe wrote to its standard input, gives up all that it does
// not need, observes, and answers on its standard output. It ends when its input ends. An error means that it could not
// answer; everything else is part of the answer.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	// Both are needed once the layers are read, and take longer than a small image does.
	go inventory.Prepare()
	go secret.Prepare()
	dec := gob.NewDecoder(in)
	var o order
	if err := dec.Decode(&o); err != nil {
		return fmt.Errorf("%w: %w", ErrNoOrder, err)
	}
	to := newSender(out)
	var read atomic.Int64
	req, err := o.request(&read)
	if err != nil {
		return to.send(message{Failed: newFailure(err)})
	}
	missing, err := o.giveUp()
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		if err := to.send(message{Missing: missing}); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	replies := make(chan reply)
	go func() {
		defer cancel() // when the input ends, nobody waits for the answer any more
		forward(ctx, dec, replies)
	}()
	host := Host{Progress: func(e Event) {
		if n := read.Swap(0); n > 0 {
			_ = to.send(message{Read: n})
		}
		_ = to.send(message{Event: &e})
	}}
	if o.Cached {
		host.Cache = &remoteCache{to: to, replies: replies, ctx: ctx}
	}
	answer := make(chan message, 1)
	go func() { answer <- observed(ctx, req, host, newBusy(to, &read)) }()
	select {
	case m := <-answer:
		if ctx.Err() == nil {
			return to.send(m)
		}
	case <-ctx.Done(): // a cataloger may not notice
	}
	return errors.Join(ctx.Err(), empty(o.Scratch)) // there may be nobody left to do it
}

// observed is the answer.
func observed(ctx context.Context, req Request, host Host, busy *busy) message {
	defer busy.stop()
	seen, err := look(ctx, req, host, busy.watch)
	if err != nil {
		return message{Failed: newFailure(err)}
	}
	done, err := seen.encode()
	if err != nil {
		return message{Failed: newFailure(err)}
	}
	return message{Done: done}
}

// giveUp takes from the process what it does not need to do its work, and has a crash name the layer and the cataloger.
// It returns what the system cannot take away.
func (o order) giveUp() (missing []string, err error) {
	// A terminal sends the first two to this process, too: the other one decides. That it is gone is seen at the input.
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	debug.SetMaxStack(maxStack)
	if o.MemoryLimit > 0 {
		debug.SetMemoryLimit(o.MemoryLimit / 10 * 9) // collect garbage before the limit ends the process
	}
	// What catalogers write to temporary files goes where they may write.
	if err := errors.Join(os.Chdir(o.Scratch), os.Setenv("TMPDIR", o.Scratch), os.Setenv("GODEBUG", "tracebacklabels=1")); err != nil {
		return nil, err
	}
	return confine(o.Scratch, o.MemoryLimit), nil
}

// empty removes what is in a directory, also what a cataloger that is still at work goes on to put there for a moment.
func empty(dir string) error {
	var errs error
	for range 5 {
		list, err := os.ReadDir(dir)
		if err != nil || len(list) == 0 {
			return err
		}
		errs = nil
		for _, e := range list {
			errs = errors.Join(errs, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return errs
}

// forward hands on the replies of the cache until the input ends.
func forward(ctx context.Context, dec *gob.Decoder, to chan<- reply) {
	for {
		var r reply
		if dec.Decode(&r) != nil {
			return
		}
		select {
		case to <- r:
		case <-ctx.Done():
			return
		}
	}
}

// counted is a file that counts what is read of it.
type counted struct {
	file *os.File
	read *atomic.Int64
}

// ReadAt counts.
func (c counted) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.file.ReadAt(p, at)
	c.read.Add(int64(n))
	return n, err
}

// request is the order with its files opened, which count what is read.
func (o order) request(read *atomic.Int64) (Request, error) {
	files, err := taken(o.Files)
	if err != nil {
		return Request{}, err
	}
	req := Request{Scratch: o.Scratch, Memory: o.Memory, MaxUnpacked: o.MaxUnpacked, MemoryLimit: o.MemoryLimit, Serial: o.Serial, NoSecrets: o.NoSecrets, KeepLayers: o.KeepLayers}
	for _, p := range o.Platforms {
		platform := &image.Platform{Name: p.Name}
		for _, l := range p.Layers {
			if l.Layer.Absent {
				platform.Layers = append(platform.Layers, &l.Layer)
				continue
			}
			if l.File < 0 || l.File >= len(files) {
				return Request{}, fmt.Errorf("layer %d lies in file %d of %d", l.Layer.Index, l.File, len(files))
			}
			platform.Layers = append(platform.Layers, l.Layer.WithData(io.NewSectionReader(counted{files[l.File], read}, l.Offset, l.Length)))
		}
		req.Platforms = append(req.Platforms, platform)
	}
	return req, nil
}

// remoteCache asks the other process, which has the cache.
type remoteCache struct {
	to      *sender
	replies <-chan reply
	ctx     context.Context

	mu sync.Mutex // one question at a time
}

// Get asks for a value.
func (c *remoteCache) Get(key string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.to.send(message{Get: key}) != nil {
		return nil, false
	}
	select {
	case r := <-c.replies:
		return r.Value, r.Found
	case <-c.ctx.Done():
		return nil, false
	}
}

// Put hands over a value.
func (c *remoteCache) Put(key string, value []byte) {
	_ = c.to.send(message{Put: &entry{key, value}}) // a pipe that is broken ends the process anyway
}

// busy knows which catalogers are at work, and how much was read, and tells the other process, so that it can say how far this one
// has come, or where it died.
type busy struct {
	mu      sync.Mutex
	places  map[Place]int
	changed bool
	done    chan struct{}
}

func newBusy(to *sender, read *atomic.Int64) *busy {
	b := &busy{places: map[Place]int{}, done: make(chan struct{})}
	go func() {
		tick := time.NewTicker(busyInterval)
		defer tick.Stop()
		told := int64(0)
		for {
			select {
			case <-b.done:
				return
			case <-tick.C:
				if n := read.Load(); n != told {
					told = n
					_ = to.send(message{Read: n})
				}
				if now, changed := b.now(); changed {
					_ = to.send(message{Busy: now})
				}
			}
		}
	}()
	return b
}

func (b *busy) stop() { close(b.done) }

// watch notes that a cataloger begins; the function that it returns, that it has ended.
func (b *busy) watch(layer int, cataloger string) func() {
	place := Place{layer, cataloger}
	b.count(place, 1)
	return func() { b.count(place, -1) }
}

func (b *busy) count(p Place, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.places[p] += n; b.places[p] == 0 {
		delete(b.places, p)
	}
	b.changed = true
}

func (b *busy) now() ([]Place, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.changed {
		return nil, false
	}
	b.changed = false
	out := []Place{}
	for p := range b.places {
		out = append(out, p)
	}
	slices.SortFunc(out, Place.compare)
	return out, true
}
