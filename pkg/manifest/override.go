package manifest

import (
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regular"
	"github.com/layergate/layergate/pkg/workload"
	"github.com/layergate/layergate/pkg/workload/compose"
)

// merges tells whether the tool that the files are for merges one into another. docker stack deploy is told its files.
func (r *reading) merges() bool { return r.Platform == "" || r.Platform == workload.Compose }

// beside returns what docker compose merges into a file of a directory, without being told, or that the file waits for the one that it is itself
// merged into.
func (r *reading) beside(root *os.Root, dir, below string) (over workload.Source, waits bool, err error) {
	in, name := path.Split(below)
	if !r.merges() || !compose.IsBase(name) && !compose.IsOverride(name) {
		return over, false, nil
	}
	base, override := compose.Pair(func(beside string) bool {
		info, err := root.Lstat(filepath.FromSlash(in + beside))
		return err == nil && info.Mode().IsRegular()
	})
	called := func(beside string) string { return r.set.Name(filepath.Join(dir, filepath.FromSlash(in+beside))) }
	switch {
	case name == override && base != "":
		return over, !r.seen[called(base)], nil
	case name != base || override == "":
		return over, false, nil
	}
	over.Name = called(override)
	over.Data, err = regular.ReadUnlinked(root, filepath.FromSlash(in+override), maxFile)
	if err != nil {
		return over, false, fault.Request(fmt.Errorf("reading %s, which is merged into %s: %w", over.Name, called(base), err), "give a file of Compose that can be read, or remove it")
	}
	return over, false, nil
}

// namedBeside does so for a file that was asked for by itself: only what was asked for, too, is merged.
func (r *reading) namedBeside(file string) (over workload.Source, waits bool, err error) {
	dir, name := filepath.Split(file)
	if !r.merges() || !compose.IsBase(name) && !compose.IsOverride(name) {
		return over, false, nil
	}
	asked := map[string]string{} // paths by the names of files in the directory
	for _, p := range r.Paths {
		if d, n := filepath.Split(p); filepath.Clean(d) == filepath.Clean(dir) {
			asked[n] = p
		}
	}
	base, override := compose.Pair(func(beside string) bool { return asked[beside] != "" })
	switch {
	case name == override && base != "":
		return over, !r.seen[r.set.Name(asked[base])], nil
	case name != base || override == "":
		return over, false, nil
	}
	over.Name = r.set.Name(asked[override])
	over.Data, err = regular.ReadNamed(r.Root, asked[override], maxFile)
	if err != nil {
		return over, false, fault.Request(fmt.Errorf("reading manifests: %w", err), "name a file that lies in the project, or outside by its own path")
	}
	return over, false, nil
}
