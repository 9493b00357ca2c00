package inventory

import (
	"cmp"
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/anchore/packageurl-go"
	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/generic"

	"github.com/layergate/layergate/pkg/regex"
)

// looseGemName is the name of the cataloger of gems that lie where nobody installed them.
const looseGemName = "loose-gem-cataloger"

// newLooseGemCataloger finds gems that were copied into a project, as a Gemfile names them by their path, or that Bundler took from a repository.
func newLooseGemCataloger() pkg.Cataloger {
	return generic.NewCataloger(looseGemName).WithParserByGlobs(looseGem, "**/*.gemspec")
}

// gemVersions are the files in which specifications look for the version.
var gemVersions = []string{"**/lib/**/version.rb", "**/VERSION"}

// installedGem is a specification where RubyGems keeps them, or a gem's own in the directory that it installed the gem in; those that Bundler took from a
// repository have none elsewhere.
var (
	installedGem = regex.New(`/specifications/|/gems/[^/]+-[^/]+/[^/]+$`)
	bundledGem   = regex.New(`/bundler/gems/[^/]+-[0-9a-f]{7,40}/[^/]+$`)
)

// versionUnknown is what is wrong with a gem whose version only Ruby could tell.
const versionUnknown = "it is the specification of a gem beside its code, and computes the version"

// looseGem reads a gem's specification beside its code.
func looseGem(_ context.Context, view file.Resolver, _ *generic.Environment, in file.LocationReadCloser) ([]pkg.Package, []artifact.Relationship, error) {
	dir := path.Dir(in.RealPath)
	if installedGem.MatchString(in.RealPath) && !bundledGem.MatchString(in.RealPath) || !view.HasPath(path.Join(dir, "lib")) {
		return nil, nil, nil
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxManifest))
	if err != nil {
		return nil, nil, err
	}
	text := gemVersion.ReplaceAllString(string(raw), "$1")
	if !gemAny.MatchString(text) {
		return nil, nil, nil // it is no specification
	}
	name, version := only(gemName.FindAllStringSubmatch(text, -1)), only(gemRelease.FindAllStringSubmatch(text, -1))
	if name == "" || strings.Contains(name, "#{") {
		name = strings.TrimSuffix(path.Base(in.RealPath), ".gemspec")
	}
	if version == "" || strings.Contains(version, "#{") {
		if version, err = gemVersionOf(view, dir, name, text); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case version != "":
	case sampleDirectory.MatchString(in.RealPath), strings.Contains(dir, "/gems/"): // such as an example in an installed gem
		return nil, nil, nil
	default:
		return nil, nil, errors.New(versionUnknown)
	}
	return []pkg.Package{{
		Name: name, Version: version, Type: pkg.GemPkg, Language: pkg.Ruby, Locations: file.NewLocationSet(in.Location),
		PURL: packageurl.NewPackageURL(packageurl.TypeGem, "", name, version, nil, "").ToString(),
	}}, nil, nil
}

// only is what all matches of a pattern have in it; empty where they have different things.
func only(matches [][]string) string {
	out := ""
	for _, m := range matches {
		if out != "" && m[1] != out {
			return ""
		}
		out = m[1]
	}
	return out
}

var (
	gemAny = regex.New(`\.version\s*=`)
	// gemConstant is a constant that has the version, such as Rack::VERSION or RSpec::Core::Version::STRING.
	gemConstant = regex.New(`\.version\s*=\s*(?:::)?((?:[A-Z]\w*::)*)(?:VERSION|Version)(?:::STRING)?\b`)
	gemRequired = regex.New(`(?:require(?:_relative)?|load)[ (]+(?:File\.(?:expand_path|join)\([^"'\n]*)?["'](?:\./)?([\w./-]*version)(?:\.rb)?["']`)
	gemFileRead = regex.New(`(?:File|IO)\.read(?:lines)?\b[^"'\n]*["'](?:[^"'\n]*/)?(VERSION)["']`)
	gemDefined  = regex.New(`(?m)^\s*(?:VERSION|STRING)\s*=\s*["'](\d[\w.-]*)["'](?:\.freeze)?\s*(?:#.*)?$`)
	gemPlain    = regex.New(`^\d+(?:\.\w+)*$`)
)

// gemVersionOf is the version of a gem whose specification takes it from a constant of its code, or from a file beside it; empty where it does another thing.
func gemVersionOf(view file.Resolver, dir, name, text string) (string, error) {
	if m := gemConstant.FindStringSubmatch(text); m != nil {
		for _, at := range constantFiles(dir, name, m[1], text) {
			code, err := textAt(view, at)
			if err != nil {
				return "", err
			}
			if version := only(gemDefined.FindAllStringSubmatch(code, -1)); version != "" {
				return version, nil
			}
		}
		return "", nil
	}
	m := gemFileRead.FindStringSubmatch(text)
	if m == nil {
		return "", nil
	}
	content, err := textAt(view, path.Join(dir, m[1]))
	return gemPlain.FindString(strings.TrimSpace(content)), err
}

// constantFiles are the files in which VERSION of a module may be defined: those that the specification loads, and those that are called like the module or the gem.
func constantFiles(dir, name, module, text string) []string {
	var out []string
	for _, m := range gemRequired.FindAllStringSubmatch(text, -1) {
		out = append(out, path.Join(dir, "lib", m[1]+".rb"), path.Join(dir, m[1]+".rb"))
	}
	snake := strings.Trim(strings.ReplaceAll(gemWord.ReplaceAllString(module, "${1}_$2"), "::", "/"), "/")
	for _, of := range []string{strings.ToLower(snake), strings.ToLower(strings.ReplaceAll(module, "::", "")), strings.ReplaceAll(name, "-", "/"), strings.ReplaceAll(name, "-", "_"), name} {
		out = append(out, path.Join(dir, "lib", of, "version.rb"), path.Join(dir, "lib", of+".rb"))
	}
	return slices.DeleteFunc(out, func(at string) bool { return !strings.HasPrefix(at, strings.TrimSuffix(dir, "/")+"/") })
}

// gemWord is where a word begins in the name of a module.
var gemWord = regex.New(`([a-z0-9])([A-Z])`)

// textAt is the content of a file; empty where there is none.
func textAt(view file.Resolver, name string) (string, error) {
	at, err := view.FilesByPath(name)
	if err != nil || len(at) == 0 {
		return "", err
	}
	content, err := view.FileContentsByLocation(at[0])
	if err != nil {
		return "", err
	}
	raw, err := io.ReadAll(io.LimitReader(content, maxManifest))
	return string(raw), cmp.Or(err, content.Close())
}
