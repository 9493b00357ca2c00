package workload

import (
	"embed"
	"io/fs"

	"github.com/layergate/layergate/pkg/check"
)

//go:embed testdata/*/pass*
var passing embed.FS

// Passing holds the fixtures that keep rules, each in a directory named for its rule.
func Passing() fs.FS { return check.Fixtures(passing) }
