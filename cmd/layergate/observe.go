package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/mattn/go-isatty"

	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/observe"
)

// observeCommand is the word with which the program starts itself to read an image. It is no command for people, and not
// among those of the help.
const observeCommand = "observe"

// observerOf tells whether the arguments of a process, its name first, are those of one that reads an image, and what its profiles
// are called; there are none where that is empty.
func observerOf(args []string) (profiles string, ok bool) {
	if len(args) < 2 || len(args) > 3 || args[1] != observeCommand {
		return "", false
	}
	return strings.Join(args[2:], ""), true
}

// observeImage is that process. It returns its exit code, which the other process only looks at where there was no answer.
// profiles is as observerOf returns it.
func observeImage(in *os.File, out, log io.Writer, profiles string) int {
	if isatty.IsTerminal(in.Fd()) {
		fmt.Fprintln(log, "error: layergate starts this command itself; to scan an image, use layergate scan")
		return exitRequest
	}
	stop, err := startProfiles(profiles)
	if err != nil {
		fmt.Fprintln(log, "error:", err)
		return exitUndecided
	}
	err = observe.Serve(context.Background(), in, out)
	err = errors.Join(err, stop())
	if errors.Is(err, observe.ErrNoOrder) {
		fmt.Fprintln(log, "error: layergate starts this command itself; to scan an image, use layergate scan:", err)
		return exitRequest
	}
	if err != nil {
		fmt.Fprintln(log, "error:", err)
		return exitUndecided
	}
	return exitClean
}

// observer has images read by a process of this program, each by one of its own. The first is started at once.
func (c *command) observer() (observe.Func, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding the program that reads images, which is this one: %w", err)
	}
	process := observe.Process{Path: path, Args: []string{"layergate", observeCommand}}
	if c.profileDir == "" {
		return process.Ahead(), nil
	}
	process.Patient = true
	var count atomic.Int64
	return func(ctx context.Context, req observe.Request, host observe.Host) (*observe.Observation, error) {
		process := process
		process.Args = append(slices.Clip(process.Args), filepath.Join(c.profileDir, fmt.Sprintf("%s-%d", observeCommand, count.Add(1))))
		return process.Observe(ctx, req, host)
	}, nil
}

// memoryShare is the part of the memory of the machine, or of this process's control group, that reading an image may
// take where no limit is given, in percent.
const memoryShare = 85

// memoryLimit is the input memory-limit in bytes.
func memoryLimit(in *input.Values) (int64, error) {
	if in.String("memory-limit") != "" {
		return in.Size("memory-limit")
	}
	least := uint64(math.MaxInt64)
	for _, ask := range []func() (uint64, error){memlimit.FromCgroup, memlimit.FromSystem} {
		// A system that does not say has no limit.
		if n, err := ask(); err == nil && n > 0 {
			least = min(least, n)
		}
	}
	if least == math.MaxInt64 {
		return 0, nil
	}
	return int64(least / 100 * memoryShare), nil
}
