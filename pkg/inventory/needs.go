package inventory

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/pkg"

	"github.com/layergate/layergate/pkg/layerfs"
)

// The limits of what a package is believed to need. They are above what packages have.
const (
	maxNeeds    = 1000 // names
	maxNeedName = 256  // bytes of one
)

// needs lists the names of the packages that one asks for, sorted: what its manifest says, for it and in every environment.
// What an extra of a Python package or only some systems need is left out. There are none for packages of other types, and
// none where the manifest does not say.
func needs(view layerfs.View, p pkg.Package, manifest string) []string {
	var names []string
	switch m := p.Metadata.(type) {
	case pkg.NpmPackage:
		names = nodeNeeds(view, manifest)
	case pkg.PythonPackage:
		for _, requirement := range m.RequiresDist {
			if name := requiredName(requirement); name != "" {
				names = append(names, name)
			}
		}
	case pkg.PhpComposerInstalledEntry:
		for name := range m.Require {
			names = append(names, strings.ToLower(name))
		}
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == "" || len(n) > maxNeedName })
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.Clip(names[:min(len(names), maxNeeds)])
}

// nodeNeeds reads what a package.json asks for, which syft does not keep. What a project needs for its development counts,
// too: it is there only where somebody installed it.
func nodeNeeds(view layerfs.View, manifest string) []string {
	f, ok := view.Lstat(manifest)
	if !ok || f.Type != layerfs.Regular || f.Size > maxManifest {
		return nil
	}
	content, err := view.Open(f)
	if err != nil {
		return nil // the tree remembers why
	}
	defer content.Close()
	raw, err := io.ReadAll(content)
	if err != nil {
		return nil
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(bytes.TrimPrefix(raw, byteOrderMark), &fields) != nil {
		return nil // the cataloger says what is wrong with it
	}
	lists := []string{"dependencies", "optionalDependencies", "peerDependencies"}
	if !isInstalled(path.Dir(manifest)) {
		lists = append(lists, "devDependencies")
	}
	var names []string
	for _, l := range lists {
		var wanted map[string]json.RawMessage
		if json.Unmarshal(fields[l], &wanted) == nil {
			names = slices.AppendSeq(names, maps.Keys(wanted))
		}
	}
	return names
}

// requiredName is the normalized name of a requirement (Python's dependency specifiers, PEP 508); empty for one with an
// environment marker, which may not hold in the image.
func requiredName(requirement string) string {
	if strings.Contains(requirement, ";") {
		return ""
	}
	if i := strings.IndexAny(requirement, " \t[(<>=!~@"); i >= 0 {
		requirement = requirement[:i]
	}
	return distributionName(requirement)
}

// distributionName normalizes the name of a Python package (PEP 503).
func distributionName(name string) string {
	separator := func(c rune) bool { return strings.ContainsRune("-_.", c) }
	return strings.ToLower(strings.Join(strings.FieldsFunc(name, separator), "-"))
}
