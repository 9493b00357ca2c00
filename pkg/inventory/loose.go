package inventory

import (
	"context"
	"encoding/json"
	"io"
	"path"
	"strings"

	"github.com/anchore/packageurl-go"
	"github.com/anchore/syft/syft/artifact"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/generic"

	"github.com/layergate/layergate/pkg/regex"
)

// looseName is the name of the cataloger of Composer's packages that lie where nobody installed them.
const looseName = "loose-package-cataloger"

// newLooseCataloger finds packages of Composer that were copied into a project without its list, from where they run as if they were installed. They say themselves what
// they are, or are taken for code of the project.
func newLooseCataloger() pkg.Cataloger {
	return generic.NewCataloger(looseName).WithParserByGlobs(looseComposer, "**/composer.json")
}

// composerManifest is what a package of Composer says of itself (The composer.json schema).
type composerManifest struct{ Name, Version, Type string }

// composerVersion is how a version of a release begins, and not the name of a branch.
var composerVersion = regex.New(`^v?\d`)

// looseComposer reads the manifest of a package of Composer that no list has. Most leave their version to the list, and a project of one's own has none, either. Those of Node
// name themselves for Composer, too, and are known by what they say for Node.
func looseComposer(_ context.Context, view file.Resolver, _ *generic.Environment, in file.LocationReadCloser) ([]pkg.Package, []artifact.Relationship, error) {
	dir := path.Dir(in.RealPath)
	if strings.Contains(dir, modules) || strings.Contains(dir, "/bower_components/") {
		return nil, nil, nil
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxManifest))
	if err != nil {
		return nil, nil, err
	}
	var m composerManifest
	vendor, name, ok := "", "", false
	if json.Unmarshal(raw, &m) == nil && m.Type != "project" && m.Type != "metapackage" {
		vendor, name, ok = strings.Cut(strings.ToLower(m.Name), "/")
	}
	if !ok || !composerVersion.MatchString(m.Version) || view.HasPath(path.Join(dir, "../../composer/installed.json")) {
		return nil, nil, nil
	}
	return []pkg.Package{{
		Name: vendor + "/" + name, Version: m.Version, Type: pkg.PhpComposerPkg, Language: pkg.PHP, Locations: file.NewLocationSet(in.Location),
		PURL: packageurl.NewPackageURL(packageurl.TypeComposer, vendor, name, m.Version, nil, "").ToString(),
	}}, nil, nil
}

// installedByComposer is what shows a package of Composer where it installs them.
const installedByComposer = "**/vendor/*/*/composer.json"

// composerUnlisted is what is wrong with such a directory.
const composerUnlisted = "it holds packages of Composer, of which there is no list"

// unlistedComposer names the directories in which Composer keeps packages, and neither its list nor its loader, by the manifests of those that do not say their version.
func (s *scan) unlistedComposer() (map[string]Gap, error) {
	top, out := s.tree.Top(), map[string]Gap{}
	matches, err := top.Glob(installedByComposer)
	if err != nil {
		return nil, err
	}
	for _, m := range matches {
		name := m.File.Path
		vendor := path.Dir(path.Dir(path.Dir(name)))
		_, isLoaded := top.Stat(path.Join(vendor, "composer/autoload_real.php"))
		if isLoaded || s.isListed(path.Join(vendor, "composer/autoload_real.php")) || m.File.Size > maxManifest {
			continue
		}
		raw, err := readAll(top, m.File)
		if err != nil {
			return nil, err
		}
		var said composerManifest
		if json.Unmarshal(raw, &said) == nil && strings.EqualFold(path.Join(vendor, said.Name), path.Dir(name)) && !composerVersion.MatchString(said.Version) {
			out[name] = Gap{Path: vendor, Layer: m.File.Layer, Reason: composerUnlisted}
		}
	}
	return out, nil
}
