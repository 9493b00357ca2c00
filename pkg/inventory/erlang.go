package inventory

import (
	"context"

	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/erlang"
)

// newErlangCataloger finds the applications of Erlang and Elixir releases. Syft has a cataloger for them and runs it over directories
// alone: there it looks at whatever is called *.app. A compiled application has its own in ebin (Erlang/OTP, "app(4)").
func newErlangCataloger() pkg.Cataloger { return compiled{erlang.NewOTPCataloger()} }

// compiled is the cataloger of applications, which sees those that are compiled alone.
type compiled struct{ pkg.Cataloger }

// Catalog finds the applications.
func (c compiled) Catalog(ctx context.Context, in file.Resolver) ([]pkg.Package, []artifact.Relationship, error) {
	return c.Cataloger.Catalog(ctx, inEbin{in})
}

// inEbin is a file system whose *.app files are those in directories ebin.
type inEbin struct{ file.Resolver }

// FilesByGlob asks for those.
func (r inEbin) FilesByGlob(patterns ...string) ([]file.Location, error) {
	narrow := make([]string, len(patterns))
	for i, p := range patterns {
		if narrow[i] = p; p == "**/*.app" {
			narrow[i] = "**/ebin/*.app"
		}
	}
	return r.Resolver.FilesByGlob(narrow...)
}
