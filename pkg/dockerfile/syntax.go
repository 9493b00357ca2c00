package dockerfile

import (
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/layergate/layergate/pkg/finding"
)

// Syntax is the image that a Dockerfile names as the frontend which builds it.
type Syntax struct {
	Name     string // as the directive names it; empty where there is none
	Location finding.Location
}

// Syntax is the frontend that the file itself asks for.
func (a *Attribution) Syntax() Syntax { return a.syntax }

// readSyntax reads the directive as BuildKit does.
func (f *File) readSyntax(source []byte) Syntax {
	name, _, ranges, ok := parser.DetectSyntax(source)
	if !ok {
		return Syntax{}
	}
	return Syntax{Name: name, Location: f.location(ranges)}
}
