package layerfs

import (
	"crypto/sha256"
	"encoding/hex"
)

// ChainIDs names the file system after each of some layers, the lowest first, by their diff IDs (OCI image specification, "Layer
// ChainID").
func ChainIDs(diffIDs []string) []string {
	var out []string
	for i, id := range diffIDs {
		if i > 0 {
			sum := sha256.Sum256([]byte(out[i-1] + " " + id))
			id = "sha256:" + hex.EncodeToString(sum[:])
		}
		out = append(out, id)
	}
	return out
}
