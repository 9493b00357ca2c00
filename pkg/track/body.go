package track

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"html"
	"html/template"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/dustin/go-humanize/english"

	"github.com/layergate/layergate/pkg/audit"
	"github.com/layergate/layergate/pkg/safetext"
)

// What a text has at most. GitHub takes 65,536 characters, and both systems 255 of a title.
const (
	maxBody  = 60_000 // bytes, without the marker
	maxTitle = 250    // characters
	maxRows  = 100    // of a list; fewer where they are long
	maxWords = 300    // characters of a name
	maxNews  = 20     // items that a note names
)

//go:embed body.html.tmpl
var bodyTemplate string

// ticket is what is said of a repository.
func (f family) ticket() ticket {
	body := f.body()
	sum := sha256.Sum256([]byte(body))
	return ticket{f.Name, "Blocked: images of " + shortenLeft(safetext.Escape(f.Name), maxTitle-20), body, hex.EncodeToString(sum[:])}
}

// body renders as many rows of each list as fit.
func (f family) body() string {
	t := template.Must(template.New("body").Funcs(template.FuncMap{"text": text, "plural": func(n int, noun string) string { return english.Plural(n, noun, "") }}).Parse(bodyTemplate))
	for rows := maxRows; ; rows /= 2 {
		var b bytes.Buffer
		err := t.Execute(&b, page{f, first(f.Items, rows), first(f.Blocked, rows), first(f.Undecided, rows)})
		if err != nil {
			panic(fmt.Sprintf("the template of the text: %v", err)) // it has no other input than the values of these types
		}
		if b.Len() <= maxBody || rows == 0 {
			return lines(b.String())
		}
	}
}

// page is what the template shows.
type page struct {
	Family             family
	Items              list[item]
	Blocked, Undecided list[audit.Entry]
}

// list is the beginning of a list, and how many are left out.
type list[T any] struct {
	Rows []T
	More int
}

func first[T any](all []T, n int) list[T] {
	n = min(n, len(all))
	return list[T]{all[:n], len(all) - n}
}

// text is one line of visible characters, which the template escapes.
func text(s string) string {
	s = safetext.Line(s)
	if utf8.RuneCountInString(s) > maxWords {
		s = string([]rune(s)[:maxWords-1]) + "…"
	}
	return s
}

func shortenLeft(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return "…" + string(r[len(r)-n+1:])
	}
	return s
}

// lines leaves no empty line, at which Markdown would begin to look for markup.
func lines(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

var tags = regexp.MustCompile(`<[^>]*>`)

// plain is the text of HTML that a system may have written in another way.
func plain(body string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(body, " "))), " ")
}

// leftOut stands in a text whose list of items has an end that is left out.
const leftOut = "which the JSON of the audit has"

// news says which items are not in what was written before, as HTML; empty where none is known to be. A text that left some out tells of
// none.
func (f family) news(before written) string {
	was := plain(before.body)
	var names []string
	for _, i := range f.Items {
		if !strings.Contains(was+" ", " "+text(i.Name())+" ") {
			names = append(names, "<code>"+html.EscapeString(text(i.Name()))+"</code>")
		}
	}
	if strings.Contains(was, leftOut) {
		names = nil
	}
	var said []string
	if !before.open {
		said = append(said, "Images of this repository are blocked, so that this is open again.")
	}
	if len(names) > 0 {
		shown := first(names, maxNews)
		words := "New: " + strings.Join(shown.Rows, ", ")
		if shown.More > 0 {
			words += fmt.Sprintf(" and %d more", shown.More)
		}
		said = append(said, words+".")
	}
	if len(said) == 0 {
		return ""
	}
	return "<p>" + strings.Join(said, " ") + "</p>"
}

// marker is what a text of ours carries: the repository and the fingerprint.
func (t ticket) marker() string {
	return "layergate audit " + (&url.URL{Path: t.repository}).EscapedPath() + " " + t.fingerprint
}

var markers = regexp.MustCompile(`layergate audit ([^\s<>]+) ([0-9a-f]{64})`)

// readMarker is the repository and the fingerprint of a marker.
func readMarker(s string) (repository, fingerprint string, ok bool) {
	m := markers.FindStringSubmatch(s)
	if m == nil {
		return "", "", false
	}
	repository, err := url.PathUnescape(m[1])
	return repository, m[2], err == nil
}

// prefer tells whether one of two of the same repository is the one to keep: that which is open, and of those the older one.
func (w written) prefer(o written) bool {
	if o.number == 0 || w.open != o.open {
		return o.number == 0 || w.open
	}
	return w.number < o.number
}
