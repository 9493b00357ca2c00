package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// compareReports says whether two programs wrote the same reports of the same image into their directories.
func compareReports(old, new string) (string, error) {
	before, err := filesBelow(old)
	if err != nil {
		return "", err
	}
	after, err := filesBelow(new)
	if err != nil {
		return "", err
	}
	names := map[string]bool{}
	for name := range before {
		names[name] = true
	}
	for name := range after {
		names[name] = true
	}
	var different []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		a, inOld := before[name]
		b, inNew := after[name]
		switch {
		case !inNew:
			different = append(different, name+" (only old)")
		case !inOld:
			different = append(different, name+" (only new)")
		case !bytes.Equal(a, b):
			different = append(different, name)
		}
	}
	if len(different) > 0 {
		return "The reports differ: " + strings.Join(different, ", ") + ".", nil
	}
	return fmt.Sprintf("The reports are the same bytes in %d files.", len(names)), nil
}

// filesBelow are the files of a directory by name.
func filesBelow(dir string) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		out[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	return out, err
}
