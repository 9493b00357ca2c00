// Package ignore reads the files in which other scanners list what they pass over, as exceptions of a policy: .trivyignore,
// .trivyignore.yaml, .grype.yaml, osv-scanner.toml and .snyk. Those know no owner, and seldom an end or a reason: exceptions
// are returned as they are, for somebody to complete.
//
// What a file passes over without the identifier of a finding has no exception, nor has what one could not keep as narrow:
// an exception never covers more, nor for longer, than the file did.
package ignore

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/textfile"
)

// MaxSize is how many bytes a file may have.
const MaxSize = 1 << 20

// List is what a file passes over.
type List struct {
	Exceptions []policy.Exception // in the order of the file; not valid where an owner, an end or a reason is missing
	LeftOut    []string           // what is no exception, and why, in the words of a sentence without a full stop
}

// formats lists the files by the names that their scanners look for.
func formats() map[string]func(raw []byte, l *List) error {
	return map[string]func(raw []byte, l *List) error{
		".trivyignore": trivyLines, ".trivyignore.yaml": trivyYAML, ".trivyignore.yml": trivyYAML,
		".grype.yaml": grype, ".grype.yml": grype, "grype.yaml": grype,
		"osv-scanner.toml": osvScanner, ".snyk": snyk,
	}
}

// Read reads a file by the format that its name stands for. A name that no scanner uses, or a file that does not parse, is a
// wrong request.
func Read(name string, raw []byte) (List, error) {
	l := List{Exceptions: []policy.Exception{}, LeftOut: []string{}}
	read, known := formats()[path.Base(name)]
	if !known {
		return l, fault.Request(fmt.Errorf("%s is no file of ignored findings by its name", name),
			"the files are .trivyignore, .trivyignore.yaml, .grype.yaml, osv-scanner.toml and .snyk")
	}
	text, err := textfile.Decode(raw)
	if err == nil {
		err = read(text, &l)
	}
	if err != nil {
		return l, fault.Request(fmt.Errorf("reading %s: %w", name, err), "correct the file, so that its own scanner reads it")
	}
	return l, nil
}

// add takes an exception over, unless no finding could be what it is for. What it lacks somebody has to fill in.
func (l *List) add(e policy.Exception) {
	if !policy.Written(e.Reason) {
		e.Reason = ""
	}
	if err := e.Completed().Valid(); err != nil {
		l.leaveOut("%s: %s", cmp.Or(e.ID, "an entry"), err)
		return
	}
	l.Exceptions = append(l.Exceptions, e)
}

func (l *List) leaveOut(format string, args ...any) {
	l.LeftOut = append(l.LeftOut, fmt.Sprintf(format, args...))
}

// trivyLines reads an identifier in each line, perhaps with exp:YYYY-MM-DD behind it. The comments directly above are its reason.
func trivyLines(raw []byte, l *List) error {
	var comments []string
	number := 0
	for line := range strings.Lines(string(raw)) {
		number++
		text, comment, _ := strings.Cut(line, "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			if comment = strings.TrimSpace(comment); comment != "" {
				comments = append(comments, comment)
			} else {
				comments = nil
			}
			continue
		}
		e := policy.Exception{ID: words[0], Reason: strings.Join(append(comments, nonEmpty(strings.TrimSpace(comment))...), " ")}
		comments = nil
		for _, word := range words[1:] {
			end, ok := strings.CutPrefix(word, "exp:")
			if !ok {
				return fmt.Errorf("line %d: %q is neither an identifier nor exp:YYYY-MM-DD", number, word)
			}
			var err error
			if e.Expires, err = lastDay(end); err != nil {
				return fmt.Errorf("line %d: %w", number, err)
			}
		}
		if !advisory.MatchString(e.ID) || check.MatchString(e.ID) {
			l.leaveOut("%s, which is no advisory: Layergate does not look for checks and secrets by that name", e.ID)
			continue
		}
		l.add(e)
	}
	return nil
}

// advisory is the form of the identifiers of advisories, and of patterns for them: letters, and behind hyphens some that hold a digit.
var advisory = regexp.MustCompile(`^(?i:GHSA(-[a-z0-9*]+)+|[a-z][a-z0-9]*-[a-z0-9.:_*-]*[0-9][a-z0-9.:_*-]*)$`)

// check is the form of the identifiers of Trivy's checks, such as AVD-DS-0002 and DS-0002.
var check = regexp.MustCompile(`^(?i:AVD-[a-z]+-[0-9*]+|(AWS|AZU|CLDSTK|DIG|DS|GCP|GIT|KCV|KSV|KUBE|NIF|OCI|OPNSTK)-[0-9*]+)$`)

func nonEmpty(list ...string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// lastDay is the last whole day before a point in time, a day or RFC 3339, at which a file ends to pass something over.
func lastDay(end string) (string, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339, time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00"} {
		if t, err := time.Parse(layout, end); err == nil {
			return dayBefore(t), nil
		}
	}
	return "", fmt.Errorf("the end %q is no date such as 2027-03-01", end)
}

func dayBefore(t time.Time) string {
	return t.UTC().Truncate(24*time.Hour).AddDate(0, 0, -1).Format(time.DateOnly)
}

// inImage is a path or a pattern for paths in an image, which begin with a slash there.
func inImage(p string) string {
	if strings.HasPrefix(p, "/") || strings.HasPrefix(p, "**") {
		return p
	}
	return "/" + p
}
