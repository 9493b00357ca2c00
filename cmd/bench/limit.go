package main

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"io"
	"os"
	"runtime"
	"slices"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"
)

// bufferSize is how much is read at a time where reading itself is not to be measured.
const bufferSize = 1 << 20

// hashing reads a file and computes SHA-256 over it, in so many parts side by side. No scan that checks digests takes less.
func hashing(path string, parts int) (sample, error) {
	f, err := os.Open(path)
	if err != nil {
		return sample{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return sample{}, err
	}
	return timed(func() error {
		var g errgroup.Group
		for i := range int64(parts) {
			from, to := info.Size()*i/int64(parts), info.Size()*(i+1)/int64(parts)
			g.Go(func() error {
				_, err := io.CopyBuffer(struct{ io.Writer }{sha256.New()}, io.NewSectionReader(f, from, to-from), make([]byte, bufferSize))
				return err
			})
		}
		return g.Wait()
	})
}

// unpacking reads gzip'd layers and unpacks them, the largest first and as many side by side as there are cores. No scan that
// checks diff IDs takes less.
func unpacking(layers []layer) (sample, error) {
	layers = slices.SortedFunc(slices.Values(layers), func(a, b layer) int { return cmp.Compare(b.size, a.size) })
	return timed(func() error {
		var g errgroup.Group
		g.SetLimit(runtime.NumCPU())
		for _, l := range layers {
			g.Go(func() error {
				f, err := os.Open(l.path)
				if err != nil {
					return err
				}
				defer f.Close()
				r, err := gzip.NewReader(bufio.NewReaderSize(f, bufferSize))
				if err != nil {
					return err
				}
				_, err = io.Copy(io.Discard, r)
				return err
			})
		}
		return g.Wait()
	})
}
