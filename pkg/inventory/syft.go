package inventory

import (
	"cmp"
	"context"
	"errors"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/anchore/syft/syft"
	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/cataloging/pkgcataloging"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/source"

	"github.com/layergate/layergate/pkg/anchore"
)

// run is one cataloger with what it sees of a layer, one after the other.
type run struct {
	layer     int
	cataloger *cataloger
	resolvers []file.Resolver
	watch     Watch
}

// Do does a cataloger's work on a layer under labels that say where it is: the Go runtime writes them with a goroutine that
// crashes. Nobody need watch. After a panic both still say so, since the process ends then.
func (w Watch) Do(ctx context.Context, layer int, cataloger string, work func(context.Context)) {
	done := func() {}
	if w != nil {
		done = w(layer, cataloger)
	}
	labelled := pprof.WithLabels(ctx, pprof.Labels(LabelCataloger, cataloger, LabelLayer, strconv.Itoa(layer)))
	pprof.SetGoroutineLabels(labelled)
	work(labelled)
	pprof.SetGoroutineLabels(ctx)
	done()
}

// catalog runs the cataloger.
func (r run) catalog(ctx context.Context) (out []pkg.Package, errs error) {
	r.watch.Do(ctx, r.layer, r.cataloger.Name(), func(ctx context.Context) {
		for _, resolver := range r.resolvers {
			packages, _, err := r.cataloger.Catalog(ctx, resolver)
			out, errs = append(out, packages...), errors.Join(errs, err)
		}
	})
	return out, errs
}

// The labels (runtime/pprof) of the goroutines that run a cataloger: its name, and the index of the layer.
const (
	LabelCataloger = "cataloger"
	LabelLayer     = "layer"
)

// defaults is syft's own configuration, which takes long to make: it compiles some hundred regular expressions. Copy what you change.
var defaults = sync.OnceValue(syft.DefaultCreateSBOMConfig)

// Prepare makes what Take waits for otherwise before it looks at the first layer.
func Prepare() { defaults() }

// runCatalogers lets syft run catalogers side by side and returns what each of them found, and which files they could
// make nothing of. Nothing is added to their answers or left out.
func runCatalogers(ctx context.Context, r file.Resolver, runs []run) ([][]pkg.Package, []unread, error) {
	// Syft returns what it has when its context ends, without an error and with catalogers still at work: it runs to its
	// end here, and the resolvers give catalogers nothing more to read once ctx has ended.
	results := make([][]pkg.Package, len(runs))
	if len(runs) == 0 {
		return results, nil, nil
	}
	own := *defaults()
	tools, cfg, err := anchore.WithoutLicenses(context.WithoutCancel(ctx), own.WithoutFiles().WithoutCatalogers())
	if err != nil {
		return nil, nil, err
	}
	cfg.DataGeneration.GenerateCPEs = false // see newFound
	var mu sync.Mutex
	for i, one := range runs {
		cfg = cfg.WithCatalogers(asImageCataloger(catalogFunc{
			name: one.cataloger.Name(),
			catalog: func(ctx context.Context) ([]pkg.Package, error) {
				packages, err := one.catalog(ctx)
				mu.Lock()
				defer mu.Unlock()
				results[i] = packages
				return nil, err
			},
		}))
	}
	s, err := syft.CreateSBOM(tools, view{r}, cfg)
	if err = cmp.Or(ctx.Err(), err); err != nil {
		return nil, nil, err
	}
	var failed []unread
	for at, reasons := range s.Artifacts.Unknowns {
		for _, reason := range reasons {
			cataloger, why, _ := strings.Cut(reason, ": ") // as syft writes it
			failed = append(failed, unread{Cataloger: cataloger, Path: at.RealPath, Layer: at.FileSystemID, Reason: why})
		}
	}
	slices.SortFunc(failed, func(a, b unread) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Cataloger, b.Cataloger), cmp.Compare(a.Layer, b.Layer), cmp.Compare(a.Reason, b.Reason))
	})
	return results, failed, nil
}

// asImageCataloger makes syft run a cataloger over what it takes for an image.
func asImageCataloger(c pkg.Cataloger) pkgcataloging.CatalogerReference {
	return pkgcataloging.NewCatalogerReference(c, []string{pkgcataloging.ImageTag})
}

// catalogFunc is a cataloger that is a function.
type catalogFunc struct {
	name    string
	catalog func(context.Context) ([]pkg.Package, error)
}

func (c catalogFunc) Name() string { return c.name }

func (c catalogFunc) Catalog(ctx context.Context, _ file.Resolver) ([]pkg.Package, []artifact.Relationship, error) {
	packages, err := c.catalog(ctx)
	return packages, nil, err
}

// view is a file system as a source of syft's.
type view struct{ resolver file.Resolver }

func (view) ID() artifact.ID                                    { return "layergate" }
func (v view) FileResolver(source.Scope) (file.Resolver, error) { return v.resolver, nil }
func (view) Close() error                                       { return nil }

func (view) Describe() source.Description {
	return source.Description{ID: "layergate", Name: "image", Metadata: source.ImageMetadata{}}
}
