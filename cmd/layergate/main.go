// Command layergate stands between a container build and the production registry: it scans every layer of an image and
// pushes the image only when it is clean.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the linker for a release.
var version string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := command{args: os.Args[1:], getenv: os.Getenv, stdout: os.Stdout, stderr: os.Stderr}
	os.Exit(c.run(ctx))
}
