package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regex"
)

// Expressions of Go templates. A manifest may well hold such text that it hands on, in an alert or a ConfigMap; but what only
// Helm replaces makes a file a template, and any expression one that cannot be read.
var (
	expression = regex.New(`(?:^|[^$])\{\{`) // ${{ }} is one of workflows
	helmValue  = regex.New(`(?:^|[^$])\{\{-?\s*(?:[a-zA-Z]+\s+)*\(?\s*\.(?:Values|Release|Chart|Capabilities|Template)\b`)
	helmCall   = regex.New(`(?:^|[^$])\{\{-?\s*(?:include|tpl)\s+["(.]`)
)

// template is the error for a file that is a template, and not yet a manifest. It names the line and the way out. It is nil for
// a file that can be read, unless that holds what only Helm replaces.
func template(name string, data []byte, readable bool) error {
	if !bytes.Contains(data, []byte("{{")) {
		return nil
	}
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 && trimmed[0] == '#' {
			continue
		}
		if !readable && expression.Match(line) || helmValue.Match(line) || helmCall.Match(line) {
			return fault.Request(fmt.Errorf("%s:%d: %w", name, n, errTemplate), "check what comes of it, such as: helm template CHART | layergate check -")
		}
	}
	return nil
}

// isKustomization tells by its name whether a file says what Kustomize makes of others.
func isKustomization(name string) bool {
	return slices.Contains(kustomizations(), path.Base(name))
}

var errTemplate = errors.New("the file is a template, and not yet a manifest")
