package inventory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/layerfs"
)

// catalogueFormat changes whenever what a catalogue holds, or how it is made, changes.
const catalogueFormat = "6"

// Keys lists the keys under which Take keeps the catalogues of layers, so that a store can refuse others.
func Keys(ctx context.Context, diffIDs []string) ([]string, error) {
	list, err := recorded(ctx)
	if err != nil {
		return nil, err
	}
	return cacheKeys(versions(), list, diffIDs), nil
}

// versions are those of the program that runs.
func versions() []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	return builtWith(info)
}

// cacheKeys has a key for the catalogue of each layer: its chain ID (OCI image specification, "Layer ChainID") and
// everything else that the catalogue depends on, which is what versions says of the program, and the catalogers.
func cacheKeys(versions []string, list []cataloger, diffIDs []string) []string {
	about := append([]string{catalogueFormat}, versions...)
	for _, c := range list {
		about = append(about, c.Name(), fmt.Sprint(c.whole, c.database, c.anyCase, c.sel.all))
		for _, set := range []map[string]bool{c.sel.globs, c.sel.paths, c.sel.types} {
			about = append(about, slices.Sorted(maps.Keys(set))...)
		}
	}
	how := sum(strings.Join(about, "\x00"))
	var keys []string
	for _, chain := range layerfs.ChainIDs(diffIDs) {
		keys = append(keys, sum(how+" "+chain))
	}
	return keys
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// builtWith names the versions of the program and of the modules that find packages, as far as the build knows them.
func builtWith(info *debug.BuildInfo) []string {
	out := []string{info.Main.Version}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			out = append(out, s.Value)
		}
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		if m.Path == "github.com/anchore/syft" || m.Path == "github.com/anchore/grype" {
			out = append(out, m.Path+"@"+m.Version)
		}
	}
	return out
}
