package layers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/kept"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/secret"
)

// Keys lists the keys under which Find keeps what layers hold, so that a store can refuse others: of a layer, its chain ID
// (OCI image specification, "Layer ChainID"), which says where the paths of its files lead, and the version of the rules.
func Keys(diffIDs []string) []string { return append(layerKeys(diffIDs), overlayKeys(diffIDs)...) }

func layerKeys(diffIDs []string) []string { return keys("secrets", diffIDs) }

// overlayKeys has the keys for the layers of a layerfs.FS.Overlay.
func overlayKeys(diffIDs []string) []string { return keys("secrets of the overlay", diffIDs) }

func keys(what string, diffIDs []string) []string {
	var keys []string
	for _, chain := range layerfs.ChainIDs(diffIDs) {
		keys = append(keys, sum(what+" "+secret.Version()+" "+chain))
	}
	return keys
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// load takes what a layer holds from a cache. It is false where the cache does not have it, or has something else there.
func load(cache kept.Store, key string) ([]Secret, bool) {
	var out []Secret
	if !kept.Get(cache, key, &out) {
		return nil, false
	}
	for _, s := range out {
		if s.State = finding.Visible; s.check(1) != nil {
			return nil, false
		}
	}
	return out, true
}

// Check makes sure that secrets can be those of an image with so many layers: another process may have found them.
func Check(list []Secret, layers int) error {
	for i, s := range list {
		if err := s.check(layers); err != nil {
			return fmt.Errorf("secret %d (%.100q): %w", i, s.Path, err)
		}
	}
	return nil
}

// The lengths of what is said of a secret, in bytes.
const (
	maxPath  = 4096
	maxType  = 200
	maxName  = 200
	maxShown = 20
	hashSize = 12
)

func (s Secret) check(layers int) error {
	switch {
	case s.Layer < 0 || s.Layer >= layers:
		return fmt.Errorf("it is in layer %d of %d", s.Layer, layers)
	case s.State != finding.Visible && s.State != finding.Shadowed:
		return fmt.Errorf("it is in the state %.20q", s.State)
	case !s.Class.Known():
		return fmt.Errorf("it is of the class %.20q", s.Class)
	case !strings.HasPrefix(s.Path, "/") && !(s.Beside && s.Path == "") || s.Beside && s.Replaced || len(s.Path) > maxPath || s.Type == "" || len(s.Type) > maxType || len(s.Name) > maxName || s.Line < 0:
		return errors.New("its place or its type cannot be")
	case len(s.Shown) > maxShown || utf8.RuneCountInString(s.Shown) > 5 || len(s.Hash) != 0 && len(s.Hash) != hashSize:
		return errors.New("more is said of its value than may be shown")
	}
	return nil
}
