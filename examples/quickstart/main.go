// Command quickstart shows what Layergate does, without Docker and without a network: it builds an application's image
// twice, with real vulnerable packages and repaired, and takes both through the code that layergate gate runs, towards
// a registry of its own on loopback. The first must stop at the gate, the second must arrive unchanged.
//
// Run it in the repository: go run ./examples/quickstart
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, "layergate-results"); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run tells the whole story to out and leaves the reports below results.
func run(ctx context.Context, out io.Writer, results string) error {
	work, err := os.MkdirTemp("", "layergate-quickstart-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)

	d := demo{out: out, work: work}
	defer d.close()
	if err := d.prepare(ctx); err != nil {
		return err
	}

	d.title("1. The application as it is")
	if err := d.blocked(ctx, filepath.Join(results, "vulnerable")); err != nil {
		return err
	}
	d.title("2. The same application, repaired")
	if err := d.pushed(ctx, filepath.Join(results, "repaired")); err != nil {
		return err
	}
	d.title("What to look at")
	fmt.Fprintf(out, "  %s\n  %s\n\nTo gate an image of your own:\n  docker save -o app.tar YOUR-IMAGE\n  go run ./cmd/layergate scan --image app.tar\n",
		filepath.Join(results, "vulnerable", "summary.md"), filepath.Join(results, "repaired", "summary.md"))
	return nil
}
