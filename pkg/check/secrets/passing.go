package secrets

import (
	"embed"
	"io/fs"
)

//go:embed testdata/*/pass.yaml
var passing embed.FS

// Passing are the fixtures that keep a rule, for documentation: a directory for each rule, by its identifier.
func Passing() fs.FS {
	below, err := fs.Sub(passing, "testdata")
	if err != nil {
		panic(err) // the name is a valid one
	}
	return below
}
