package observe

import (
	"cmp"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/layergate/layergate/pkg/secret/layers"
)

// Process says how the observing process is started: by the program that calls Serve.
type Process struct {
	Path string   // of the program
	Args []string // its arguments, the program's name first
	// Patient gives the process the time to end by itself once it has answered, where it has something to complete. Else it is
	// killed then: its memory need not be taken apart.
	Patient bool
}

// killDelay is how long a process that was killed may hold its pipes open, and one that is to end may take for that.
const killDelay = 2 * time.Second

// Observe observes in a process of its own, which ends with ctx. The layers of the request must lie in files, and are
// marked as verified when the observation says so. When the process dies instead of answering the error is a
// *DeathError.
func (p Process) Observe(ctx context.Context, req Request, host Host) (*Observation, error) {
	r, err := p.start()
	if err != nil {
		return nil, err
	}
	return r.observe(ctx, req, host)
}

// Ahead starts a process now, and has it observe the first image that it is asked for: a process takes about as long to start
// as a small image takes to be read. Other images have processes of their own. Without an image the process ends with this one.
func (p Process) Ahead() Func {
	type outcome struct {
		*running
		error
	}
	first := make(chan outcome, 1)
	go func() {
		r, err := p.start()
		first <- outcome{r, err}
		close(first)
	}()
	return func(ctx context.Context, req Request, host Host) (*Observation, error) {
		o, ahead := <-first
		switch {
		case !ahead:
			return p.Observe(ctx, req, host)
		case o.error != nil:
			return nil, o.error
		}
		return o.observe(ctx, req, host)
	}
}

// running is an observing process that has no order yet.
type running struct {
	cmd     *exec.Cmd
	hands   *hands
	in      io.WriteCloser
	out     io.Reader
	said    *head
	patient bool
}

func (p Process) start() (*running, error) {
	// The environment is empty but for this: no garbage is collected while packages are initialized, see heap.
	cmd := &exec.Cmd{Path: p.Path, Args: p.Args, Env: []string{"GOGC=off"}, WaitDelay: killDelay}
	r := &running{cmd: cmd, said: &head{}, patient: p.Patient}
	cmd.Stderr = r.said
	var err error
	if r.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if r.out, err = cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	if r.hands, err = newHands(cmd); err != nil {
		return nil, err
	}
	err = cmd.Start()
	r.hands.started()
	if err != nil {
		r.hands.close()
		return nil, fmt.Errorf("starting the process that reads the image: %w", err)
	}
	return r, nil
}

// observe gives the process its order, and waits for its end.
func (r *running) observe(ctx context.Context, req Request, host Host) (*Observation, error) {
	kill := func() { _ = r.cmd.Process.Kill() }
	defer context.AfterFunc(ctx, kill)()
	o, files, err := newOrder(req, host.Cache != nil)
	if err != nil {
		kill()
		r.hands.close()
		_ = r.cmd.Wait()
		return nil, err
	}
	c := conversation{
		req: req, host: host, to: gob.NewEncoder(r.in), from: gob.NewDecoder(&bounded{from: r.out, left: maxSaid}),
	}
	seen, err := c.hold(o, func() error { return r.hands.give(files) })
	_ = r.in.Close() // with its input the process ends
	var broken *brokenError
	if errors.As(err, &broken) {
		exit, ended := endOf(r.cmd)
		if text := r.said.String(); text != "" {
			c.debug("the process that reads the image wrote: " + text)
		}
		err = c.death(exit, ended, r.said.String(), broken)
	} else if r.patient && err == nil {
		_, _ = endOf(r.cmd)
	} else {
		kill()
		_ = r.cmd.Wait()
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, err
	}
	if err := seen.check(req); err != nil {
		return nil, fmt.Errorf("the process that reads the image gave an answer that cannot be: %w", err)
	}
	return seen, seen.verify(req)
}

// endOf waits for a process that speaks no more, and is about to end therefore. ended is false for one that had to be
// killed.
func endOf(cmd *exec.Cmd) (exit error, ended bool) {
	kill := time.AfterFunc(killDelay, func() { _ = cmd.Process.Kill() })
	exit = cmd.Wait()
	return exit, kill.Stop()
}

// newOrder says in which files the layers of a request lie.
func newOrder(req Request, cached bool) (order, []*os.File, error) {
	o := order{
		Scratch: req.Scratch, Memory: req.Memory, MaxUnpacked: req.MaxUnpacked, MemoryLimit: req.MemoryLimit,
		Serial: req.Serial, NoSecrets: req.NoSecrets, KeepLayers: req.KeepLayers, Cached: cached,
	}
	var files []*os.File
	for _, p := range req.Platforms {
		out := platformOrder{Name: p.Name}
		for _, l := range p.Layers {
			if l.Absent {
				out.Layers = append(out.Layers, layerOrder{Layer: *l})
				continue
			}
			f, offset, ok := l.File()
			if !ok {
				return order{}, nil, fmt.Errorf("%s: layer %d does not lie in a file", p.Name, l.Index)
			}
			at := slices.Index(files, f)
			if at < 0 {
				name, err := filepath.Abs(f.Name()) // the process is in another directory
				if err != nil {
					return order{}, nil, err
				}
				at = len(files)
				files, o.Files = append(files, f), append(o.Files, name)
			}
			out.Layers = append(out.Layers, layerOrder{Layer: *l, File: at, Offset: offset, Length: l.Stored().Size()})
		}
		o.Platforms = append(o.Platforms, out)
	}
	return o, files, nil
}

// check makes sure that an observation can be one of the request: the process that made it read hostile bytes.
func (o *Observation) check(req Request) error {
	if len(o.Platforms) != len(req.Platforms) {
		return fmt.Errorf("it has %d platforms of %d", len(o.Platforms), len(req.Platforms))
	}
	if err := o.bounded(); err != nil {
		return err
	}
	for i, p := range o.Platforms {
		if err := p.check(len(req.Platforms[i].Layers)); err != nil {
			return fmt.Errorf("%s: %w", req.Platforms[i].Name, err)
		}
	}
	return nil
}

// check makes sure that an observation can be that of a platform with so many layers.
func (p *Platform) check(layered int) error {
	if len(p.Layers) != layered {
		return fmt.Errorf("it has %d layers of %d", len(p.Layers), layered)
	}
	for k, l := range p.Layers {
		if _, err := v1.NewHash(l.Stored.String()); err != nil || l.Unpacked < 0 {
			return fmt.Errorf("layer %d has the digest %.80q and %d bytes", k, l.Stored, l.Unpacked)
		}
	}
	return cmp.Or(p.Inventory.Check(layered), layers.Check(p.Secrets, layered))
}

// verify marks the layers of the request as verified.
func (o *Observation) verify(req Request) error {
	for i, p := range o.Platforms {
		for k, l := range p.Layers {
			if err := req.Platforms[i].Layers[k].Verified(l.Stored); err != nil {
				return fmt.Errorf("%s: layer %d: %w", req.Platforms[i].Name, k, err)
			}
		}
	}
	return nil
}

// head keeps the beginning of what is written to it: the Go runtime begins with why a process crashes, and where.
type head struct{ kept []byte }

// headSize is how many bytes are kept.
const headSize = 256 << 10

var _ io.Writer = (*head)(nil)

// Write keeps the first bytes.
func (h *head) Write(p []byte) (int, error) {
	h.kept = append(h.kept, p[:min(len(p), headSize-len(h.kept))]...)
	return len(p), nil
}

// String is what was kept.
func (h *head) String() string { return string(h.kept) }
