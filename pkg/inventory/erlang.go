package inventory

import (
	"archive/zip"
	"context"
	"path"
	"slices"

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

// beamDirectories are the directories of an archive in which there are compiled modules of Erlang.
func beamDirectories(archive *zip.Reader) map[string]bool {
	out := map[string]bool{}
	for _, member := range archive.File {
		if path.Ext(member.Name) == ".beam" {
			out[path.Dir(member.Name)] = true
		}
	}
	return out
}

// isApplication tells whether a member of an archive says what an application is: it lies in ebin, or beside compiled modules, as in what
// mix escript.build makes, where all applications lie together.
func isApplication(member *zip.File, beams map[string]bool) bool {
	dir := path.Dir(member.Name)
	return path.Ext(member.Name) == ".app" && (path.Base(dir) == "ebin" || beams[dir])
}

// namelessErlang is what is wrong with an archive of modules of Erlang without any application.
const namelessErlang = "it holds modules of Erlang, and nothing that says of which application they are"

// isNamelessErlang tells whether an archive is one of these, as escript may run it.
func isNamelessErlang(archive *zip.Reader) bool {
	beams := beamDirectories(archive)
	return len(beams) > 0 && !slices.ContainsFunc(archive.File, func(member *zip.File) bool { return isApplication(member, beams) })
}
