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
	"sync"

	"github.com/layergate/layergate/pkg/layerfs"
)

// catalogueFormat changes whenever what a catalogue holds, or how it is made, changes.
const catalogueFormat = "26"

// Keys lists the keys under which Take keeps the catalogues of layers, so that a store can refuse others.
func Keys(diffIDs []string) ([]string, error) {
	made, err := madeBy()
	if err != nil {
		return nil, err
	}
	return append(cacheKeys(made, diffIDs), overlayKeys(made, diffIDs)...), nil
}

// madeBy identifies what makes the catalogues of this program. Finding that out takes longer than to ask a cache.
var madeBy = sync.OnceValues(func() (string, error) {
	list, err := recorded(context.Background())
	if err != nil {
		return "", err
	}
	return identify(Versions(), list), nil
})

// Versions are those of the program that runs and of the modules that find and match packages, as far as the build knows them.
func Versions() []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	return builtWith(info)
}

// cacheKeys has a key for the catalogue of each layer: its chain ID (OCI image specification, "Layer ChainID"), and what makes it.
func cacheKeys(made string, diffIDs []string) []string {
	var keys []string
	for _, chain := range layerfs.ChainIDs(diffIDs) {
		keys = append(keys, sum(made+" "+chain))
	}
	return keys
}

// overlayKeys has those for the catalogues of the layers of a layerfs.FS.Overlay.
func overlayKeys(made string, diffIDs []string) []string { return cacheKeys(made+" overlay", diffIDs) }

// identify sums up everything that a catalogue depends on besides the layer: what versions says of the program, and the catalogers.
func identify(versions []string, list []cataloger) string {
	about := append([]string{catalogueFormat}, versions...)
	for _, c := range list {
		about = append(about, c.Name(), fmt.Sprint(c.whole, c.database, c.anyCase, c.sel.all))
		for _, set := range []map[string]bool{c.sel.globs, c.sel.paths, c.sel.types} {
			about = append(about, slices.Sorted(maps.Keys(set))...)
		}
	}
	return sum(strings.Join(about, "\x00"))
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
