// Package gate is the order of things: Inspect takes an image through all steps to a report, and Promote pushes it when
// the report's verdict came with a clearance.
//
// It must not import pkg/ci, nor look at the environment or the process's streams.
package gate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/layergate/layergate/pkg/build"
	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/match"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/registry"
	"github.com/layergate/layergate/pkg/report"
	"github.com/layergate/layergate/pkg/spool"
	"github.com/layergate/layergate/pkg/vulndb"
)

// Config is a request to inspect one image, with all its platforms.
type Config struct {
	Image     string        // source: a path, a path behind a scheme, docker:NAME or registry:REFERENCE; empty where Build makes the image
	Build     *build.Config // builds the image first; nil where there is one. Its temporary folder is set by Inspect
	ImageName string        // chooses an image of an archive that holds several
	BaseImage string        // source of the image that it was built on; empty where only the Dockerfile tells
	Source    Source
	Push      []string
	Policy    policy.Policy
	Database  vulndb.Config
	Registry  registry.Config
	Docker    image.Docker // where docker: finds an image
	OutputDir string       // where the reports go

	TempDir     string // an existing folder; what is unpacked goes into a new one inside, which Close removes
	Memory      int64  // bytes of unpacked layers that are held in memory
	MaxUnpacked int64  // bytes that may be unpacked in all; 0 means no limit

	Cache  inventory.Store // of what layers hold, from earlier runs; nil for none
	Serial bool            // does one thing after the other, which gives the same reports more slowly

	Tool     report.Tool
	Progress func(step string) // told what begins; nil is allowed
}

// Result is an inspected image.
type Result struct {
	Report *report.Report
	Files  []string // the reports that were written

	image     *image.Image
	clearance *policy.Clearance
	client    *registry.Client
	refs      []registry.Reference
	progress  func(string)
	cleanup   []func() error
}

// Inspect opens the image, reads every layer of every platform, finds its packages and their vulnerabilities, judges
// them and writes the reports. Nothing is sent anywhere. The result must be closed.
func Inspect(ctx context.Context, cfg Config) (*Result, error) {
	r := &Result{progress: cfg.Progress}
	if r.progress == nil {
		r.progress = func(string) {}
	}
	if err := r.inspect(ctx, cfg); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Result) inspect(ctx context.Context, cfg Config) error {
	var err error
	if r.refs, err = registry.ParseReferences(cfg.Push); err != nil {
		return err
	}
	if r.client, err = registry.New(cfg.Registry); err != nil {
		return err
	}
	work, err := os.MkdirTemp(cfg.TempDir, "layergate-")
	if err != nil {
		return fmt.Errorf("making a folder for temporary files: %w", err)
	}
	r.onClose(func() error { return os.RemoveAll(work) })
	sp := spool.New(spool.Config{Dir: work, Memory: cfg.Memory, Limit: cfg.MaxUnpacked})
	r.onClose(sp.Close)

	source, err := r.source(ctx, &cfg, work)
	if err != nil {
		return err
	}
	src, err := openProject(cfg.Source)
	if err != nil {
		return err
	}
	opt := image.Options{
		Name: cfg.ImageName, Spool: sp, TempDir: work, Docker: cfg.Docker,
		Registry: func(ref string) (image.Repository, error) { return r.client.Source(ref, r.trusted(source)) },
	}
	if r.image, err = image.Open(ctx, source, opt); err != nil {
		return err
	}
	r.onClose(r.image.Close)
	var base map[string][]string
	if cfg.BaseImage != "" {
		if base, err = baseLayers(ctx, cfg.BaseImage, opt); err != nil {
			return err
		}
	}
	if cfg.Build != nil {
		r.image.Name = "" // the daemon's name for it was made up
		if len(cfg.Push) > 0 {
			r.image.Name = cfg.Push[0]
		}
	}

	// The database is opened while the layers are read.
	var db *vulndb.DB
	var inventories []*inventory.Inventory
	var trees []*layerfs.FS
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		db, err = openDatabase(groupCtx, cfg, work)
		return err
	})
	group.Go(func() error {
		for _, p := range r.image.Platforms {
			tree, inv, err := r.takeInventory(groupCtx, cfg, p, sp, work)
			if err != nil {
				return fmt.Errorf("%s: %w", p.Name, err)
			}
			trees, inventories = append(trees, tree), append(inventories, inv)
		}
		return nil
	})
	err = group.Wait()
	if db != nil {
		r.onClose(db.Close)
	}
	if err != nil {
		return err
	}
	if err := r.unchanged(); err != nil {
		return err
	}

	rep := newReport(cfg, r.image, db.Info())
	parts := runtime.GOMAXPROCS(0)
	if cfg.Serial {
		parts = 1
	}
	for i, p := range r.image.Platforms {
		r.progress(fmt.Sprintf("%s: matching %s", p.Name, count(len(inventories[i].Packages), "package")))
		// Ends of life are judged as of the database's build, so that the same database gives the same report.
		target := match.Target{Platform: p.Name, Layers: layersOf(p), Now: db.Info().Built, Covers: db.Covers, Expect: db.Expect, Parts: parts}
		result, err := match.Find(ctx, inventories[i], db.Provider(), target)
		if err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		addPlatform(rep, p, trees[i], inventories[i], result)
		r.locate(rep, p, src, cfg.BaseImage, base, result.Findings)
	}
	finding.Sort(rep.Findings)
	if err := ctx.Err(); err != nil {
		return err // what was found may not be all
	}

	if len(r.refs) > 0 && !r.image.Sealed() {
		r.progress("compressing layers")
		if err := r.image.Seal(ctx); err != nil {
			return err
		}
	}
	addDigests(rep, r.image)
	if err := ctx.Err(); err != nil {
		return err
	}
	rep.Verdict, r.clearance = policy.Judge(cfg.Policy, policy.Subject{Digests: r.image.Digests()}, rep.Findings)
	r.Report = rep
	if r.Files, err = report.WriteFiles(cfg.OutputDir, rep); err != nil {
		return err
	}
	return ctx.Err()
}

