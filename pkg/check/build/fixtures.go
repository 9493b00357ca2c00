package build

import (
	"embed"
	"io/fs"
)

//go:embed testdata/*/pass*
var passing embed.FS

// Passing holds the fixtures that keep rules, each in a directory named for its rule.
func Passing() fs.FS {
	below, err := fs.Sub(passing, "testdata")
	if err != nil {
		panic("build: " + err.Error()) // the name is valid
	}
	return below
}
