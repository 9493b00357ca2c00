package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"runtime/trace"

	"github.com/layergate/layergate/pkg/fault"
)

// profileRate is of how many bytes that are allocated one allocation is noted for the profile of the heap: Go's own rate.
const profileRate = 512 << 10

// profile begins to write the profiles of this process into the directory of the flag --profile, which is for those who work on
// Layergate. The process that reads an image writes its own there.
func (c *command) profile() error {
	if c.profileDir == "" {
		return nil
	}
	var err error
	if c.profileDir, err = filepath.Abs(c.profileDir); err == nil {
		err = os.MkdirAll(c.profileDir, 0o755)
	}
	if err == nil {
		c.stopProfiles, err = startProfiles(filepath.Join(c.profileDir, "layergate"))
	}
	if err != nil {
		return fault.Request(fmt.Errorf("writing profiles: %w", err), "name a directory that can be made and written to with --profile")
	}
	return nil
}

// endProfiles completes them.
func (c *command) endProfiles() {
	if c.stopProfiles == nil {
		return
	}
	if err := c.stopProfiles(); err != nil {
		fmt.Fprintln(c.stderr, "error: writing profiles:", err)
		if c.exit == exitClean {
			c.exit = exitUndecided
		}
	}
}

// startProfiles begins to write what the process does into files whose names begin with name: the time of processors
// (name.cpu.pprof), what is allocated (name.heap.pprof) and the execution trace (name.trace). The function that it returns
// completes them. An empty name writes nothing. The files are opened at once: the process that reads an image can open none later.
func startProfiles(name string) (stop func() error, err error) {
	if name == "" {
		return func() error { return nil }, nil
	}
	var files []*os.File
	create := func(ending string) *os.File {
		f, e := os.Create(name + ending)
		if e != nil {
			err = errors.Join(err, e)
			return nil
		}
		files = append(files, f)
		return f
	}
	cpu, heap, events := create(".cpu.pprof"), create(".heap.pprof"), create(".trace")
	if err != nil {
		return nil, err
	}
	runtime.MemProfileRate = profileRate
	if err := errors.Join(pprof.StartCPUProfile(cpu), trace.Start(events)); err != nil {
		return nil, err
	}
	return func() error {
		pprof.StopCPUProfile()
		trace.Stop()
		runtime.GC() // the profile of the heap is as of the last collection
		err := pprof.WriteHeapProfile(heap)
		for _, f := range files {
			err = errors.Join(err, f.Close())
		}
		return err
	}, nil
}
