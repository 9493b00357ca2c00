package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/regex"
	"github.com/layergate/layergate/pkg/workload"
)

// Expressions of Go templates. A manifest may well hold such text that it hands on, in an alert or a ConfigMap; but what only
// Helm replaces makes a file a template, and any expression one that cannot be read.
var (
	expression  = regex.New(`(?:^|[^$])\{\{`) // ${{ }} is one of workflows
	expressions = regex.New(`\{\{[^\n]*?\}\}`)
	wholeLine   = regex.New(`(?m)^[ \t]*\{\{.*\}\}[ \t]*$`)
	helmValue   = regex.New(`(?:^|[^$])\{\{-?\s*(?:[a-zA-Z]+\s+)*\(?\s*\.(?:Values|Release|Chart|Capabilities|Template)\b`)
	helmCall    = regex.New(`(?:^|[^$])\{\{-?\s*(?:include|tpl)\s+["(.]`)
)

// withoutExpressions has a word as long in the place of each expression, so that all else is where it was, and nothing where that is all of a line.
func withoutExpressions(data []byte) []byte {
	return []byte(expressions.ReplaceAllStringFunc(wholeLine.ReplaceAllString(string(data), ""), func(e string) string { return strings.Repeat("x", utf8.RuneCountInString(e)) }))
}

// template is the error for a file that is a template, and not yet a manifest. It names the line and the way out. It is nil for
// a file that was read, unless that holds what only Helm replaces, and does not hand it on to Helm. The file is nil where it cannot be read.
func template(name string, data []byte, read *workload.File) error {
	if !bytes.Contains(data, []byte("{{")) {
		return nil
	}
	handed := handedOn(read)
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 && trimmed[0] == '#' {
			continue
		}
		if read == nil && expression.Match(line) || !handed[n] && (helmValue.Match(line) || helmCall.Match(line)) {
			return fault.Request(fmt.Errorf("%s:%d: %w", name, n, errTemplate), "check what comes of it, such as: helm template CHART | layergate check -")
		}
	}
	return nil
}

// handedOn are the lines of a file with values that its objects hand to a chart, which may well be templates of the chart's.
func handedOn(f *workload.File) map[int]bool {
	lines := map[int]bool{}
	if f == nil {
		return lines
	}
	for _, t := range f.Texts {
		if !toChart.MatchString(t.Resource + " " + t.Place.Path) {
			continue
		}
		lines[t.Place.Line] = true
		for i := range strings.Count(strings.TrimRight(t.Value, "\n"), "\n") + 1 {
			lines[t.Place.TextLine(i+1).Line] = true
		}
		for _, item := range t.Items {
			lines[item.Place.Line] = true
		}
	}
	return lines
}

// toChart matches an object and the path of a field in it that has values for a chart, as Flux, K3s and Argo CD have them.
var toChart = regex.New(`^(?:HelmRelease/\S* (?:.*\.)?spec\.values\.|HelmChart(?:Config)?/\S* (?:.*\.)?spec\.(?:valuesContent$|set\.)|Application(?:Set)?/\S* .*\.helm\.)`)

var errTemplate = errors.New("the file is a template, and not yet a manifest")
