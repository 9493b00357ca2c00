package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
)

// Shard is a part of the images: those of some bases, so that no two parts read one base. The zero value is all of them.
type Shard struct {
	Index int `json:"index"` // from 1
	Of    int `json:"of"`
}

// maxShards is how many parts there may be.
const maxShards = 1000

// ParseShard reads a shard as INDEX/COUNT, such as 2/4; empty text means all images.
func ParseShard(text string) (Shard, error) {
	if text == "" {
		return Shard{}, nil
	}
	index, of, _ := strings.Cut(text, "/")
	i, err := strconv.Atoi(index)
	n, err2 := strconv.Atoi(of)
	if err != nil || err2 != nil || i < 1 || i > n || n > maxShards {
		return Shard{}, fault.Request(fmt.Errorf("%q is no part of the images", text), "write INDEX/COUNT, such as 2/4 for the second of four parts")
	}
	return Shard{i, n}, nil
}

// has tells whether an image belongs to the shard, by the digest of its lowest layer. That depends on nothing else: shards that see
// different lists leave no image out.
func (s Shard) has(lowest string) bool {
	sum := sha256.Sum256([]byte(lowest))
	return binary.BigEndian.Uint64(sum[:])%uint64(s.Of) == uint64(s.Index-1)
}
