package secrets

import (
	"embed"
	"io/fs"

	"github.com/layergate/layergate/pkg/check"
)

//go:embed testdata/*/pass.yaml
var passing embed.FS

// Passing are the fixtures that keep a rule, for documentation: a directory for each rule, by its identifier.
func Passing() fs.FS { return check.Fixtures(passing) }