// locate says of the last platform of a report which of its layers are the base image's, and which line brought which
// finding, and adds the findings.
func (r *Result) locate(rep *report.Report, p *image.Platform, src *project, baseName string, base map[string][]string, findings []finding.Finding) {
	out := &rep.Platforms[len(rep.Platforms)-1]
	warn := func(err error) { rep.Warnings = append(rep.Warnings, fmt.Sprintf("%s: %s", p.Name, err)) }
	if src != nil {
		if err := src.locate(rep, p, out, findings); err != nil && src.asked {
			warn(fmt.Errorf("findings name their layer and no line: %w", err))
		}
	}
	if base != nil {
		if err := markBase(rep, baseName, base, out); err != nil {
			warn(err)
		}
	}
	nameBase(rep, r.image, p)
	for i := range findings {
		l := out.Layers[findings[i].Layer.Index]
		findings[i].Layer.Base = l.Base
		if l.Location == nil {
			findings[i].Location, findings[i].Related = nil, nil
		}
	}
	rep.Findings = append(rep.Findings, findings...)
}

// trusted lists the references whose registries may see the user name and the password: those that are pushed to, and
// where nothing is pushed the one that is scanned.
func (r *Result) trusted(source string) []registry.Reference {
	if len(r.refs) > 0 {
		return r.refs
	}
	rest, ok := strings.CutPrefix(source, "registry:")
	if !ok {
		return nil
	}
	name, _, _ := strings.Cut(rest, "@") // only the registry matters
	refs, err := registry.ParseReferences([]string{name})
	if err != nil {
		return nil // opening it says what is wrong
	}
	return refs
}

// Building begins the step in which an image is built.
const Building = "building "

// source is the image to open, which is built first where that was asked for. The configuration then says what was built.
func (r *Result) source(ctx context.Context, cfg *Config, work string) (string, error) {
	if cfg.Build == nil {
		r.progress("opening " + cfg.Image)
		return cfg.Image, nil
	}
	r.progress(Building + cfg.Build.Context)
	b := *cfg.Build
	b.TempDir = work
	built, err := build.Build(ctx, b)
	if err != nil {
		return "", err
	}
	cfg.Image = "context:" + cfg.Build.Context
	cfg.Source.Dockerfile = built.Dockerfile
	return built.Archive, nil
}

func openDatabase(ctx context.Context, cfg Config, work string) (*vulndb.DB, error) {
	dbCfg := cfg.Database
	dbCfg.TempDir = work
	return vulndb.Open(ctx, dbCfg)
}

func (r *Result) takeInventory(ctx context.Context, cfg Config, p *image.Platform, sp *spool.Spool, work string) (*layerfs.FS, *inventory.Inventory, error) {
	r.progress(fmt.Sprintf("%s: reading %s", p.Name, count(len(p.Layers), "layer")))
	tree, err := layerfs.New(ctx, p.Layers, sp)
	if err != nil {
		return nil, nil, err
	}
	r.progress(fmt.Sprintf("%s: looking for packages", p.Name))
	inv, err := inventory.Take(ctx, tree, diffIDs(p), inventory.Options{Cache: cfg.Cache, Serial: cfg.Serial, TempDir: work})
	if err != nil {
		return nil, nil, err
	}
	// Catalogers pass over files that they cannot read; a layer that could not be read leaves the gate shut.
	return tree, inv, tree.Err()
}

// Promote pushes the image to every reference of the request. It is an error to promote what is not clean.
func (r *Result) Promote(ctx context.Context) error {
	if len(r.refs) == 0 {
		return errors.New("there is nothing to push to")
	}
	content, err := r.image.Content()
	if err != nil {
		return err
	}
	if err := r.unchanged(); err != nil {
		return err
	}
	for _, ref := range r.refs {
		r.progress("pushing " + ref.String())
	}
	if err := r.client.Push(ctx, r.clearance, content, r.refs); err != nil {
		return fmt.Errorf("pushing the image: %w", err)
	}
	return nil
}

// unchanged makes sure that what was read is what is judged and pushed.
func (r *Result) unchanged() error {
	if err := r.image.Unchanged(); err != nil {
		return fault.WithHint(err, "let nothing else write to the image while it is scanned, and run again")
	}
	return nil
}

// References lists where Promote pushes to.
func (r *Result) References() []string {
	var out []string
	for _, ref := range r.refs {
		out = append(out, ref.String())
	}
	return out
}

func (r *Result) onClose(f func() error) { r.cleanup = append(r.cleanup, f) }

// Close removes temporary files.
func (r *Result) Close() error {
	var errs []error
	for i := len(r.cleanup) - 1; i >= 0; i-- {
		errs = append(errs, r.cleanup[i]())
	}
	r.cleanup = nil
	return errors.Join(errs...)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// utc writes a time as reports do.
func utc(t time.Time) string { return t.UTC().Format(time.RFC3339) }
