package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/layergate/layergate/pkg/gate"
	"github.com/layergate/layergate/pkg/imagetest"
	"github.com/layergate/layergate/pkg/observe"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registrytest"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/vulndb"
	"github.com/layergate/layergate/pkg/vulndb/osv"
)

// demo is the scene: a registry, an advisory database and two images.
type demo struct {
	out      io.Writer
	work     string // a directory for everything but the reports
	registry *registrytest.Server
	gate     *gate.Gate
}

func (d *demo) title(text string) { fmt.Fprintf(d.out, "\n=== %s ===\n\n", text) }

// prepare starts the registry, makes the database, and puts the gate in front of the registry.
func (d *demo) prepare(ctx context.Context) error {
	advisories, err := findAdvisories()
	if err != nil {
		return err
	}
	database := filepath.Join(d.work, "db")
	built, err := osv.Build(ctx, osv.Config{Dir: database, Files: []string{advisories}, Now: time.Now})
	if err != nil {
		return err
	}
	if d.registry, err = registrytest.Start(registrytest.Config{}); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "A registry listens on %s, and is empty.\nThe database holds %d advisories from %s.\n", d.registry.Host, built.Advisories, advisories)
	d.gate, err = gate.New(ctx, gate.Env{
		Tool:     report.Tool{Name: "layergate", Version: "quickstart"},
		Database: vulndb.Config{Sources: []vulndb.Source{vulndb.Path(database)}, MaxAge: 5 * 24 * time.Hour},
		Observe:  observe.InProcess, // the images are its own
		TempDir:  d.work,
		Memory:   64 << 20,
	})
	return err
}

// close closes the gate and the registry, as far as there are any.
func (d *demo) close() {
	if d.gate != nil {
		d.gate.Close()
	}
	if d.registry != nil {
		d.registry.Close()
	}
}

// findAdvisories looks for the repository's advisories in the working directory and above it.
func findAdvisories() (string, error) {
	for dir := "."; ; dir = filepath.Join("..", dir) {
		path := filepath.Join(dir, "testdata", "advisories")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		if abs, err := filepath.Abs(dir); err != nil || abs == filepath.Dir(abs) {
			return "", errors.New("there is no testdata/advisories here: run this inside the repository of Layergate")
		}
	}
}

// inspect writes an image as docker save would, and takes it to its verdict.
func (d *demo) inspect(ctx context.Context, v versions, results string) (*gate.Result, error) {
	image, err := application(ctx, d.work, v)
	if err != nil {
		return nil, err
	}
	files, err := imagetest.Docker([]string{"shop:" + v.tag}, image)
	if err != nil {
		return nil, err
	}
	archive := filepath.Join(d.work, v.tag+".tar")
	if err := files.WriteArchive(archive, imagetest.None); err != nil {
		return nil, err
	}
	result, err := d.gate.Inspect(ctx, gate.Request{
		Image:     archive,
		Push:      []string{d.registry.Host + "/production/shop:" + v.tag},
		Policy:    policy.Policy{FailOn: policy.Any},
		OutputDir: results,
		Progress:  func(step gate.Step) { fmt.Fprintln(d.out, "  …", step) },
	})
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(d.out)
	return result, report.Table(d.out, result.Report, report.TableOptions{Width: 160})
}

// blocked takes the vulnerable image to the gate, where it must stop.
func (d *demo) blocked(ctx context.Context, results string) error {
	result, err := d.inspect(ctx, vulnerable(), results)
	if err != nil {
		return err
	}
	defer result.Close()
	if result.Report.Verdict.Outcome != policy.Blocked {
		return fmt.Errorf("the vulnerable image was judged %s", result.Report.Verdict.Outcome)
	}
	if requests := d.registry.Requests(); len(requests) > 0 {
		return fmt.Errorf("the registry heard of a blocked image: %q", requests)
	}
	fmt.Fprintln(d.out, "\nThe registry heard nothing of it: not one request.")
	return nil
}

// pushed takes the repaired image through the gate, and asks the registry for what arrived.
func (d *demo) pushed(ctx context.Context, results string) error {
	result, err := d.inspect(ctx, repaired(), results)
	if err != nil {
		return err
	}
	defer result.Close()
	if result.Report.Verdict.Outcome != policy.Clean {
		return fmt.Errorf("the repaired image was judged %s", result.Report.Verdict.Outcome)
	}
	if err := result.Promote(ctx); err != nil {
		return err
	}
	scanned := result.Report.Image.Digest
	arrived, err := d.digestOf(ctx, "production/shop", "repaired")
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "\n  scanned  %s\n  pushed   %s@%s\n", scanned, result.References()[0], arrived)
	if arrived != scanned {
		return errors.New("what arrived is not what was scanned")
	}
	return nil
}

// digestOf computes the digest of the manifest that the registry has under a tag.
func (d *demo) digestOf(ctx context.Context, repository, tag string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s/v2/%s/manifests/%s", d.registry.Host, repository, tag), nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the registry has no %s:%s: %s", repository, tag, resp.Status)
	}
	manifest, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	return imagetest.Digest(manifest).String(), nil
}
