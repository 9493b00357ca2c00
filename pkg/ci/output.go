package ci

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/layergate/layergate/pkg/input"
	"github.com/layergate/layergate/pkg/safetext"
)

// checkOutput refuses a name that is no output of Layergate's, and a value that is not one line of visible text: a line
// end in it could start a second output.
func checkOutput(name, value string) error {
	if !slices.ContainsFunc(input.Outputs(), func(o input.Output) bool { return o.Name == name }) {
		return fmt.Errorf("setting output %q: there is no output of that name", name)
	}
	if strings.ContainsFunc(value, unicode.IsControl) || !safetext.IsSafe(value) {
		return fmt.Errorf("setting output %s: the value %q is not one line of visible text", name, value)
	}
	return nil
}
