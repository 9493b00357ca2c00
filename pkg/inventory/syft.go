package inventory

import (
	"context"
	"strings"
	"sync"

	"github.com/anchore/syft/syft"
	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/cataloging"
	"github.com/anchore/syft/syft/cataloging/pkgcataloging"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/source"
	_ "github.com/glebarez/sqlite" // the driver by which the catalogers read RPM and Nix databases
)

// tools is a context with what syft's catalogers take from one and is dear to make, so that a process makes it once: the
// licence classifier.
var tools = sync.OnceValues(func() (context.Context, error) {
	return syft.SetContextLicenseScanner(context.Background(), cataloging.DefaultLicenseConfig())
})

// toolContext is a context that also has the tools.
type toolContext struct {
	context.Context
	tools context.Context
}

// Value looks in the context first.
func (c toolContext) Value(key any) any {
	if v := c.Context.Value(key); v != nil {
		return v
	}
	return c.tools.Value(key)
}

func withTools(ctx context.Context) (context.Context, error) {
	made, err := tools()
	return toolContext{ctx, made}, err
}

// run is one cataloger with what it sees.
type run struct {
	cataloger *cataloger
	resolver  file.Resolver
}

// catalogue lets syft run catalogers side by side and returns what each of them found, and which files they could make
// nothing of. Nothing is added to their answers or left out.
func catalogue(ctx context.Context, r file.Resolver, runs []run) ([][]pkg.Package, []unread, error) {
	cfg := baseConfig()
	cfg.DataGeneration.GenerateCPEs = false
	var mu sync.Mutex
	results := make([][]pkg.Package, len(runs))
	for i, one := range runs {
		cfg = cfg.WithCatalogers(asImageCataloger(catalogFunc{
			name: one.cataloger.Name(),
			catalog: func(ctx context.Context) ([]pkg.Package, error) {
				packages, _, err := one.cataloger.Catalog(ctx, one.resolver)
				mu.Lock()
				defer mu.Unlock()
				results[i] = packages
				return nil, err
			},
		}))
	}
	if len(runs) == 0 {
		return results, nil, nil
	}
	s, err := syft.CreateSBOM(ctx, view{r}, cfg)
	if err != nil {
		return nil, nil, err
	}
	var failed []unread
	for at, reasons := range s.Artifacts.Unknowns {
		for _, reason := range reasons {
			cataloger, _, _ := strings.Cut(reason, ":") // syft writes NAME: REASON
			failed = append(failed, unread{at, cataloger})
		}
	}
	return results, failed, nil
}

// unread is a file that a cataloger selected and could make nothing of.
type unread struct {
	at        file.Coordinates
	cataloger string
}

// finish completes packages as syft and grype do after cataloguing: names of the CPE dictionary are derived, packages
// without a version are dropped, binaries that belong to an operating system's package are dropped, and who owns whose
// files is written down.
func finish(ctx context.Context, r file.Resolver, packages []pkg.Package) (Set, error) {
	cfg := baseConfig()
	cfg.Compliance.MissingVersion = cataloging.ComplianceActionDrop
	cfg = cfg.WithCatalogers(asImageCataloger(catalogFunc{
		name:    "layers",
		catalog: func(context.Context) ([]pkg.Package, error) { return packages, nil },
	}))
	s, err := syft.CreateSBOM(ctx, view{r}, cfg)
	if err != nil {
		return Set{}, err
	}
	return Set{Packages: s.Artifacts.Packages.Sorted(), Relationships: s.Relationships}, nil
}

func baseConfig() *syft.CreateSBOMConfig {
	cfg := syft.DefaultCreateSBOMConfig().WithoutFiles().WithoutCatalogers()
	cfg.Relationships.PackageFileOwnership = false // of no use to a matcher, and a line for each file of the image
	return cfg
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
