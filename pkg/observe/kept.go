package observe

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/layergate/layergate/pkg/image"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/kept"
	"github.com/layergate/layergate/pkg/layerfs"
	"github.com/layergate/layergate/pkg/secret/layers"
)

// keptFormat changes whenever what an observation holds, or how it is made, changes.
const keptFormat = "4"

// keptKey is the key under which the observation of a platform is kept: all that decides what
// could be read of its layers, and all that the catalogues and the secrets of its layers depend on. It is empty for a platform
// without layers.
func keptKey(ids []image.LayerID, noSecrets bool) (string, error) {
	if len(ids) == 0 {
		return "", nil
	}
	var diffs []string
	for _, id := range ids {
		diffs = append(diffs, id.DiffID.String())
	}
	catalogues, err := inventory.Keys(diffs)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintln(h, "observation", keptFormat, noSecrets, catalogues, layers.Keys(diffs))
	for _, id := range ids {
		fmt.Fprintln(h, id.Digest, id.DiffID, id.Tables)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// KnowsLayer tells whether a store knows so much of a layer that an observation with Request.KeepLayers can mostly do without its bytes.
func KnowsLayer(from *kept.Held, id image.LayerID) bool { return layerfs.IsKept(from, id) }

// Keep puts the observation of a platform, whose layers were verified, into a store.
func Keep(to kept.Store, p *image.Platform, noSecrets bool, seen Platform) error {
	key, err := keptKey(p.LayerIDs(), noSecrets)
	if err != nil || key == "" {
		return err
	}
	if seen.encoded != nil {
		return kept.PutEncoded(to, key, seen.encoded)
	}
	return kept.Put(to, key, seen)
}

// Recall takes what is known of a platform with these layers from a store. It is nil where that has nothing, or something else there.
func Recall(from kept.Store, ids []image.LayerID, noSecrets bool) (*Platform, error) {
	key, err := keptKey(ids, noSecrets)
	if err != nil || key == "" {
		return nil, err
	}
	p := &Platform{}
	if !kept.Get(from, key, p) || p.check(len(ids)) != nil || (&Observation{Platforms: []Platform{*p}}).bounded() != nil {
		return nil, nil
	}
	for i, l := range p.Layers {
		if l.Stored != ids[i].Digest {
			return nil, nil
		}
	}
	return p, nil
}
