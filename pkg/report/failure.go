package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// FailureFile is the summary of a run that did not come to its end.
const FailureFile = "failure.md"

// WriteFailure writes a summary into dir for a run that reached no verdict, and returns its path. invalid tells that the
// request was wrong; else the run could not decide or not finish.
func WriteFailure(dir string, invalid bool, message string, hints []string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("making the folder for reports: %w", err)
	}
	path := filepath.Join(dir, FailureFile)
	err := writeFile(path, func(w io.Writer) error {
		_, err := io.WriteString(w, failureText(invalid, message, hints))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("writing %s: %w", path, err)
	}
	return path, nil
}

func failureText(invalid bool, message string, hints []string) string {
	title := "## ❓ Not decided or not finished: nothing was promoted"
	if invalid {
		title = "## 🚫 Wrong request: nothing was scanned"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n", title, markdownText(message, 1000))
	for _, h := range hints {
		fmt.Fprintf(&b, "\n- %s", markdownText(h, 500))
	}
	return b.String() + "\n"
}
