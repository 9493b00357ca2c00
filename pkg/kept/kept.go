// Package kept writes what was found out in one run for the next, as values under keys.
//
// It must not import other packages of the project: what a value means, and on what it depends, is its owner's.
package kept

import (
	"bytes"
	"cmp"
	"encoding/gob"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Store keeps bytes from run to run. What Get returns is what Put was given for the same key, or it returns false.
// Both may be called by several goroutines at once. A nil Store keeps nothing.
type Store interface {
	Get(key string) ([]byte, bool)
	Put(key string, value []byte)
}

// maxUnpacked is how many bytes a value may unpack to.
const maxUnpacked = 1 << 30

// Put puts a value into a store, in the form of package encoding/gob, compressed.
func Put(to Store, key string, value any) error {
	if to == nil {
		return nil
	}
	return put(to, key, func(w io.Writer) error {
		if err := gob.NewEncoder(w).Encode(value); err != nil {
			return fmt.Errorf("writing a %T for the cache: %w", value, err)
		}
		return nil
	})
}

// PutEncoded is Put of a value that is encoded already.
func PutEncoded(to Store, key string, value []byte) error {
	if to == nil {
		return nil
	}
	return put(to, key, func(w io.Writer) error {
		_, err := w.Write(value)
		return err
	})
}

func put(to Store, key string, write func(io.Writer) error) error {
	var buf bytes.Buffer
	w, err := zstd.NewWriter(&buf, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return err
	}
	if err := cmp.Or(write(w), w.Close()); err != nil {
		return err
	}
	to.Put(key, buf.Bytes())
	return nil
}

// Get reads a value that Put wrote into what value points to. It is false where the store does not have it, or has something else
// there; value may then be filled in part.
func Get(from Store, key string, value any) bool {
	if from == nil {
		return false
	}
	raw, ok := from.Get(key)
	if !ok {
		return false
	}
	r, err := zstd.NewReader(bytes.NewReader(raw), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return false
	}
	defer r.Close()
	return gob.NewDecoder(io.LimitReader(r, maxUnpacked)).Decode(value) == nil
}
