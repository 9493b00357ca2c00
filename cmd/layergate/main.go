// Command layergate stands between a container build and the production registry: it scans every layer of an image and
// pushes the image only when it is clean.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/sirupsen/logrus"

	"github.com/layergate/layergate/pkg/ci"
	"github.com/layergate/layergate/pkg/heap"
)

// version is set by the linker for a release.
var version string

func main() {
	runtime.MemProfileRate = 0                 // until profiles are asked for
	profiles, observing := observerOf(os.Args) // which no variable of the environment reaches
	if !observing {
		if err := sealEnvironment(); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(exitUndecided)
		}
	}
	heap.Collect(!observing && os.Getenv("GOGC") != "")
	logrus.SetOutput(io.Discard) // BuildKit's libraries log there what their errors say again
	if observing {
		os.Exit(observeImage(os.Stdin, os.Stdout, os.Stderr, profiles))
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup asks
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		<-signals
		cancel(errInterrupted)
		<-signals
		os.Exit(exitUndecided)
	}()
	// Without this, a reader that goes away would end the process at once, and leave its temporary files.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	c := command{args: os.Args[1:], env: ci.NewEnvironment(os.Environ()), stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(c.run(ctx))
}
