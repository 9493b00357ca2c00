// Package evidence reads what other tools say of an image: results of tests in JUnit's XML, results of any tool in SARIF, and
// results of other image scanners. Each becomes findings, which the policy judges as it does Layergate's own.
//
// Nothing in a result lets anything pass. What its tool suppresses, ignores or has accepted is a finding like the others.
// It must not import anything that reads images or databases.
package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/layergate/layergate/pkg/fault"
	"github.com/layergate/layergate/pkg/finding"
	"github.com/layergate/layergate/pkg/policy"
	"github.com/layergate/layergate/pkg/regular"
	"github.com/layergate/layergate/pkg/strictjson"
	"github.com/layergate/layergate/pkg/textfile"
)

// maxSize is how many bytes a result may have.
const maxSize = 64 << 20

// maxValues is how many values a result in JSON may have.
const maxValues = 4_000_000

// maxFindings is how many findings one result may have.
const maxFindings = 50_000

// Document is what one result says.
type Document struct {
	Form   policy.Form
	Name   string // of the file, as the user wrote it
	Digest string // of the file: sha256:…
	Tool   string // that made it, with its version where that is known, such as Trivy 0.58.1
	// Subjects are the digests of the image that it is about: of indexes, manifests and configurations. None where it names none.
	Subjects []string
	Tests    Tests // of a result of tests
	Findings []finding.Finding
}

// Tests counts the cases of a result of tests.
type Tests struct {
	Passed, Failed, Skipped int
}

// Read reads the file that a requirement names. A path below dir does not lead out of it. A file that is missing, or that is no
// such result, is a wrong request.
func Read(dir string, r policy.Requirement) (*Document, error) {
	raw, err := regular.ReadNamed(dir, r.Path(), maxSize)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("reading the required %s: %w", r.Form(), err), "let the step that writes it run before this one, and fail where it cannot")
	}
	d, err := Parse(r.Form(), r.Path(), raw)
	if err != nil {
		return nil, fault.Request(fmt.Errorf("the required %s %s: %w", r.Form(), r.Path(), err), formHint(r.Form()))
	}
	return d, nil
}

// Parse reads the text of a result. The name is that of its file, for findings.
func Parse(form policy.Form, name string, raw []byte) (*Document, error) {
	sum := sha256.Sum256(raw)
	d := &Document{Form: form, Name: name, Digest: "sha256:" + hex.EncodeToString(sum[:])}
	var err error
	switch form {
	case policy.FormJUnit:
		err = d.junit(raw)
	case policy.FormSARIF:
		err = d.sarif(raw)
	case policy.FormResult:
		err = d.result(raw)
	default:
		err = fmt.Errorf("nothing is known of the form %q", form)
	}
	if err == nil && len(d.Findings) > maxFindings {
		err = fmt.Errorf("it has more than %d findings", maxFindings)
	}
	if err != nil {
		return nil, err
	}
	d.Subjects = slices.Compact(slices.Sorted(slices.Values(d.Subjects)))
	return d, nil
}

// decode reads JSON, in which no object may name a field twice. Objects whose keys are of somebody's choice may hold keys that
// differ in case only.
func decode(raw []byte, into any) error {
	raw, err := textfile.Decode(raw)
	if err != nil {
		return err
	}
	strict := strictjson.Config{Values: maxValues, Free: []string{"properties", "Labels", "Env", "ImageConfig", "config", "CVSS", "VendorSeverity", "labels", "metadata", "history", "configuration", "found", "searchedBy", "partialFingerprints"}}
	return strict.Unmarshal(raw, into)
}

func formHint(f policy.Form) string {
	switch f {
	case policy.FormJUnit:
		return "name a report that Maven, Gradle, pytest, go-junit-report, Jest or the like wrote as JUnit's XML"
	case policy.FormSARIF:
		return "name a log of SARIF 2.1.0"
	}
	return "name the result of trivy, grype, twistcli or Aqua's scanner in its own JSON"
}

// names adds the digests in references such as NAME@sha256:… and sha256:… to those that the result is about.
func (d *Document) names(references ...string) {
	for _, r := range references {
		digest := r[strings.LastIndexByte(r, '@')+1:]
		if hexadecimal, ok := strings.CutPrefix(digest, "sha256:"); ok && len(hexadecimal) == 64 {
			d.Subjects = append(d.Subjects, strings.ToLower(digest))
		}
	}
}

// IsAbout tells whether the result can be about an image with the digests: it names one of them, or none at all.
func (d *Document) IsAbout(digests []string) bool {
	return len(d.Subjects) == 0 || slices.ContainsFunc(d.Subjects, func(s string) bool { return slices.Contains(digests, s) })
}

// add adds a finding of a rule of the tool's own. The identifier begins with the tool's name, so that it is never taken for that of
// a rule of Layergate.
func (d *Document) add(tool, id string, f finding.Finding) {
	f.ID = tool + ":" + shorten(id, 200)
	f.Title = shorten(firstOf(f.Title, id), 200)
	if f.Kind == "" {
		f.Kind = finding.KindCheck
	}
	f.URLs = httpOnly(f.URLs)
	f.Check.Saw = shorten(firstOf(f.Check.Saw, f.Title), 500)
	f.Check.Wants = shorten(firstOf(f.Check.Wants, "see what "+tool+" says of it"), 500)
	d.Findings = append(d.Findings, f)
}

// suppressed says of a finding that its tool does not count it.
func suppressed(why string) string {
	return " (its tool suppresses it: " + shorten(firstOf(why, "without a reason"), 150) + ")"
}

// httpOnly keeps the addresses that a reader can follow.
func httpOnly(urls []string) []string {
	out := []string{}
	for _, u := range urls {
		if strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://") {
			out = append(out, u)
		}
	}
	return out
}

// firstOf is the first text that says something.
func firstOf(texts ...string) string {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			return t
		}
	}
	return ""
}

// shorten is the first line of a text, up to a number of characters.
func shorten(text string, limit int) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	runes := []rune(strings.TrimSpace(line))
	if len(runes) <= limit {
		return string(runes)
	}
	return string(runes[:limit-1]) + "…"
}

// severityOf reads the word of a tool. One that is not known is an unknown severity, which the policy decides about.
func severityOf(word string) finding.Severity {
	word = strings.ToLower(strings.TrimSpace(word))
	switch word {
	case "important":
		return finding.SeverityHigh
	case "moderate":
		return finding.SeverityMedium
	case "unimportant":
		return finding.SeverityNegligible
	}
	if s, err := finding.ParseSeverity(word); err == nil {
		return s
	}
	return finding.SeverityUnknown
}
