package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/layergate/layergate/pkg/disk"
)

// FailureFile is the summary of a run that did not come to its end.
const FailureFile = "failure.md"

// Failure is a run that reached no verdict, or did not finish after it.
type Failure struct {
	Invalid bool // the request was wrong; else the run could not decide or not finish
	Message string
	Hints   []string // what to do next
	// Pushed are the references that point to the image although the run did not finish, Unknown those of which
	// that is not known, and Left those that the push did not come to.
	Pushed, Unknown, Left []string
	Finished              bool   // every reference was pushed, and only what follows the push failed
	Digest                string // of the image, where it is Finished and there is but one; else empty
}

// WriteFailure writes a summary of a failure into dir, and returns its path.
func WriteFailure(dir string, f Failure) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("making the directory for reports: %w", err)
	}
	path := filepath.Join(dir, FailureFile)
	err := disk.Replace(path, func(w io.Writer) error {
		_, err := io.WriteString(w, f.text())
		return err
	})
	if err != nil {
		return "", fmt.Errorf("writing %s: %w", path, err)
	}
	return path, nil
}

func (f Failure) title() string {
	switch {
	case f.Invalid:
		return "🚫 Wrong request: nothing was scanned"
	case f.Finished:
		return "❗ Pushed, but not finished: what comes after the push failed"
	case len(f.Pushed) > 0:
		return "❓ Not finished: only some of the references were pushed"
	case len(f.Unknown) > 0:
		return "❓ Not finished: the image may or may not have been pushed"
	}
	return "❓ Not decided or not finished: nothing was promoted"
}

func (f Failure) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s\n", f.title(), markdownText(f.Message, 1000))
	for _, ref := range f.Pushed {
		fmt.Fprintf(&b, "\n- pushed: %s", markdownCode(ref, 500))
	}
	for _, ref := range f.Unknown {
		fmt.Fprintf(&b, "\n- not known whether pushed: %s", markdownCode(ref, 500))
	}
	for _, ref := range f.Left {
		fmt.Fprintf(&b, "\n- not pushed: %s", markdownCode(ref, 500))
	}
	for _, h := range f.Hints {
		fmt.Fprintf(&b, "\n- %s", markdownText(h, 500))
	}
	return b.String() + "\n"
}
