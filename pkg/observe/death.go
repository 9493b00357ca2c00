package observe

import (
	"cmp"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/inventory"
	"github.com/layergate/layergate/pkg/regex"
)

// DeathError says that the observing process ended without an answer.
type DeathError struct {
	During Stage   // what it did last; empty before it did anything
	At     []Place // the catalogers that were at work, as far as that is known
	Reason string  // continues a sentence, such as "it needs more memory than it may have"
}

// maxNamed is how many catalogers an error names.
const maxNamed = 3

// Error is one sentence.
func (d *DeathError) Error() string {
	where := " before it began to read"
	switch {
	case len(d.At) > 0:
		var names []string
		for _, p := range d.At[:min(len(d.At), maxNamed)] {
			names = append(names, fmt.Sprintf("the %s in layer %d", p.Cataloger, p.Layer))
		}
		if more := len(d.At) - len(names); more > 0 {
			names = append(names, fmt.Sprintf("%d more", more))
		}
		where = " at " + strings.Join(names, ", ")
	case d.During == Reading:
		where = " while it unpacked the layers"
	case d.During == Cataloguing:
		where = " while it looked for packages"
	case d.During == Searching:
		where = " while it looked for secrets"
	}
	return "the process that reads the image ended" + where + ": " + d.Reason
}

func (p Place) compare(q Place) int {
	return cmp.Or(cmp.Compare(p.Layer, q.Layer), strings.Compare(p.Cataloger, q.Cataloger))
}

// cause is why a process ended, and what can be done about it.
type cause struct {
	reason string
	hint   fault.Hint
	file   bool // a file made something do what the reason says
}

// ofFile is a cause that is a file, once it is known what was at work: a cataloger, which is syft's, or the search for secrets.
func ofFile(does string, at []Place) cause {
	who, makers := "the cataloger", "the makers of the cataloger (https://github.com/anchore/syft/issues)"
	if len(at) > 0 && !slices.ContainsFunc(at, func(p Place) bool { return p.Cataloger != secretSearch }) {
		who, makers = "the search for secrets", "Layergate (https://github.com/layergate/layergate/issues)"
	}
	return cause{reason: "a file makes " + who + " " + does, hint: fault.Hintf("leave the file out of the image, and report it to %s", makers)}
}

var memory = fault.Hintf("raise %s, or run where there is more memory", fault.Input("memory-limit"))

// death says why a process ended, from its exit, unless it had to be killed, from the first that it wrote to its
// standard error, and from what it was last known to do. broken is what was wrong with what it said.
func (c *conversation) death(exit error, ended bool, stderr string, broken error) error {
	if !ended {
		exit = nil
	}
	why := causeOf(exit, stderr, broken)
	d := &DeathError{During: c.during, At: c.busy}
	if at, ok := crashed(stderr); ok {
		d.At = []Place{at}
	}
	if why.file {
		why = ofFile(why.reason, d.At)
	}
	d.Reason = why.reason
	return fault.WithHint(d, why.hint)
}

// crashes are what the Go runtime writes when it ends a process, and what that means.
func crashes() []struct {
	text string
	cause
} {
	return []struct {
		text string
		cause
	}{
		{"stack overflow", cause{reason: "call itself without end", file: true}},
		{"out of memory", cause{reason: "it needs more memory than it may have", hint: memory}},
		{"cannot allocate memory", cause{reason: "it needs more memory than it may have", hint: memory}},
		{"failed to create new OS thread", cause{reason: "it needs more memory than it may have", hint: memory}},
		{"pthread_create failed", cause{reason: "it needs more memory than it may have", hint: memory}},
		// On a stack of its own (goroutine 0), the runtime failed within itself: its garbage collector does not check
		// every allocation of its own (Go 1.26). Where Go code follows a nil pointer, a panic says so instead.
		{"SIGSEGV: segmentation violation", cause{reason: "the Go runtime failed, as it does when it needs more memory than it may have", hint: memory}},
		{"panic: ", cause{reason: "fail", file: true}},
		{"fatal error: ", cause{reason: "fail", file: true}},
	}
}

func causeOf(exit error, stderr string, broken error) cause {
	for _, c := range crashes() {
		if strings.Contains(stderr, c.text) {
			return c.cause
		}
	}
	var e *exec.ExitError
	switch {
	case errors.As(exit, &e) && killed(e):
		return cause{reason: "it was killed, as the system does when memory runs out", hint: memory}
	case exit != nil:
		return cause{reason: exit.Error()}
	}
	return cause{reason: "it gave no answer (" + broken.Error() + ")"}
}

// cataloger is what names of catalogers look like.
var cataloger = regex.New(`^[a-z0-9-]{1,64}$`)

// labelled is how the Go runtime writes the labels of a goroutine in a crash (GODEBUG tracebacklabels).
var labelled = regex.New(
	`(?m)^goroutine .* labels:\{"` + inventory.LabelCataloger + `": "([a-z0-9-]{1,64})", "` + inventory.LabelLayer + `": "([0-9]{1,9})"\}`)

// crashed finds the cataloger in whose goroutine a process crashed, which is the first one that a crash describes.
func crashed(stderr string) (Place, bool) {
	m := labelled.FindStringSubmatch(stderr)
	if m == nil {
		return Place{}, false
	}
	layer, err := strconv.Atoi(m[2])
	return Place{Layer: layer, Cataloger: m[1]}, err == nil
}
