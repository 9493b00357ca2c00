package evidence

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/layergate/layergate/pkg/redact"
)

const (
	maxElements = 2_000_000 // of one JUnit report
	maxNesting  = 64
)

// suite is a test suite that is being read, or a case of one.
type suite struct {
	element  string
	name     string
	declared int // failures and errors, as its attributes say
	failed   int // that were found in it
	ran      int // tests without those that were skipped, as its attributes say
	listed   int // tests that were found in it
	skipped  bool
	failure  bool
	why      string // the message of the first failure
}

// junit reads JUnit's XML: testsuites, or a testsuite, of any depth. A failure that a later attempt at the same test made good
// (flakyFailure, flakyError) is none.
func (d *Document) junit(raw []byte) error {
	r := newDecoder(raw)
	d.Tool = "JUnit"
	var open []suite
	for elements, ended := 0, false; ; {
		token, err := r.Token()
		if err == io.EOF {
			if !ended {
				return errors.New("it has no testsuites and no testsuite")
			}
			break
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", line(r), err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if elements++; elements > maxElements || len(open) >= maxNesting {
				return fmt.Errorf("it has more than %d elements, or more than %d within each other", maxElements, maxNesting)
			}
			if ended || len(open) == 0 && t.Name.Local != "testsuites" && t.Name.Local != "testsuite" {
				return fmt.Errorf("line %d: %.60q is not testsuites or testsuite", line(r), t.Name.Local)
			}
			next, err := d.open(t)
			if err != nil {
				return fmt.Errorf("line %d: %w", line(r), err)
			}
			open = append(open, next)
		case xml.CharData:
			if n := len(open); n > 0 && open[n-1].why == "" {
				open[n-1].why = shorten(string(t), 300)
			}
		case xml.EndElement:
			d.close(open)
			open = open[:len(open)-1]
			ended = len(open) == 0
		}
	}
	if d.Tests.Passed+d.Tests.Failed == 0 && len(d.Findings) == 0 {
		d.fails(provesNothing(), "", fmt.Sprintf("no test ran, and %d were skipped", d.Tests.Skipped))
	}
	return nil
}

// newDecoder reads XML in the encoding that it declares, or that a byte order mark tells, such as UTF-16 as tools of .NET write it.
func newDecoder(raw []byte) *xml.Decoder {
	r := xml.NewDecoder(transform.NewReader(bytes.NewReader(raw), unicode.BOMOverride(transform.Nop)))
	r.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		if strings.HasPrefix(strings.ToLower(label), "utf-16") {
			return in, nil // the byte order mark told, or else nothing could be read up to here
		}
		return charset.NewReaderLabel(label, in)
	}
	return r
}

func line(r *xml.Decoder) int {
	n, _ := r.InputPos()
	return n
}

// open begins an element.
func (d *Document) open(t xml.StartElement) (suite, error) {
	s := suite{element: t.Name.Local}
	attributes := map[string]string{}
	for _, a := range t.Attr {
		attributes[a.Name.Local] = a.Value
	}
	switch s.element {
	case "testsuites", "testsuite":
		s.name = attributes["name"]
		counts := map[string]int{}
		for _, name := range []string{"failures", "errors", "tests", "skipped", "disabled"} {
			n, err := strconv.Atoi(firstOf(attributes[name], "0"))
			if err != nil || n < 0 {
				return s, fmt.Errorf("%s is not a number of tests: %.60q", name, attributes[name])
			}
			counts[name] = n
		}
		s.declared = counts["failures"] + counts["errors"]
		s.ran = counts["tests"] - counts["skipped"] - counts["disabled"] // some tools leave these out
	case "testcase":
		s.name = attributes["name"]
		s.skipped = notRun(attributes)
		if class := attributes["classname"]; class != "" && class != s.name {
			s.name = class + "." + s.name
		}
	case "failure", "error":
		s.why = firstOf(shorten(attributes["message"], 300), attributes["type"])
	case "property":
		if attributes["name"] == "image.digest" {
			digest := attributes["value"]
			if before := len(d.Subjects); digest != "" {
				if d.names(digest); len(d.Subjects) == before {
					return s, fmt.Errorf("the property image.digest is no digest: %.100q", digest)
				}
			}
		}
	}
	return s, nil
}

// notRun tells whether a case says of itself that it did not run: GoogleTest writes status="notrun" and result="suppressed" or "skipped",
// CTest status="disabled", NUnit and Gallio executed="False", and others the words of JUnit's elements.
func notRun(attributes map[string]string) bool {
	if strings.EqualFold(attributes["executed"], "false") {
		return true
	}
	words := []string{"notrun", "suppressed", "skipped", "skip", "disabled", "ignored", "inconclusive", "pending"}
	return slices.ContainsFunc([]string{"status", "result"}, func(name string) bool { return slices.Contains(words, strings.ToLower(attributes[name])) })
}

// close ends the last of the open elements, and tells the one around it what came of it.
func (d *Document) close(open []suite) {
	s := &open[len(open)-1]
	if len(open) == 1 {
		d.closeSuite(s)
		return
	}
	around := &open[len(open)-2]
	switch s.element {
	case "failure", "error":
		if around.element == "testcase" || around.element == "testsuite" {
			around.failure, around.why = true, firstOf(around.why, s.why)
			if around.element == "testsuite" {
				d.failed(around)
				around.failed++
			}
		}
	case "skipped", "disabled", "ignored":
		around.skipped = true
	case "testcase":
		around.listed++
		switch {
		case s.failure:
			d.failed(s)
			around.failed++
		case s.skipped:
			d.Tests.Skipped++
		default:
			d.Tests.Passed++
		}
	case "testsuite", "testsuites":
		d.closeSuite(s)
		around.failed += s.failed
		around.listed += s.listed
	}
}

// closeSuite compares what a suite says of itself with what it lists.
func (d *Document) closeSuite(s *suite) {
	if s.declared > 0 && s.failed == 0 {
		d.fails(notComplete(), s.name, fmt.Sprintf("the suite %s says that %d tests failed, and lists none of them", s.name, s.declared))
		s.failed = s.declared // said once, and not by the suite around it
	}
	if s.ran > s.listed {
		d.fails(notComplete(), s.name, fmt.Sprintf("the suite %s says that %d tests ran, and lists %d", s.name, s.ran, s.listed))
		s.listed = s.ran
	}
}

func (d *Document) failed(s *suite) {
	d.Tests.Failed++
	d.fails(testFailed(), s.name, redact.Text("it failed: "+firstOf(s.why, "without a message")))
}
